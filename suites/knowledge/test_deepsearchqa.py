"""Questions in 17 fields whose answer, often a whole set, takes many steps of research to gather.

DeepSearchQA: Gupta et al. 2026, Bridging the Comprehensiveness Gap for Deep Research Agents, arXiv:2601.20975. Each
question is sent once, without tools: the reply is the answer. (EvalScope has a loop with a tool to submit it.)
"""

from evalscope_pytest import Sample, benchmark, hub

from .searched import answer_set, counted


@benchmark(
    "deepsearchqa",
    pretty_name="DeepSearchQA",
    dataset=hub("google/deepsearchqa", split="eval"),
    scorer=answer_set(),
    judge=counted(),
    tags=["knowledge", "qa", "retrieval"],
)
def test_deepsearchqa(record) -> Sample:
    about = {"answer_type": record["answer_type"], "category": record["problem_category"]}
    return Sample(record["problem"], record["answer"], metadata=about)

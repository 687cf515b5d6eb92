"""Requests of professionals in finance and law, in up to ten turns, judged by experts' weighted criteria.

PRBench: Akyürek et al. 2025, Large-Scale Expert Rubrics for Evaluating High-Stakes Professional Reasoning,
arXiv:2511.11562. The records of the two hard subsets are in ``finance`` and ``legal``, too. Metric ``clipped_score`` is
the mean, brought between 0 and 1; ``normalized_score`` is 0 if all that costs points is met and nothing else.
"""

from evalscope_pytest import Sample, benchmark, hub

from .point_lists import WEIGHED, conversation, split_of, weighed


@benchmark(
    "prbench",
    pretty_name="PRBench",
    dataset=hub("ScaleAI/PRBench", subsets=["finance", "legal", "finance_hard", "legal_hard"], split="finance"),
    records=split_of,
    judge=WEIGHED,
    tags=["law", "finance", "multi_turn", "reasoning"],
)
def test_prbench(record) -> Sample:
    about = {name: record.get(name) or "" for name in ("field", "topic", "expert")}
    return Sample(conversation(record), metadata={"rubrics": weighed(record), **about}, id=record["task"])

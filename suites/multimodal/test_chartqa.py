"""Questions on charts, written by people or made from captions; a number may be up to 5 % off.

ChartQA: Masry et al. 2022, A Benchmark for Question Answering about Charts with Visual and Logical Reasoning,
arXiv:2203.10244.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts

from .short_answers import relaxed, short_answer


@benchmark(
    "chartqa",
    pretty_name="ChartQA",
    dataset=hub("lmms-lab/ChartQA", subsets=["human_test", "augmented_test"], subset_by="type"),
    prompt=prompts.SHORT_ANSWER,
    scorer=short_answer("relaxed_answer", {"relaxed_acc": relaxed}),
    tags=["multimodal", "qa", "chart"],
)
def test_chartqa(record) -> Sample:
    return Sample(prompts.with_picture(record), record["answer"])

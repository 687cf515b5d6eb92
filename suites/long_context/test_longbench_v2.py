"""Questions on long documents, dialogues, code and tables of 8,000 to 2 million words.

LongBench v2: Bai et al. 2024, Towards Deeper Understanding and Reasoning on Realistic Long-context Multitasks,
arXiv:2412.15204.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

DOCUMENT = "Read the text below, then answer the question about it.\n\n<text>\n{document}\n</text>\n\n"


@benchmark(
    "longbench_v2",
    version="2",
    pretty_name="LongBench-v2",
    dataset=hub("ZhipuAI/LongBench-v2", subsets=["short", "medium", "long"], subset_by="length", split="train"),
    prompt=DOCUMENT + prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["long_context", "reading_comprehension", "multiple_choice"],
)
def test_longbench_v2(record) -> Sample:
    metadata = {"document": record["context"], **{name: record.get(name, "") for name in ("domain", "difficulty")}}
    options, own_id = [record[f"choice_{letter}"] for letter in "ABCD"], str(record.get("_id", ""))
    return Sample(record["question"], record["answer"], options, "", metadata, own_id, cluster=record["context"])

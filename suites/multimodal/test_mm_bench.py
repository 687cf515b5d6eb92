"""Questions on twenty abilities, from recognising an attribute to reasoning on a diagram, in English and Chinese.

MMBench: Liu et al. 2023, Is Your Multi-modal Model an All-around Player?, arXiv:2307.06281.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

from .bench_options import bench_options, is_missing


@benchmark(
    "mm_bench",
    pretty_name="MMBench",
    dataset=hub("lmms-lab/MMBench", subsets=["cn", "en"], split="dev"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["multimodal", "multiple_choice"],
)
def test_mm_bench(record) -> Sample:
    hint = "" if is_missing(record.get("hint")) else f"Hint: {record['hint']}\nQuestion: "
    question = prompts.with_picture(record, hint + record["question"])
    return Sample(question, record["answer"], bench_options(record), id=str(record["index"]))

"""Questions on twenty abilities, from recognising an attribute to reasoning on a diagram, in English and Chinese.

MMBench: Liu et al. 2023, Is Your Multi-modal Model an All-around Player?, arXiv:2307.06281.

``circular`` sends a question once for each of its options, turned by one place each time; ``circular_acc`` is the
share of questions that are right in all orders.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

from .bench_options import bench_options, is_missing
from .circular import circular


@benchmark(
    "mm_bench",
    pretty_name="MMBench",
    dataset=hub("lmms-lab/MMBench", subsets=["cn", "en"], split="dev"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    extra_params={"circular": False},
    variant=circular,
    tags=["multimodal", "multiple_choice"],
)
def test_mm_bench(record) -> Sample:
    hint = "" if is_missing(record.get("hint")) else f"Hint: {record['hint']}\nQuestion: "
    question = prompts.with_picture(record, hint + record["question"])
    index, turn = record["index"], f"-{record['turn']}" if "turn" in record else ""
    about = {"index": index, "category": record.get("category", "")}
    return Sample(question, record["answer"], bench_options(record), metadata=about, id=f"{index}{turn}", cluster=index)

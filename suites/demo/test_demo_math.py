"""Word problems written for this project, in the shape of GSM8K: something to run without any download."""

from evalscope_pytest import Sample, benchmark, local, prompts, scoring


@benchmark(
    "demo_math",
    version="2",
    pretty_name="Demo: maths",
    dataset=local("demo_math.jsonl"),
    prompt=prompts.BOXED,
    scorer=scoring.math_answer(),
    tags=["demo", "math"],
)
def test_demo_math(record) -> Sample:
    rationale, _, answer = record["answer"].rpartition("####")
    return Sample(input=record["question"], target=answer.strip().replace(",", ""), rationale=rationale.strip())

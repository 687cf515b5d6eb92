"""Science questions written for this project, in the shape of ARC: something to run without any download."""

from evalscope_pytest import Sample, benchmark, local, prompts, scoring


@benchmark(
    "demo_science",
    version="2",
    pretty_name="Demo: science",
    dataset=local("demo_science.jsonl"),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["demo", "multiple_choice"],
)
def test_demo_science(record) -> Sample:
    texts, labels = record["choices"]["text"], record["choices"]["label"]
    return Sample(input=record["question"], choices=texts, target="ABCD"[labels.index(record["answerKey"])])

"""The thirty problems of the American Invitational Mathematics Examination 2024; every answer is an integer, 0-999.

Mathematical Association of America, AIME I and II 2024.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "aime24",
    version="2",
    pretty_name="AIME-2024",
    dataset=hub("evalscope/aime24").counted(30),
    prompt=prompts.BOXED,
    scorer=scoring.aime_answer(),
    tags=["math", "reasoning"],
)
def test_aime24(record) -> Sample:
    return Sample(input=record["problem"], target=str(record["answer"]), rationale=record.get("solution") or "")

"""The thirty problems of the American Invitational Mathematics Examination 2026; every answer is an integer, 0-999.

Mathematical Association of America, AIME I and II 2026.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "aime26",
    version="2",
    pretty_name="AIME-2026",
    dataset=hub("evalscope/aime26"),
    prompt=prompts.BOXED,
    scorer=scoring.aime_answer(),
    tags=["math", "reasoning"],
)
def test_aime26(record) -> Sample:
    answer = record.get("answer") or record["solution"]
    return Sample(input=record["problem"], target=str(answer))

"""The thirty problems of the American Invitational Mathematics Examination 2025; every answer is an integer, 0-999.

Mathematical Association of America, AIME I and II 2025.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "aime25",
    version="2",
    pretty_name="AIME-2025",
    dataset=hub("evalscope/aime25"),
    prompt=prompts.BOXED,
    scorer=scoring.aime_answer(),
    tags=["math", "reasoning"],
)
def test_aime25(record) -> Sample:
    answer = record.get("answer") or record["solution"]
    return Sample(input=record["problem"], target=str(answer))

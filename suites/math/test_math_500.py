"""500 problems of competition mathematics, in five levels of difficulty.

MATH-500: Lightman et al. 2023, Let's Verify Step by Step, arXiv:2305.20050; a part of MATH (arXiv:2103.03874).
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

LEVELS = [f"Level {level}" for level in range(1, 6)]


@benchmark(
    "math_500",
    version="2",
    pretty_name="MATH-500",
    dataset=hub("AI-ModelScope/MATH-500", subsets=LEVELS, subset_by=lambda r: f"Level {r['level']}").counted(500),
    prompt=prompts.BOXED,
    scorer=scoring.math_answer(),
    tags=["math", "reasoning"],
)
def test_math_500(record) -> Sample:
    metadata = {"question_id": record["unique_id"], "subject": record["subject"]}
    return Sample(input=record["problem"], target=record["answer"], rationale=record["solution"], metadata=metadata)

"""5,000 problems of competition mathematics in five levels of difficulty; the answer is what their solution boxes.

MATH: Hendrycks et al. 2021, Measuring Mathematical Problem Solving With the MATH Dataset, arXiv:2103.03874.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, scoring
from evalscope_pytest.scoring.read.boxes import boxes

LEVELS = [f"Level {level}" for level in range(1, 6)]
PROMPT = "Problem:\n{question}\n\nReason step by step and give the final answer inside \\boxed{{}}.\n"
SHOT = "Problem:\n{question}\n\nSolution:\n{rationale}"


@benchmark(
    "competition_math",
    version="2",
    pretty_name="MATH",
    dataset=hub("evalscope/competition_math", subsets=LEVELS, subset_by="level").counted(5000),
    prompt=PROMPT,
    few_shot=FewShot(4, split="train", shot=SHOT),
    scorer=scoring.math_answer(),
    tags=["math", "reasoning"],
)
def test_competition_math(record) -> Sample:
    solution = record["solution"]
    answer = next(boxes(solution)).content  # the last box
    return Sample(input=record["problem"], target=answer, rationale=solution, metadata={"type": record["type"]})

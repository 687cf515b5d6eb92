"""272 problems of undergraduate science from MIT OpenCourseWare; the answer is what their solution boxes.

OCWCourses: Lewkowycz et al. 2022, Solving Quantitative Reasoning Problems with Language Models, arXiv:2206.14858.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring
from evalscope_pytest.scoring.read.boxes import boxes


@benchmark(
    "minerva_math",
    version="2",
    pretty_name="Minerva-Math",
    dataset=hub("knoveleng/Minerva-Math", split="train").counted(272),
    prompt=prompts.BOXED,
    scorer=scoring.math_answer(measured=True),
    tags=["math", "reasoning"],
)
def test_minerva_math(record) -> Sample:
    answer = next(boxes(record["solution"])).content
    return Sample(record["problem"], answer, rationale=record["solution"], metadata={"course": record["type"]})

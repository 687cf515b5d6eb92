"""272 problems of undergraduate science from MIT OpenCourseWare; the answer is what their solution boxes.

OCWCourses: Lewkowycz et al. 2022, Solving Quantitative Reasoning Problems with Language Models, arXiv:2206.14858.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import BOXED
from evalscope_pytest.scoring import math_answer
from evalscope_pytest.scoring.read.boxes import boxes


def to_sample(record) -> Sample:
    answer = next(boxes(record["solution"])).content
    return Sample(record["problem"], answer, rationale=record["solution"], metadata={"course": record["type"]})


@benchmark("minerva_math", version="2",
           pretty_name="Minerva-Math", dataset=hub("knoveleng/Minerva-Math", split="train"),
           to_sample=to_sample, prompt=BOXED, scorer=math_answer(measured=True),
           tags=["math", "reasoning"])  # fmt: skip
async def test_minerva_math(sample, model):
    return await model.generate(sample)

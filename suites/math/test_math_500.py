"""500 problems of competition mathematics, in five levels of difficulty.

MATH-500: Lightman et al. 2023, Let's Verify Step by Step, arXiv:2305.20050; a part of MATH (arXiv:2103.03874).
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import BOXED
from evalscope_pytest.scoring import math_answer

LEVELS = [f"Level {level}" for level in range(1, 6)]


def to_sample(record) -> Sample:
    metadata = {"question_id": record["unique_id"], "subject": record["subject"]}
    return Sample(input=record["problem"], target=record["answer"], rationale=record["solution"], metadata=metadata)


@benchmark("math_500", version="2", pretty_name="MATH-500", to_sample=to_sample, prompt=BOXED, scorer=math_answer(),
           dataset=hub("AI-ModelScope/MATH-500", subsets=LEVELS, split="test",
                       subset_by=lambda record: f"Level {record['level']}"),
           tags=["math", "reasoning"])  # fmt: skip
async def test_math_500(sample, model):
    return await model.generate(sample)

"""Problems of the American Mathematics Competitions 10 and 12 of 2022 to 2024, asked without their options.

Mathematical Association of America, AMC 10 and 12.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import BOXED
from evalscope_pytest.scoring import math_answer


def to_sample(record) -> Sample:
    metadata = {"url": record["url"]}
    return Sample(record["problem"], str(record["answer"]), rationale=record.get("solution") or "", metadata=metadata)


@benchmark("amc", version="2",
           pretty_name="AMC", dataset=hub("evalscope/amc_22-24", subsets=["amc22", "amc23", "amc24"]),
           to_sample=to_sample, prompt=BOXED, scorer=math_answer(), tags=["math", "reasoning"])  # fmt: skip
async def test_amc(sample, model):
    return await model.generate(sample)

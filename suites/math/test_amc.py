"""Problems of the American Mathematics Competitions 10 and 12 of 2022 to 2024, without their options.

Mathematical Association of America, AMC 10 and 12.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "amc",
    version="2",
    pretty_name="AMC",
    dataset=hub("evalscope/amc_22-24", subsets=["amc22", "amc23", "amc24"]).counted(40),
    prompt=prompts.BOXED,
    scorer=scoring.math_answer(),
    tags=["math", "reasoning"],
)
def test_amc(record) -> Sample:
    metadata = {"url": record["url"]}
    return Sample(record["problem"], str(record["answer"]), rationale=record.get("solution") or "", metadata=metadata)

"""The thirty problems of the American Invitational Mathematics Examination 2025; every answer is an integer, 0-999.

Mathematical Association of America, AIME I and II 2025.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import BOXED
from evalscope_pytest.scoring import aime_answer


def to_sample(record) -> Sample:
    answer = record.get("answer") or record["solution"]
    return Sample(input=record["problem"], target=str(answer))


@benchmark("aime25", version="2", pretty_name="AIME-2025", dataset=hub("evalscope/aime25", split="test"),
           to_sample=to_sample, prompt=BOXED, scorer=aime_answer(), tags=["math", "reasoning"])  # fmt: skip
async def test_aime25(sample, model):
    return await model.generate(sample)

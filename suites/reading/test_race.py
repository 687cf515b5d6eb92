"""Reading comprehension from English exams of Chinese middle and high schools.

RACE: Lai et al. 2017, Large-scale ReAding Comprehension Dataset From Examinations, arXiv:1704.04683.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import CHOICE_STEPWISE
from evalscope_pytest.scoring import choice_answer


def to_sample(record) -> Sample:
    question = f"Article:\n{record['article']}\nQuestion:\n{record['question']}"
    return Sample(question, record["answer"], record["options"], id=str(record.get("example_id", "")))


@benchmark("race", version="2",
           pretty_name="RACE", to_sample=to_sample, prompt=CHOICE_STEPWISE, few_shot=FewShot(3, split="train"),
           dataset=hub("evalscope/race", subsets=["high", "middle"], split="test"), scorer=choice_answer(),
           tags=["reading_comprehension", "reasoning", "multiple_choice"])  # fmt: skip
async def test_race(sample, model):
    return await model.generate(sample)

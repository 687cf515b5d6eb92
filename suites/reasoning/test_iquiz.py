"""Chinese questions of intelligence (IQ) and of dealing with people (EQ), in several levels of difficulty.

IQuiz, published as a dataset without a paper.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import CHOICE_STEPWISE_ZH
from evalscope_pytest.scoring import choice_answer


def to_sample(record) -> Sample:
    metadata = {"level": record.get("level", "")}
    return Sample(record["question"], record["answer"], record["choices"], metadata=metadata)


@benchmark("iquiz", version="2",
           pretty_name="IQuiz", dataset=hub("AI-ModelScope/IQuiz", subsets=["IQ", "EQ"]), to_sample=to_sample,
           prompt=CHOICE_STEPWISE_ZH, scorer=choice_answer(language="zh"),
           tags=["reasoning", "multiple_choice", "chinese"])  # fmt: skip
async def test_iquiz(sample, model):
    return await model.generate(sample)

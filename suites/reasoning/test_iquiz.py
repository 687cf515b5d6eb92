"""Chinese questions of intelligence (IQ) and of dealing with people (EQ), in several levels of difficulty.

IQuiz, published as a dataset without a paper.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "iquiz",
    version="2",
    pretty_name="IQuiz",
    dataset=hub("AI-ModelScope/IQuiz", subsets=["IQ", "EQ"]),
    prompt=prompts.CHOICE_STEPWISE_ZH,
    scorer=scoring.choice_answer(language="zh"),
    tags=["reasoning", "multiple_choice", "chinese"],
)
def test_iquiz(record) -> Sample:
    metadata = {"level": record.get("level", "")}
    return Sample(record["question"], record["answer"], record["choices"], metadata=metadata)

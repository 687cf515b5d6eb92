"""Reading comprehension from English exams of Chinese middle and high schools.

RACE: Lai et al. 2017, Large-scale ReAding Comprehension Dataset From Examinations, arXiv:1704.04683.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts, scoring


@benchmark(
    "race",
    version="2",
    pretty_name="RACE",
    dataset=hub("evalscope/race", subsets=["high", "middle"]),
    prompt=prompts.CHOICE_STEPWISE,
    few_shot=FewShot(3, split="train"),
    scorer=scoring.choice_answer(),
    tags=["reading_comprehension", "reasoning", "multiple_choice"],
)
def test_race(record) -> Sample:
    text = f"Article:\n{record['article']}\nQuestion:\n{record['question']}"
    example = str(record.get("example_id", ""))
    return Sample(text, record["answer"], record["options"], id=example, cluster=record["article"])

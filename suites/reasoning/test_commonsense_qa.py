"""Everyday questions whose five options are all related to the question's subject.

CommonsenseQA: Talmor et al. 2019, A Question Answering Challenge Targeting Commonsense Knowledge, arXiv:1811.00937.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "commonsense_qa",
    version="2",
    pretty_name="CommonsenseQA",
    dataset=hub("extraordinarylab/commonsense-qa", split="validation").counted(1221),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["commonsense", "reasoning", "multiple_choice"],
)
def test_commonsense_qa(record) -> Sample:
    if "answerKey" in record:  # the authors' shape
        return Sample(input=record["question"], choices=record["choices"]["text"], target=record["answerKey"])
    return Sample(input=record["question"], choices=record["choices"], target=record["answer"])

"""Everyday questions whose five options are all related to the thing asked about.

CommonsenseQA: Talmor et al. 2019, A Question Answering Challenge Targeting Commonsense Knowledge, arXiv:1811.00937.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import CHOICE
from evalscope_pytest.scoring import choice_answer


def to_sample(record) -> Sample:
    if "answerKey" in record:  # the authors' shape
        return Sample(input=record["question"], choices=record["choices"]["text"], target=record["answerKey"])
    return Sample(input=record["question"], choices=record["choices"], target=record["answer"])


@benchmark("commonsense_qa", version="2", pretty_name="CommonsenseQA", to_sample=to_sample, prompt=CHOICE,
           dataset=hub("extraordinarylab/commonsense-qa", split="validation"), scorer=choice_answer(),
           tags=["commonsense", "reasoning", "multiple_choice"])  # fmt: skip
async def test_commonsense_qa(sample, model):
    return await model.generate(sample)

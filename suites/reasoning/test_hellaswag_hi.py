"""HellaSwag with its scenes in English and the four endings in Hindi.

HellaSwag: Zellers et al. 2019, Can a Machine Really Finish Your Sentence?, arXiv:1905.07830.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import CHOICE
from evalscope_pytest.scoring import choice_answer


def to_sample(record) -> Sample:
    return Sample(input=record["ctx"], choices=record["endings"], target="ABCD"[int(record["label"])])


@benchmark("hellaswag_hi", version="2",
           pretty_name="HellaSwag-Hindi", to_sample=to_sample, prompt=CHOICE, scorer=choice_answer(),
           dataset=hub("ai4bharat/hellaswag-translated", subsets=["hi"], split="validation"),
           tags=["commonsense", "multiple_choice", "multilingual"])  # fmt: skip
async def test_hellaswag_hi(sample, model):
    return await model.generate(sample)

"""HellaSwag with its scenes in English and the four endings in Hindi.

HellaSwag: Zellers et al. 2019, Can a Machine Really Finish Your Sentence?, arXiv:1905.07830.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "hellaswag_hi",
    version="2",
    pretty_name="HellaSwag-Hindi",
    dataset=hub("ai4bharat/hellaswag-translated", subsets=["hi"], split="validation"),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["commonsense", "multiple_choice", "multilingual"],
)
def test_hellaswag_hi(record) -> Sample:
    return Sample(input=record["ctx"], choices=record["endings"], target="ABCD"[int(record["label"])])

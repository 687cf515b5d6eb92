"""Questions people asked a search engine, to be answered yes or no from a passage, in ten languages of India.

BoolQ: Clark et al. 2019, Exploring the Surprising Difficulty of Natural Yes/No Questions, arXiv:1905.10044.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import CHOICE
from evalscope_pytest.scoring import choice_answer

LANGUAGES = ["bn", "en", "gu", "hi", "kn", "ml", "mr", "or", "pa", "ta", "te"]


def to_sample(record) -> Sample:
    question = f"{record['passage']}\n\nQuestion: {record['question']}?"
    return Sample(input=question, choices=["Yes", "No"], target="A" if int(record["label"]) == 1 else "B")


@benchmark("indic_boolq", version="2",
           pretty_name="BoolQ-Indic", to_sample=to_sample, prompt=CHOICE, scorer=choice_answer(),
           dataset=hub("sarvamai/boolq-indic", subsets=LANGUAGES, subset_by="language", split="validation"),
           few_shot=FewShot(0, split="train"),
           tags=["reading_comprehension", "multiple_choice", "multilingual"])  # fmt: skip
async def test_indic_boolq(sample, model):
    return await model.generate(sample)

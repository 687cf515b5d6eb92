"""Questions people typed into a search engine, to be answered yes or no from a passage, in ten languages of India.

BoolQ: Clark et al. 2019, Exploring the Surprising Difficulty of Natural Yes/No Questions, arXiv:1905.10044.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts, scoring

LANGUAGES = ["bn", "en", "gu", "hi", "kn", "ml", "mr", "or", "pa", "ta", "te"]


@benchmark(
    "indic_boolq",
    version="2",
    pretty_name="BoolQ-Indic",
    dataset=hub("sarvamai/boolq-indic", subsets=LANGUAGES, subset_by="language", split="validation"),
    prompt=prompts.CHOICE,
    few_shot=FewShot(0, split="train"),
    scorer=scoring.choice_answer(),
    cluster=lambda record, position: position,  # the languages have the same questions in the same order
    tags=["reading_comprehension", "multiple_choice", "multilingual"],
)
def test_indic_boolq(record) -> Sample:
    question = f"{record['passage']}\n\nQuestion: {record['question']}?"
    return Sample(input=question, choices=["Yes", "No"], target="A" if int(record["label"]) == 1 else "B")

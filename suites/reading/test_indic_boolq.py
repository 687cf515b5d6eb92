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
    tags=["reading_comprehension", "multiple_choice", "multilingual"],
)
def test_indic_boolq(record, position) -> Sample:
    question = f"{record['passage']}\n\nQuestion: {record['question']}?"
    # The languages have the same questions in the same order.
    return Sample(question, "A" if int(record["label"]) == 1 else "B", ["Yes", "No"], cluster=position)

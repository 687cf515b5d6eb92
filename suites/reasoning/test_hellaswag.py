"""Everyday scenes, each with four endings, of which one fits; the wrong ones were chosen to fool language models.

HellaSwag: Zellers et al. 2019, Can a Machine Really Finish Your Sentence?, arXiv:1905.07830.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

MARK = scoring.pattern(r"\[.*?\]")


def clean(text: str) -> str:
    """Remove the marks WikiHow's pages left in the text."""
    return MARK.sub("", text.strip().replace(" [title]", ". ")).replace("  ", " ")


@benchmark(
    "hellaswag",
    version="2",
    pretty_name="HellaSwag",
    dataset=hub("evalscope/hellaswag", split="validation"),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["commonsense", "knowledge", "multiple_choice"],
)
def test_hellaswag(record) -> Sample:
    question = clean(f"{record['ctx_a']} {record['ctx_b'].capitalize()}")
    return Sample(question, "ABCD"[int(record["label"])], [clean(ending) for ending in record["endings"]])

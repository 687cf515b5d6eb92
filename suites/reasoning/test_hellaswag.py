"""Which of four endings goes on with an everyday scene; the wrong ones were chosen to fool language models.

HellaSwag: Zellers et al. 2019, Can a Machine Really Finish Your Sentence?, arXiv:1905.07830.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import CHOICE
from evalscope_pytest.scoring import choice_answer, pattern

MARK = pattern(r"\[.*?\]")


def clean(text: str) -> str:
    """Remove the marks WikiHow's pages left in the text."""
    return MARK.sub("", text.strip().replace(" [title]", ". ")).replace("  ", " ")


def to_sample(record) -> Sample:
    question = clean(f"{record['ctx_a']} {record['ctx_b'].capitalize()}")
    target = "ABCD"[int(record["label"])]
    return Sample(input=question, choices=[clean(ending) for ending in record["endings"]], target=target)


@benchmark("hellaswag", version="2", pretty_name="HellaSwag", dataset=hub("evalscope/hellaswag", split="validation"),
           to_sample=to_sample, prompt=CHOICE, scorer=choice_answer(),
           tags=["commonsense", "knowledge", "multiple_choice"])  # fmt: skip
async def test_hellaswag(sample, model):
    return await model.generate(sample)

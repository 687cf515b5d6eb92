"""The challenging questions of ARC, translated into ten languages of India.

ARC: Clark et al. 2018, Think you have Solved Question Answering?, arXiv:1803.05457.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts, scoring

LANGUAGES = ["bn", "en", "gu", "hi", "kn", "ml", "mr", "or", "pa", "ta", "te"]


@benchmark(
    "arc_indic",
    version="2",
    pretty_name="ARC-Challenge-Indic",
    dataset=hub("sarvamai/arc-challenge-indic", subsets=LANGUAGES),
    prompt=prompts.CHOICE,
    few_shot=FewShot(0, split="validation"),
    scorer=scoring.choice_answer(),
    tags=["reasoning", "multiple_choice", "multilingual"],
)
def test_arc_indic(record) -> Sample:
    texts, labels = record["choices"]["text"], record["choices"]["label"]  # labels are letters or digits
    # A question has the same id in each language.
    return Sample(record["question"], "ABCDEFGH"[labels.index(record["answerKey"])], texts, cluster=record.get("id"))

"""Science questions of school exams, grade 3 to 9, in an easy and a challenging set.

ARC: Clark et al. 2018, Think you have Solved Question Answering?, arXiv:1803.05457.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts, scoring


@benchmark(
    "arc",
    version="2",
    pretty_name="ARC",
    dataset=hub("allenai/ai2_arc", subsets=["ARC-Easy", "ARC-Challenge"]).counted(3548),
    prompt=prompts.CHOICE,
    few_shot=FewShot(0, split="train"),
    scorer=scoring.choice_answer(),
    tags=["reasoning", "multiple_choice"],
)
def test_arc(record) -> Sample:
    texts, labels = record["choices"]["text"], record["choices"]["label"]  # labels are letters or digits
    target = "ABCDEFGH"[labels.index(record["answerKey"])]
    return Sample(record["question"], target, texts, metadata={"id": record["id"]})

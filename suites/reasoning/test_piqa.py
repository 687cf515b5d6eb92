"""Everyday goals, each with two ways to reach it, of which one works in the physical world.

PIQA: Bisk et al. 2019, Reasoning about Physical Commonsense in Natural Language, arXiv:1911.11641.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts, scoring


@benchmark(
    "piqa",
    version="2",
    pretty_name="PIQA",
    dataset=hub("extraordinarylab/piqa", split="validation").counted(1838),
    prompt=prompts.CHOICE,
    few_shot=FewShot(0, split="train"),
    scorer=scoring.choice_answer(),
    tags=["commonsense", "reasoning", "multiple_choice"],
)
def test_piqa(record) -> Sample:
    if "goal" in record:  # the authors' shape
        return Sample(record["goal"], "AB"[int(record["label"])], [record["sol1"], record["sol2"]])
    return Sample(input=record["question"], choices=record["choices"], target=record["answer"])

"""Blanks in sentences, to be filled with one of two names or things; word statistics do not help.

WinoGrande: Sakaguchi et al. 2019, An Adversarial Winograd Schema Challenge at Scale, arXiv:1907.10641.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "winogrande",
    version="2",
    pretty_name="Winogrande",
    dataset=hub("AI-ModelScope/winogrande_val", split="validation").counted(1267),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["commonsense", "reasoning", "multiple_choice"],
)
def test_winogrande(record) -> Sample:
    options = record["option1"], record["option2"]
    return Sample(input=record["sentence"], choices=options, target="AB"[int(record["answer"]) - 1])

"""Questions of 261 disciplines for experts, with up to ten options.

KINA, Knowledge Index of Noah's Ark, a release of 2077AI of 2026 without a paper.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "kina",
    pretty_name="KINA",
    dataset=hub("evalscope/KINA"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["knowledge", "multiple_choice"],
)
def test_kina(record) -> Sample:
    choices = [option["answer"].strip() for option in sorted(record["options"], key=lambda option: option["key"])]
    metadata = {"discipline": record["discipline"]}
    return Sample(record["question"], record["correct_answer"].strip().upper(), choices, metadata=metadata)

"""Premises and hypotheses that people wrote until a model took them wrongly, in three rounds.

ANLI: Nie et al. 2019, Adversarial NLI: A New Benchmark for Natural Language Understanding, arXiv:1910.14599.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts, scoring

RELATIONS = (
    "Entailment: the hypothesis follows from the premise.",
    "Neutral: the premise does not determine whether the hypothesis is true.",
    "Contradiction: the hypothesis conflicts with the premise.",
)


@benchmark(
    "anli",
    pretty_name="ANLI",
    dataset=hub("facebook/anli", subsets=["r1", "r2", "r3"], config="plain_text"),
    prompt=prompts.CHOICE,
    few_shot=FewShot(0, split="train"),
    scorer=scoring.choice_answer(),
    tags=["reasoning", "multiple_choice"],
)
def test_anli(record) -> Sample:
    question = f"Premise:\n{record['premise']}\n\nHypothesis: {record['hypothesis']}"
    return Sample(question, "ABC"[int(record["label"])], RELATIONS, id=record["uid"], cluster=record["premise"])

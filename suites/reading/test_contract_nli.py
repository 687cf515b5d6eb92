"""Statements about whole non-disclosure agreements, which support them, contradict them, or are silent.

ContractNLI: Koreeda and Manning 2021, A Dataset for Document-level Natural Language Inference for Contracts,
arXiv:2110.01799. The spans that prove the label are not requested.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts, scoring

RELATIONS = (
    "Contradiction: the contract contradicts the hypothesis.",
    "Entailment: the contract supports the hypothesis.",
    "Not mentioned: the contract neither supports nor contradicts the hypothesis.",
)


@benchmark(
    "contract_nli",
    pretty_name="ContractNLI",
    dataset=hub("evalscope/contract-nli", subsets=["contractnli_b"]),
    prompt=prompts.CHOICE,
    few_shot=FewShot(0, split="train"),
    scorer=scoring.choice_answer(),
    tags=["reading_comprehension", "law", "multiple_choice"],
)
def test_contract_nli(record) -> Sample:
    question = f"Contract:\n{record['premise']}\n\nHypothesis: {record['hypothesis']}"
    return Sample(question, "ABC"[int(record["label"])], RELATIONS, cluster=record["premise"])

"""Questions people typed into a search engine, to be answered yes or no from a passage.

BoolQ: Clark et al. 2019, Exploring the Surprising Difficulty of Natural Yes/No Questions, arXiv:1905.10044.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts, scoring
from evalscope_pytest.benchmarks.decisions import PARAMS, Decision


@benchmark(
    "boolq",
    pretty_name="BoolQ",
    dataset=hub("google/boolq", split="validation"),
    prompt=prompts.CHOICE,
    few_shot=FewShot(0, split="train"),
    scorer=scoring.choice_answer(),
    decision=Decision("Answer the question from the passage above it; both are in `question`.", positive="Yes"),
    extra_params=PARAMS,
    tags=["reading_comprehension", "multiple_choice"],
)
def test_boolq(record) -> Sample:
    question = f"Passage:\n{record['passage']}\n\nQuestion: {record['question']}"
    return Sample(question, "A" if record["answer"] else "B", ["Yes", "No"], cluster=record["passage"])

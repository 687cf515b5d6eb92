"""Questions on the culture of India's states: festivals, food, crafts, dance, languages and more.

SANSKRITI: Maji et al. 2025, A Comprehensive Benchmark for Evaluating Language Models' Knowledge of Indian Culture,
arXiv:2506.15355. Records whose answer is none of their options are left out.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

KINDS = {"Association": "association", "Country Prediction": "country"}
KINDS |= {"General Awareness": "gk", "State Prediction": "states"}


def kind_of(record) -> str:
    return KINDS[record["question_type"]]


def options_of(record) -> list[str]:
    return [record[f"option{number}"] for number in (1, 2, 3, 4)]


@benchmark(
    "sanskriti",
    pretty_name="SANSKRITI",
    dataset=hub("evalscope/Sanskriti", subsets=list(KINDS.values()), subset_by=kind_of, split="train"),
    keep=lambda record, params: record["answer"] in options_of(record),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["knowledge", "multiple_choice"],
)
def test_sanskriti(record) -> Sample:
    metadata = {"state": record["state"], "attribute": record["attribute"]}
    options = options_of(record)
    return Sample(record["question"], "ABCD"[options.index(record["answer"])], options, metadata=metadata)

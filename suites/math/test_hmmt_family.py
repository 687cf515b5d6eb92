"""Problems of the Harvard-MIT Mathematics Tournament of February and November 2025 and of February 2026.

Collected with their answers by MathArena: Balunović et al. 2025, MathArena: Evaluating LLMs on Uncontaminated Math
Competitions, arXiv:2505.23281.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

SHARED = {"prompt": prompts.BOXED, "scorer": scoring.math_answer(), "tags": ["math", "reasoning"]}


def sample(record) -> Sample:
    return Sample(record["problem"], str(record["answer"]), id=str(record["problem_idx"]))


@benchmark("hmmt25", pretty_name="HMMT-2025", dataset=hub("evalscope/hmmt_feb_2025", split="train"), **SHARED)
def test_hmmt25(record) -> Sample:
    return sample(record)


@benchmark("hmmt_nov25", pretty_name="HMMT-Nov-2025", dataset=hub("evalscope/hmmt_nov_2025", split="train"), **SHARED)
def test_hmmt_nov25(record) -> Sample:
    return sample(record)


@benchmark("hmmt26", pretty_name="HMMT-2026", dataset=hub("evalscope/hmmt_feb_2026", split="train"), **SHARED)
def test_hmmt26(record) -> Sample:
    return sample(record)

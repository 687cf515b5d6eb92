"""Work of Chinese lawyers: questions to a client, analyses of cases, statements of complaint and of defence.

PLawBench: Shi et al. 2026, A Rubric-Based Benchmark for Evaluating LLMs in Real-World Legal Practice, arXiv:2601.16669.
The paper's overall score is the mean of its three tasks, in which the two kinds of statements are one; here it is the
mean of all samples, most of which are analyses of cases.
"""

from evalscope_pytest import Sample, benchmark, hub

from .legal_work import PROMPTS, SUBSETS, by_points, most_points


@benchmark(
    "plawbench",
    pretty_name="PLawBench",
    dataset=hub("evalscope/PLawBench", subsets=SUBSETS),
    prompts=PROMPTS,
    judge=by_points(),
    tags=["law", "chinese", "reasoning"],
)
def test_plawbench(record) -> Sample:
    about = {name: record[name] for name in ("task", "context", "category", "rubrics")}
    return Sample(record["question"], metadata={**about, "most_points": most_points(record)}, id=str(record["id"]))

"""Problems made of the results of recent papers in mathematics, by the month of the papers.

ArXivMath of MathArena: Balunović et al. 2025, MathArena: Evaluating LLMs on Uncontaminated Math Competitions,
arXiv:2505.23281.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

MONTHS = ["arxiv/december", "arxiv/february", "arxiv/january", "arxiv/march"]


@benchmark(
    "arxivmath",
    pretty_name="ArXivMath",
    dataset=hub("evalscope/arxivmath", subsets=MONTHS, split="train", subset_by="competition"),
    prompt=prompts.BOXED,
    scorer=scoring.math_answer(),
    tags=["math", "reasoning"],
)
def test_arxivmath(record) -> Sample:
    return Sample(record["problem"], str(record["answer"]), id=f"{record['competition']}/{record['problem_idx']}")

"""Abstracts of PubMed that answer the question in their title with yes, no or maybe.

PubMedQA: Jin et al. 2019, A Dataset for Biomedical Research Question Answering, arXiv:1909.06146.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "pubmedqa",
    version="2",
    pretty_name="PubMedQA",
    dataset=hub("extraordinarylab/pubmed-qa").counted(1000),
    prompt=prompts.YES_NO_MAYBE,
    scorer=scoring.yes_no_maybe(),
    tags=["knowledge", "reading_comprehension", "yes_no"],
)
def test_pubmedqa(record) -> Sample:
    if "CONTEXTS" in record:  # the authors' shape
        abstract, question, answer = " ".join(record["CONTEXTS"]), record["QUESTION"], record["final_decision"]
    else:
        abstract, question, answer = record["context"], record["question"], record["answer"]
    return Sample(input=f"Abstract: {abstract}\n\nQuestion: {question}", target=answer.upper())

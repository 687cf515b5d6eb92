"""Whether an abstract of PubMed answers its own title with yes, no or maybe.

PubMedQA: Jin et al. 2019, A Dataset for Biomedical Research Question Answering, arXiv:1909.06146.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.scoring import yes_no_maybe

PROMPT = "{question}\nAnswer with YES, NO or MAYBE and nothing else."


def to_sample(record) -> Sample:
    if "CONTEXTS" in record:  # the authors' shape
        abstract, question, answer = " ".join(record["CONTEXTS"]), record["QUESTION"], record["final_decision"]
    else:
        abstract, question, answer = record["context"], record["question"], record["answer"]
    return Sample(input=f"Abstract: {abstract}\n\nQuestion: {question}", target=answer.upper())


@benchmark("pubmedqa", version="2", pretty_name="PubMedQA", dataset=hub("extraordinarylab/pubmed-qa", split="test"),
           to_sample=to_sample, prompt=PROMPT, scorer=yes_no_maybe(),
           tags=["knowledge", "reading_comprehension", "yes_no"])  # fmt: skip
async def test_pubmedqa(sample, model):
    return await model.generate(sample)

"""Calculations with figures from long and short financial documents.

DocMath-Eval: Zhao et al. 2024, Evaluating Math Reasoning Capabilities of LLMs in Understanding Long and Specialized
Documents, arXiv:2311.09805.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts
from evalscope_pytest.judge.prompts import same_answer

from .document_number import document_number

SUBSETS = ["complong_testmini", "compshort_testmini", "simplong_testmini", "simpshort_testmini"]


@benchmark(
    "docmath",
    version="2",
    pretty_name="DocMath",
    dataset=hub("yale-nlp/DocMath-Eval", subsets=SUBSETS),
    prompt=prompts.FROM_TEXT,
    scorer=document_number(),
    judge=same_answer("docmath"),
    cluster="context",
    tags=["reasoning", "math", "long_context"],
)
def test_docmath(record) -> Sample:
    metadata = {"context": "\n".join(record["paragraphs"])}
    return Sample(record["question"], str(record["ground_truth"]), metadata=metadata, id=record.get("question_id", ""))

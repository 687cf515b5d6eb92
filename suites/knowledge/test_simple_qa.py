"""Short questions on facts that have one answer, which does not change; a model may also say that it does not know.

SimpleQA: Wei et al. 2024, Measuring short-form factuality in large language models, arXiv:2411.04368.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.judge import attempted
from evalscope_pytest.judge.prompts import FACT

PROMPT = "Answer the question:\n\n{question}"


@benchmark(
    "simple_qa",
    version="2",
    pretty_name="SimpleQA",
    dataset=hub("evalscope/SimpleQA"),
    prompt=PROMPT,
    judge=attempted("simple_qa", FACT),
    tags=["knowledge", "qa"],
)
def test_simple_qa(record) -> Sample:
    return Sample(record["problem"], record["answer"])

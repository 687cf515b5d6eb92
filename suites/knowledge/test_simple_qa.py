"""Short questions on facts that have one answer, which does not change; a model may also say that it does not know.

SimpleQA: Wei et al. 2024, Measuring short-form factuality in large language models, arXiv:2411.04368.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.judge import attempted

PROMPT = "Answer the question:\n\n{question}"
GRADING = """\
Grade the answer to a question against the reference.

A, correct: it gives everything in the reference that the question asks for, and nothing that contradicts it. Ignore \
spelling, order, wording, language and expressions of uncertainty: "I believe it was Lima" is as good as "Lima".
B, incorrect: something in it contradicts the reference, even if it is hedged: another name, an additional name, \
several alternatives.
C, not attempted: it does not give what the question asks for and does not contradict the reference: it says that it \
does not know, asks for clarification, or gives only a part of the reference.

- A number must agree with the reference to the reference's last significant figure. A range that includes the number \
("more than 50") is C.
- Information that the question states or implies need not be repeated: the unit, the country of a city, a surname.
- A misspelled name is the same name if it is clear who is meant.

Question: {question}
Reference: {gold}
Answer: {pred}

The verdict is A, B or C."""


@benchmark(
    "simple_qa",
    version="2",
    pretty_name="SimpleQA",
    dataset=hub("evalscope/SimpleQA"),
    prompt=PROMPT,
    judge=attempted("simple_qa", GRADING),
    tags=["knowledge", "qa"],
)
def test_simple_qa(record) -> Sample:
    return Sample(record["problem"], record["answer"])

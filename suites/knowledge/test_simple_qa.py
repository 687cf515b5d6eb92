"""Short questions on facts that have one answer, which does not change; a model may also say that it does not know.

SimpleQA: Wei et al. 2024, Measuring short-form factuality in large language models, arXiv:2411.04368.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.judge import attempted

PROMPT = "Answer the question:\n\n{question}"
GRADING = """\
Grade the answer to a question by its reference.

A, correct: it says all of the reference that the question asks for, and nothing that contradicts it. Spelling, order, \
wording, language, and how sure it sounds do not matter: "I believe it was Lima" is as good as "Lima".
B, incorrect: something in it contradicts the reference, even with reservations: another name, one name too many, \
several alternatives.
C, not attempted: it does not give what the question asks for, and contradicts nothing: it says that it does not know, \
asks back, or gives part of the reference only.

- A number has to agree with the reference to the reference's last significant figure. A range that holds the number \
("more than 50") is C.
- What the question itself says, or makes obvious, need not be repeated: the unit, the country of a city, a surname.
- A name with a misspelling that leaves no doubt about who is meant is the same name.

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

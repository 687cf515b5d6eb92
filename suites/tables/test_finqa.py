"""Calculations with the figures of earnings reports, answered by a program.

FinQA: Chen et al. 2021, A Dataset of Numerical Reasoning over Financial Data, arXiv:2109.00122.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub

from .financial_program import financial_program

PROMPT = """Here are the words and the table of a financial report, and a question about it.

{context}

Question: {question}

Answer with a program of these operations:
- add(a, b), subtract(a, b), multiply(a, b), divide(a, b), exp(a, b) for a to the power of b, and greater(a, b), \
which is yes if a is greater than b and no otherwise
- table_max(row, none), table_min(row, none), table_sum(row, none) and table_average(row, none) on the numbers of a \
row of the table; write the name of the row as the first column has it

An argument is a number of the report (digits only: no unit, no separator, no % sign), a constant such as const_100 \
(const_m1 is minus one), or #n for the result of step n; the first step is #0. A percentage is a ratio: do not \
multiply it by 100. Write one operation after the other, joined by ", ", none inside another, as in \
"subtract(5829, 5735), divide(#0, 5735)".

Think step by step, then finish with the line "Program: [PROGRAM]" (without quotes)."""


@benchmark(
    "finqa",
    pretty_name="FinQA",
    dataset=hub("evalscope/finqa"),
    prompt=PROMPT,
    scorer=financial_program(),
    cluster="context",
    tags=["reasoning", "math", "finance", "table"],
)
def test_finqa(record) -> Sample:
    asked, table = record["qa"], "\n".join(" | ".join(row) for row in record["table"])
    before, after = "\n".join(record["pre_text"]), "\n".join(record["post_text"])
    parts = [("Text", before), ("Table", table), ("Text", after)]
    context = "\n\n".join(f"{name}:\n{text}" for name, text in parts if text)
    about = {"context": context, "table": record["table"], "result": asked["exe_ans"]}
    return Sample(asked["question"], asked["program"], metadata=about, id=record["id"])

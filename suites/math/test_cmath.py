"""Word problems from Chinese elementary schools, by the grade that learns them.

CMATH: Wei et al. 2023, Can Your Language Model Pass Chinese Elementary School Math Test?, arXiv:2306.16636.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

GRADES = [f"Grade {grade}" for grade in range(1, 7)]


@benchmark(
    "cmath",
    version="2",
    pretty_name="CMATH",
    dataset=hub("evalscope/cmath", subsets=GRADES, subset_by=lambda record: f"Grade {record['grade']}").counted(1098),
    prompt=prompts.BOXED_ZH,
    scorer=scoring.math_answer(),
    tags=["math", "reasoning", "chinese"],
)
def test_cmath(record) -> Sample:
    metadata = {"reasoning_step": record["reasoning_step"], "num_digits": record["num_digits"]}
    return Sample(record["question"].strip(), str(record["golden"]).strip(), metadata=metadata)

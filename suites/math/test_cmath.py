"""Word problems from Chinese elementary schools, by the grade that learns them.

CMATH: Wei et al. 2023, Can Your Language Model Pass Chinese Elementary School Math Test?, arXiv:2306.16636.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import BOXED_ZH
from evalscope_pytest.scoring import math_answer

GRADES = [f"Grade {grade}" for grade in range(1, 7)]


def to_sample(record) -> Sample:
    metadata = {"reasoning_step": record["reasoning_step"], "num_digits": record["num_digits"]}
    return Sample(record["question"].strip(), str(record["golden"]).strip(), metadata=metadata)


@benchmark("cmath", version="2", pretty_name="CMATH", to_sample=to_sample, prompt=BOXED_ZH, scorer=math_answer(),
           dataset=hub("evalscope/cmath", subsets=GRADES, split="test",
                       subset_by=lambda record: f"Grade {record['grade']}"),
           tags=["math", "reasoning", "chinese"])  # fmt: skip
async def test_cmath(sample, model):
    return await model.generate(sample)

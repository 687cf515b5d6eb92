"""Murder mysteries, misplaced objects and teams to build: stories that take many steps to reason through.

MuSR: Sprague et al. 2023, Testing the Limits of Chain-of-thought with Multistep Soft Reasoning, arXiv:2310.16049.
"""

from ast import literal_eval

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import CHOICE_STEPWISE
from evalscope_pytest.scoring import choice_answer


def to_sample(record) -> Sample:
    question = f"{record['narrative']}\n\n{record['question']}"
    return Sample(question, "ABCDEF"[int(record["answer_index"])], literal_eval(record["choices"]))


@benchmark("musr", version="2", pretty_name="MuSR", to_sample=to_sample, prompt=CHOICE_STEPWISE, scorer=choice_answer(),
           dataset=hub("AI-ModelScope/MuSR", subsets=["murder_mysteries", "object_placements", "team_allocation"]),
           tags=["reasoning", "multiple_choice"])  # fmt: skip
async def test_musr(sample, model):
    return await model.generate(sample)

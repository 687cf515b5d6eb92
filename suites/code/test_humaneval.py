"""Hand-written programming tasks: the body of a Python function from its signature and description.

HumanEval: Chen et al. 2021, Evaluating Large Language Models Trained on Code, arXiv:2107.03374.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks import wording
from evalscope_pytest.scoring.programs import program_passes


def to_sample(record) -> Sample:
    tests = f"{record['test']}\ncheck({record['entry_point']})"
    return Sample(record["prompt"], record["canonical_solution"].strip(), id=record["task_id"],
                  metadata={"entry_point": record["entry_point"]}, private={"tests": tests})  # fmt: skip


@benchmark("humaneval", version="2", pretty_name="HumanEval", to_sample=to_sample, prompt=wording.FUNCTION,
           dataset=hub("opencompass/humaneval", subsets=["openai_humaneval"]), scorer=program_passes(completes=True),
           aggregation="mean_and_pass_at_k", timeout_s=4, tags=["coding"])  # fmt: skip
async def test_humaneval(sample, model):
    return await model.generate(sample)

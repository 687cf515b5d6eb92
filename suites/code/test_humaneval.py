"""Hand-written programming tasks: the body of a Python function from its signature and description.

HumanEval: Chen et al. 2021, Evaluating Large Language Models Trained on Code, arXiv:2107.03374.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts
from evalscope_pytest.scoring.programs import program_passes


@benchmark(
    "humaneval",
    version="2",
    pretty_name="HumanEval",
    dataset=hub("opencompass/humaneval", subsets=["openai_humaneval"]).counted(164),
    prompt=prompts.FUNCTION,
    scorer=program_passes(completes=True),
    aggregation="mean_and_pass_at_k",
    timeout_s=4,
    tags=["coding"],
)
def test_humaneval(record) -> Sample:
    tests = f"{record['test']}\ncheck({record['entry_point']})"
    solution, metadata = record["canonical_solution"].strip(), {"entry_point": record["entry_point"]}
    return Sample(record["prompt"], solution, id=record["task_id"], metadata=metadata, private={"tests": tests})

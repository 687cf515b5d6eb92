"""Basic programming tasks, each with three tests that the model sees.

MBPP: Austin et al. 2021, Program Synthesis with Large Language Models, arXiv:2108.07732.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts
from evalscope_pytest.scoring.programs import called_function, program_passes

SHOT = "Write Python code for this task: {question}\nIt has to pass these tests:\n\n{tests}\n[BEGIN]\n{target}\n[DONE]"
PROMPT = """\
{fewshot}

Write Python code for this task: {question}
It has to pass these tests:

{tests}
[BEGIN]
"""


# Exemplars are the tasks 2, 3 and 4, as in the paper.
@benchmark(
    "mbpp",
    version="2",
    pretty_name="MBPP",
    dataset=hub("google-research-datasets/mbpp", subsets=["full"]).counted(500),
    prompt=prompts.TESTED,
    few_shot=FewShot(3, split="prompt", skip=1, shot=SHOT, prompt=PROMPT),
    scorer=program_passes(marks=("[BEGIN]", "[DONE]"), stop="assert "),
    aggregation="mean_and_pass_at_k",
    timeout_s=20,
    tags=["coding"],
)
def test_mbpp(record) -> Sample:
    tests, code = "\n".join(record["test_list"]), record["code"].replace("\r\n", "\n")
    metadata = {"tests": tests, "entry_point": called_function(code, tests)}
    private = {"tests": f"{record['test_setup_code']}\n{tests}"}
    return Sample(record["text"], code, id=str(record["task_id"]), metadata=metadata, private=private)

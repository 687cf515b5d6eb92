"""Tasks on grids: a rule is shown by a few pairs of grids, and is to be applied to another one.

ARC-AGI-2: Chollet et al. 2025, A New Challenge for Frontier AI Reasoning Systems, arXiv:2505.11831; the 120 tasks of
its public evaluation set, the first test grid of each.
"""

import json

from evalscope_pytest import Sample, benchmark, hub

from .grid import grid_answer

SYSTEM = "You infer from examples the rule that turns one grid into another, and apply it exactly to a new grid."
TASK = (
    "A grid is a list of rows of digits from 0 to 9. Find the rule that turns the inputs into the outputs, and "
    "apply it to the test input.\n\n{examples}\n\nTest input: {grid}\n\nReply with the output grid as a JSON array of "
    "rows, and nothing else."
)
EXAMPLE = "Example {}:\nInput: {}\nOutput: {}"


@benchmark(
    "arc_agi_2",
    version="2",
    pretty_name="ARC-AGI-2",
    dataset=hub("evalscope/arc-agi-2").counted(120),
    system_prompt=SYSTEM,
    scorer=grid_answer(),
    aggregation="mean_and_pass_hat_k",
    tags=["reasoning"],
)
def test_arc_agi_2(record) -> Sample:
    shown, test = record.get("fewshots") or record["train"], (record.get("question") or record["test"])[0]
    pairs = [(json.dumps(pair["input"]), json.dumps(pair["output"])) for pair in shown]
    examples = "\n\n".join(EXAMPLE.format(number, *pair) for number, pair in enumerate(pairs, 1))
    return Sample(TASK.format(examples=examples, grid=json.dumps(test["input"])), json.dumps(test["output"]))

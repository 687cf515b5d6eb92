"""Logic grid puzzles: who lives in which house, in 1,000 puzzles of two to six houses.

ZebraLogic: Lin et al. 2025, On the Scaling Limits of LLMs for Logical Reasoning, arXiv:2502.01100.
"""

import json

from evalscope_pytest import Sample, benchmark, hub

from .zebra import METRICS, blank_solution, zebra_answer

PROMPT = """\
# A puzzle with its answer

Two houses are next to each other, number 1 on the left and number 2 on the right. A different person lives in each.
 - Their names: `Mona`, `Otto`.
 - Their pets: `cat`, `newt`.

## Clues

1. The newt lives to the right of Mona.
2. Otto does not live in the first house.

## Answer

{{"reasoning": "By clue 2 Otto lives in house 2, and Mona in house 1. By clue 1 the newt is in house 2, so the cat is \
in house 1.", "solution": {{"House 1": {{"Name": "Mona", "Pet": "cat"}}, \
"House 2": {{"Name": "Otto", "Pet": "newt"}}}}}}

# The puzzle to solve

{question}

# Your reply

Solve the puzzle. Reply with your reasoning and the solution as JSON of this form:

{json_template}
"""


@benchmark(
    "zebralogicbench",
    version="2",
    pretty_name="ZebraLogicBench",
    dataset=hub("allenai/ZebraLogicBench-private", subsets=["grid_mode"]),
    prompt=PROMPT,
    scorer=zebra_answer(),
    metrics=METRICS,
    tags=["reasoning"],
)
def test_zebralogicbench(record) -> Sample:
    gold = {"header": list(record["solution"]["header"]), "rows": [list(row) for row in record["solution"]["rows"]]}
    form = json.dumps(blank_solution(gold["header"], len(gold["rows"])), indent=4)
    return Sample(record["puzzle"], json.dumps(gold), metadata={"json_template": form})

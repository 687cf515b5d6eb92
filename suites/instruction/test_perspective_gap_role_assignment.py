"""Pieces of information, to be given to the agents that need them and to no others; one piece nobody needs.

PerspectiveGap: 2026, A Benchmark for Multi-Agent Orchestration Prompting, arXiv:2606.08878. Scored by the rules of its
own scorer. Its second task, prompts written out for each agent, is not here: its scorer needs a model's tokenizer.

Records not seen: they are read in their published shape.
"""

import json

from evalscope_pytest import Sample, benchmark, hub

from .role_sets import role_sets


@benchmark(
    "perspective_gap_role_assignment",
    pretty_name="PerspectiveGap Role Assignment",
    dataset=hub("evalscope/PerspectiveGap"),
    scorer=role_sets(),
    tags=["agent", "instruction_following"],
)
def test_perspective_gap_role_assignment(record) -> Sample:
    need = {role: fragments for role, fragments in record["reference_need_sets"].items() if fragments is not None}
    metadata = {"need": need, "distractor": record["distractor_id"]}
    scenario, prompt = record["scenario_id"], record["role_assignment_prompt"]
    return Sample(prompt, json.dumps(need), id=record["evaluation_id"], metadata=metadata, cluster=scenario)

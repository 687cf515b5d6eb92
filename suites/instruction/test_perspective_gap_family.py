"""Pieces of information, to be given to the agents that need them and to no others; one piece nobody needs.

PerspectiveGap: 2026, A Benchmark for Multi-Agent Orchestration Prompting, arXiv:2606.08878. Scored by the rules of its
own scorer: which fragments are assigned, or which are in the prompts written out for each agent. Prompts are compared
word by word, or by the tokens of the model whose tokenizer.json is given (the leaderboard's is Qwen/Qwen3.5-0.8B).

Records not seen: they are read in their published shape.
"""

import json

from evalscope_pytest import Sample, benchmark, hub

from .role_sets import role_sets
from .written_roles import written_roles

HUB = hub("evalscope/PerspectiveGap")
TAGS = ["agent", "instruction_following"]


def sample(record, prompt: str, **more) -> Sample:
    need = {role: fragments for role, fragments in record["reference_need_sets"].items() if fragments is not None}
    metadata = {"need": need, "distractor": record["distractor_id"], **more}
    return Sample(
        prompt, json.dumps(need), id=record["evaluation_id"], metadata=metadata, cluster=record["scenario_id"]
    )


@benchmark(
    "perspective_gap_role_assignment",
    pretty_name="PerspectiveGap Role Assignment",
    dataset=HUB,
    scorer=role_sets(),
    tags=TAGS,
)
def test_perspective_gap_role_assignment(record) -> Sample:
    return sample(record, record["role_assignment_prompt"])


@benchmark(
    "perspective_gap_prompt_writing",
    pretty_name="PerspectiveGap Prompt Writing",
    dataset=HUB,
    scorer=written_roles(),
    extra_params={"tokenizer": ""},
    variant=lambda params: {"scorer": written_roles(params["tokenizer"])},
    tags=TAGS,
)
def test_perspective_gap_prompt_writing(record) -> Sample:
    fragments = {fragment["id"]: fragment["text"] for fragment in record["fragments"]}
    return sample(record, record["prompt_writing_prompt"], fragments=fragments)

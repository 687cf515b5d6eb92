"""Prompts with instructions a program can check, such as a word limit, a language or a format.

IFEval: Zhou et al. 2023, Instruction-Following Evaluation for Large Language Models, arXiv:2311.07911.
"""

from evalscope_pytest import Sample, benchmark, hub

from .scorer import ifeval


@benchmark(
    "ifeval",
    pretty_name="IFEval",
    dataset=hub("opencompass/ifeval", split="train").counted(541),
    scorer=ifeval(),
    tags=["instruction_following"],
)
def test_ifeval(record) -> Sample:
    metadata = {name: record[name] for name in ("key", "prompt", "instruction_id_list", "kwargs")}
    return Sample(input=record["prompt"], metadata=metadata)

"""Prompts with unusual instructions a program can check, such as an alphabet of first letters or nested quotations.

IFBench: Pyatkin et al. 2025, Generalizing Verifiable Instruction Following, arXiv:2507.02833. Left out are the records
that ask for a verb at the beginning or for odd and even syllables, 15 of 300: no program here can tell.
"""

from evalscope_pytest import Sample, benchmark, hub

from .registry import can_be_checked
from .scorer import ifbench


def to_sample(record) -> Sample:
    metadata = {name: record[name] for name in ("key", "prompt", "instruction_id_list", "kwargs")}
    return Sample(input=record["prompt"], metadata=metadata)


def keep(record, params) -> bool:
    return can_be_checked(record["instruction_id_list"])


@benchmark("ifbench", pretty_name="IFBench", dataset=hub("allenai/IFBench_test", split="train"), to_sample=to_sample,
           keep=keep, scorer=ifbench(), tags=["instruction_following"])  # fmt: skip
async def test_ifbench(sample, model):
    return await model.generate(sample)

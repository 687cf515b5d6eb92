"""Prompts with unusual instructions a program can check, such as an alphabet of first letters or nested quotations.

IFBench: Pyatkin et al. 2025, Generalizing Verifiable Instruction Following, arXiv:2507.02833. Left out are the records
that ask for a verb at the beginning or for odd and even syllables, 15 of 300: no program here can check them.
"""

from evalscope_pytest import Sample, benchmark, hub

from .registry import can_be_checked
from .scorer import ifbench


@benchmark(
    "ifbench",
    pretty_name="IFBench",
    dataset=hub("allenai/IFBench_test", split="train"),
    keep=lambda record, params: can_be_checked(record["instruction_id_list"]),
    scorer=ifbench(),
    tags=["instruction_following"],
)
def test_ifbench(record) -> Sample:
    metadata = {name: record[name] for name in ("key", "prompt", "instruction_id_list", "kwargs")}
    return Sample(input=record["prompt"], metadata=metadata)

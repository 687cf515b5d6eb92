"""Tasks that need the rules and facts in their context, which no model can know, judged by lists of requirements.

CL-bench: Dou et al. 2026, A Benchmark for Context Learning, arXiv:2602.03587. A reply is right if it meets every
requirement; an empty one is wrong without a judge.
"""

from evalscope_pytest import Message, Sample, benchmark, hub

from .requirements import all_met, listed


@benchmark(
    "cl_bench",
    pretty_name="CL-bench",
    dataset=hub("tencent-community/CL-bench", split="train"),
    judge=all_met("cl_bench"),
    tags=["instruction_following", "reasoning", "long_context"],
)
def test_cl_bench(record) -> Sample:
    turns = [Message(turn["role"], turn["content"]) for turn in record["messages"]]
    about = record.get("metadata") or record.get("meta_data") or {}
    return Sample(turns, listed(record["rubrics"]), metadata={"about": about}, cluster=about.get("context_id"))

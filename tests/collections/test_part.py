"""Samples of a collection are scored as their benchmarks score them."""

from __future__ import annotations

import asyncio
from typing import Any

from evalscope_pytest.collections.part import collected
from evalscope_pytest.collections.schema import sample_of


def scored(reply: str, name: str, subset: str, args: Any = None, **prompt: Any):
    record = {
        "dataset_name": name, "subset_name": subset, "task_type": "", "tags": [], "categories": [], "weight": 0.25,
        "args": args or {}, "prompt": {"input": [{"role": "user", "content": "?"}], **prompt},
    }  # fmt: skip

    async def score():
        return await collected().score(reply, sample_of(record))

    return asyncio.run(score())


def test_the_subset_decides_as_in_its_benchmark():
    assert scored("\\boxed{1.250}", "mgsm", "de", target="1250").values["accuracy"] == 1
    assert scored("\\boxed{1.250}", "mgsm", "en", target="1250").values["accuracy"] == 0


def test_filters_are_applied():
    filters = {"filters": {"remove_until": "</idea>"}}
    reply = "\\boxed{5}</idea> I do not know."
    assert scored(reply, "gsm8k", "main", target="5").values["accuracy"] == 1
    assert scored(reply, "gsm8k", "main", filters, target="5").values["accuracy"] == 0


def test_parameters_of_the_benchmark_hold():
    prompt = {"target": '[{"f": {"a": [1]}}]', "metadata": {"language": "python", "functions": [
        {"name": "f", "parameters": {"properties": {"a": {"type": "integer"}}, "required": []}}]}}  # fmt: skip
    in_words = {"extra_params": {"is_fc_model": False}}
    assert scored("[f(a=1)]", "bfcl_v3", "simple", in_words, **prompt).values["accuracy"] == 1
    assert scored("[f(a=1)]", "bfcl_v3", "simple", **prompt).values["accuracy"] == 0


def test_a_sample_its_benchmark_leaves_out_counts_nowhere():
    """The F1 of a step that finishes is in no mean of tool_bench."""
    finish = 'Action: Finish\nAction Input: {"return_type": "give_answer", "final_answer": "ten"}'
    score = scored(finish, "tool_bench", "in_domain", target=finish, metadata={"tools": ["Finish"]})
    assert score.metadata["weights"] == {"accuracy": 0.0, "weighted_accuracy": 0.0}
    assert score.metadata["metric"] == "F1"
    right = scored("\\boxed{5}", "gsm8k", "main", target="5")
    assert right.metadata["weights"] == {"accuracy": 1.0, "weighted_accuracy": 0.25}

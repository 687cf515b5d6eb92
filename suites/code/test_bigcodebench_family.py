"""Practical tasks with the libraries that Python programmers use, each with unit tests; and its 148 hardest.

BigCodeBench: Zhuo et al. 2024, Benchmarking Code Generation with Diverse Function Calls, arXiv:2406.15877. ``split`` is
``instruct`` (the task in words) or ``complete`` (a function with its docstring); ``calibrate`` puts the head of the
function before the reply, as the authors do; ``version`` is that of the data. Records not seen: written in their shape.
"""

from dataclasses import replace

from evalscope_pytest import Sample, benchmark, hub

from .unit_tests import check_split, unit_tests_pass

FULL, HARD = (hub(f"evalscope/{name}", split="v0.1.4") for name in ("bigcodebench", "bigcodebench-hard"))
SHARED = {
    "prompt": "{prompt}",
    "scorer": unit_tests_pass(),
    "aggregation": "mean_and_pass_at_k",
    "extra_params": {"split": "instruct", "version": "default", "calibrate": True},
    "environment": "bigcodebench",
    "timeout_s": 240,
    "tags": ["coding"],
}


def versioned(dataset):
    def varied(params):
        check_split(params["split"])
        return {} if params["version"] == "default" else {"dataset": replace(dataset, split=params["version"])}

    return varied


def sample(record, params) -> Sample:
    prompt, split = record[f"{params['split']}_prompt"], params["split"]
    metadata = {"prompt": prompt, "entry_point": record["entry_point"]}
    private = {"tests": record["test"], "head": record["code_prompt"] if params["calibrate"] else ""}
    private["begun"] = record["complete_prompt"] if split == "complete" else ""
    return Sample(prompt, record["canonical_solution"], id=record["task_id"], metadata=metadata, private=private)


@benchmark("bigcodebench", pretty_name="BigCodeBench", dataset=FULL, variant=versioned(FULL), **SHARED)
def test_bigcodebench(record, extra_params) -> Sample:
    return sample(record, extra_params)


@benchmark("bigcodebench_hard", pretty_name="BigCodeBench-Hard", dataset=HARD, variant=versioned(HARD), **SHARED)
def test_bigcodebench_hard(record, extra_params) -> Sample:
    return sample(record, extra_params)

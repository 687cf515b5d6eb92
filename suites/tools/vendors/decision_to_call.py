"""The decision to call a function, and the validity of the calls."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from evalscope_pytest.core.values import Sample, Score, Tool
from evalscope_pytest.scoring.scorer import Scorer

from . import schema
from .whole_reply import read


def decision_to_call(f1: str, finished: str) -> Scorer:
    """Compare the decision to call with ``should_call_tool`` of the metadata, and the calls with the tools' schemas.

    A reply calls if it holds a call, whatever reason the service gives for its end. In a sample's row the first metric
    is 1 for a reply that is right as a whole: valid calls if it should call, none if it should not.

    Metrics:
        f1: F1 of the decision alone, 2 TP / (2 TP + FP + FN); valid or not, a call is a call.
        schema_accuracy: Share of the replies with calls in which all calls are valid.
        finished: Number of replies that end for the reason ``tool_calls``.
        count_successful_tool_call: Number of replies with calls, all of them valid.

    Args:
        f1: Name of the first metric.
        finished: Name of the third.
    """

    def score(text: str, sample: Sample) -> Score:
        reply, should = read(text), bool(sample.metadata["should_call_tool"])
        faults = [fault for call in reply.calls if (fault := schema.fault_of(*call, sample.tools))]
        called = bool(reply.calls)
        valid = called and not faults
        values = {
            f1: float(valid if should else not called),
            finished: float(reply.finish == "tool_calls"),
            "count_successful_tool_call": float(valid),
            **({"schema_accuracy": float(valid)} if called else {}),
        }
        outcomes = {"call hit": called and should, "call missed": should and not called}
        outcomes["call invented"] = called and not should
        weights = {f1: {name: float(happened) for name, happened in outcomes.items()}}
        answer = "; ".join(f"{name}({arguments})" for name, arguments in reply.calls)[:500] or "no call"
        return Score.of(values, answer=answer, explanation="; ".join(faults[:3]), metadata={"weights": weights})

    counts = dict.fromkeys((finished, "count_successful_tool_call"), "sum")
    metrics = (f1, "schema_accuracy", *counts)
    return Scorer("decision_to_call", metrics, score, ideal_reply, f1, aggregation={f1: "macro_f1", **counts})


def ideal_reply(sample: Sample) -> str:
    """Return a valid call of the first tool if the sample wants a call, else words."""
    if not sample.metadata["should_call_tool"] or not sample.tools:
        return "No function is needed."
    return called(sample.tools[0])


def called(tool: Tool) -> str:
    """Return a call of a tool, as a JSON list of calls."""
    return json.dumps([{"name": tool.name, "arguments": _example(tool.parameters)}])


def _example(declared: Mapping[str, Any]) -> Any:
    """Return the simplest value of a schema, as far as one can tell without solving it."""
    if "const" in declared or "default" in declared:
        return declared.get("const", declared.get("default"))
    if declared.get("enum"):
        return declared["enum"][0]
    kind = declared.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        properties = declared.get("properties", {})
        return {name: _example(properties.get(name, {})) for name in declared.get("required", ())}
    if kind == "array":
        return [_example(declared.get("items", {}))] * max(1, declared.get("minItems", 1))
    return {"string": "x" * declared.get("minLength", 1), "boolean": True}.get(kind, declared.get("minimum", 1))

"""Checks of services: decisions to call, validity of calls, marks of wrong deployments, refused parameters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import LoadedBenchmark, load
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.core.errors import ScoringError, UnreadyError
from evalscope_pytest.core.values import ModelOutput, Tool, ToolCall
from evalscope_pytest.datasets.base import DataLocation
from evalscope_pytest.scoring.aggregation import Attempt, aggregate
from evalscope_pytest.wire.content import split_reasoning
from suites.tools.vendors import deployment, schema, whole_reply

from .test_suites import score_of

pytest.importorskip("jsonschema", reason="checks of schemas need the extra `tools`")


def run_of(run: str, folder: Path) -> tuple[LoadedBenchmark, list[Sample], list[dict[str, Any]]]:
    args = json.loads((folder / run / "args.json").read_text(encoding="utf-8"))
    expected = [json.loads(line) for line in (folder / run / "samples.jsonl").open(encoding="utf-8")]
    benchmark = load_bundled(args["benchmark"])
    place = DataLocation(benchmark.name, benchmark.file.parent, hub="local", dataset_id=str(folder / run / "data"))
    subsets = tuple(args["resolved_benchmark"]["subset_list"])
    loaded = load(resolve(benchmark, DatasetArgs(subset_list=subsets)), place)
    return loaded, [sample for found in loaded.subsets.values() for sample in found], expected


def output_of(answer: Any) -> ModelOutput | None:
    """Return the reply that a run's server gave; None for an HTTP error."""
    if not isinstance(answer, dict):
        return ModelOutput(split_reasoning(answer or "").text)
    if "http" in answer:
        return ModelOutput("", stop_reason="refused") if answer["http"] == 400 else None
    calls = tuple(
        ToolCall(name, given if isinstance(given, str) else json.dumps(given))
        for name, given in answer.get("tool_calls", ())
    )
    finish = answer.get("finish_reason") or ("tool_calls" if calls else "stop")
    return ModelOutput(answer.get("content") or "", answer.get("reasoning", ""), finish, tool_calls=calls)


def scored_run(run: str, folder: Path) -> tuple[list[str], dict[str, tuple[float, int]]]:
    """Return what was scored otherwise than it was meant, and the metrics, each with its number of replies."""
    loaded, samples, expected = run_of(run, folder)
    resolved, wrong, attempts = loaded.resolved, [], []
    for number, (sample, row) in enumerate(zip(samples, expected, strict=True)):
        output = output_of(row["answer"])
        if output is None or (output.stop_reason == "refused" and "probe" not in row["kind"]):
            continue  # an error of the sample
        score = score_of(resolved.benchmark, whole_reply.written(output), sample)
        attempts.append(Attempt(number, 0, score.values, weights=score.metadata.get("weights")))
        if row["truth"] is not None and score.values[resolved.metrics[0]] != row["truth"]:
            wrong.append(row["kind"])
    found = aggregate(attempts, resolved.metrics, resolved.benchmark.aggregation)
    return wrong, {metric.name: (round(metric.score, 4), metric.num) for metric in found}


@pytest.mark.real_data
@pytest.mark.parametrize("run", ["general_fc", "general_fc_zh", "k2_verifier", "minimax_verifier"])
def test_messages_are_evalscopes(run: str, parity_text: Path) -> None:
    loaded, samples, expected = run_of(run, parity_text)
    for sample, row in zip(samples, expected, strict=True):
        sent = [(m.role, m.text, [call.arguments for call in m.tool_calls]) for m in loaded.messages(sample)]
        theirs = [
            (m["role"], m["content"] or "", [call["function"]["arguments"] for call in m.get("tool_calls") or ()])
            for m in row["messages"]
        ]
        assert sent == theirs, row["order"]
        assert [tool.name for tool in sample.tools] == [t["function"]["name"] for t in row.get("tools") or ()]


# EvalScope's F1 is 0.85 in 26 replies: it counts an end for `tool_calls` without a call, and an HTTP error as no call;
# the call under `stop`, which it leaves out, is in ours.
DECISION = {"general_fc": ("tool_call_f1", "call"), "k2_verifier": ("trigger_similarity", "calls")}


@pytest.mark.real_data
@pytest.mark.parametrize("run", sorted(DECISION))
def test_decisions_to_call_are_scored_as_they_are_meant(run: str, parity_text: Path) -> None:
    f1, ending = DECISION[run]
    assert scored_run(run, parity_text) == (
        [],
        {
            f1: (0.8718, 25),
            "schema_accuracy": (0.3684, 19),
            f"count_finish_reason_tool_{ending}": (19.0, 25),
            "count_successful_tool_call": (7.0, 25),
        },
    )


@pytest.mark.real_data
def test_deployments_are_scored_as_they_are_meant(parity_text: Path) -> None:
    assert scored_run("minimax_verifier", parity_text) == (
        [],
        {
            "tool_calls_match_rate": (0.75, 8),
            "schema_accuracy": (0.6667, 6),
            "error_only_reasoning_rate": (0.05, 20),
            "language_following_success_rate": (0.6667, 3),
            "repeat_ngram_pass_rate": (0.6667, 3),  # EvalScope 0.3333: ordinary prose fails
            "scenario_check_pass_rate": (0.6667, 3),  # EvalScope 0.3333: a key left out fails
        },
    )


@pytest.mark.real_data
def test_probes_are_evalscopes_without_the_temperature_of_the_run(parity_text: Path) -> None:
    _, samples, expected = run_of("kimi_verifier", parity_text)
    for sample, row in zip(samples, expected, strict=True):
        given = {name: value for name, value in sample.generation.items() if value is not None}
        sent = {"model": "mock", **given, **given.pop("extra_body")}
        del sent["extra_body"]
        theirs = dict(row["params"])
        if row["record"]["param_name"] != "temperature":
            del theirs["temperature"]
        assert sent == theirs
    assert scored_run("kimi_verifier", parity_text)[1] == {
        "param_immutable_reject_rate": (0.8, 25),
        "param_default_accept_rate": (1.0, 28),
    }


TOOL = Tool(
    "t",
    "",
    {
        "type": "object",
        "properties": {"n": {"type": "integer"}, "word": {"pattern": "^(a+)+$"}, "in": {"$ref": "#/properties/n"}},
        "patternProperties": {"^x_": {"type": "string"}},
        "additionalProperties": False,
    },
)
DOUBLED = {"$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)}, "$ref": "#/$defs/d0"}


@pytest.mark.parametrize("arguments", ["", "{}", '{"n": 4.0}', '{"word": "aaa", "in": 3}', '{"x_1": "text"}'])
def test_valid_arguments(arguments: str) -> None:
    assert schema.fault_of("t", arguments, [TOOL]) == ""


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ('{"n": "4"}', "not of type 'integer'"),
        ('{"n": 1', "not JSON"),
        ('{"n": NaN}', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "not an object"),
        ('{"in": "x"}', "not of type 'integer'"),
        ('{"other": 1}', "Additional properties"),
        ('{"x_1": 2}', "not of type 'string'"),
        (json.dumps({"word": "a" * 40 + "!"}), "does not match"),  # Python's own matcher would take years
    ],
)
def test_invalid_arguments(arguments: str, fault: str) -> None:
    assert fault in schema.fault_of("t", arguments, [TOOL])


@pytest.mark.parametrize(
    "declared", [{"type": "dict"}, {"$ref": "#"}, {"$ref": "http://127.0.0.1:9/schema"}, {"required": True}]
)
def test_a_call_of_a_tool_with_a_broken_schema_is_invalid(declared: dict[str, Any]) -> None:
    assert "the schema of tool 't' is broken" in schema.fault_of("t", "{}", [Tool("t", "", declared)])


@pytest.mark.parametrize(
    ("declared", "error"),
    [
        (DOUBLED | {"$defs": {**DOUBLED["$defs"], "d40": {}}}, "steps"),
        ({"properties": {"n": {"pattern": "(?=x)"}}}, "Look-around"),
        ({"patternProperties": {"x": {}}, "unevaluatedProperties": False}, "not supported"),
    ],
)
def test_a_schema_that_cannot_be_checked_in_bounded_time_is_an_error(declared: dict[str, Any], error: str) -> None:
    with pytest.raises(ScoringError, match=error):
        schema.fault_of("t", '{"n": "x", "x": 1}', [Tool("t", "", declared)])


def test_without_the_library_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    record = {"messages": [], "tools": [], "should_call_tool": False}
    for name in ("general_fc", "k2_verifier", "minimax_verifier"):
        to_sample = load_bundled(name).to_sample
        monkeypatch.setattr(to_sample.__globals__["schema"], "find_spec", lambda name: None)
        with pytest.raises(UnreadyError, match=r"evalscope-pytest\[tools\]"):
            to_sample(record)


PROSE = "The rain fell on the hill, and the brook that ran past the mill took the water to the sea. "


@pytest.mark.parametrize(
    ("text", "stuck"),
    [
        ("", False),
        (PROSE, False),
        ("1, 1, 1, 1, 1, 1, 1", False),
        ("| --- | --- | --- | --- | --- |", False),
        ("rain rain rain rain rain rain", True),
        (PROSE + "I am done with it now. " * 4, True),
        ("好的，" * 3, False),
        ("我会帮助你解决这个问题。" * 4, True),
        ("人工智能很好。人工智能很快。他说人工智能不难，人工智能也不贵。", False),
    ],
)
def test_loops(text: str, stuck: bool) -> None:
    assert deployment.loops(text) is stuck


ORDERED = [Tool("plan", "", {"properties": {"a": {}, "day": {}, "town": {}}})]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"a": 1, "day": 2, "town": 3}', True),
        ('{"a": 1, "town": 3}', True),
        ('A plan that names a day: {"town": 3, "day": 2}', False),
        ("a, then town", True),
        ("town, then day", False),
        ("town alone", None),
        ("", None),
    ],
)
def test_order_of_properties(text: str, kept: bool | None) -> None:
    assert deployment.keeps_order(text, ORDERED) is kept


@pytest.mark.parametrize(
    ("command", "right"),
    [
        (["ls", "-la"], True),
        (["bash", "-lc", "ls -la /w"], True),
        (["bash", "--login", "-c", "ls -la"], True),
        (["echo", "two words"], True),
        (["ls -la"], False),
        (["sudo", "rm -rf x"], False),
        ([], False),
    ],
)
def test_commands_are_lists_of_words(command: list[str], right: bool) -> None:
    items = {"type": "array", "items": {"type": "string"}}
    tool = Tool("run", "", {"properties": {"command": items}})
    assert (deployment._merged_command("run", json.dumps({"command": command}), [tool]) == "") is right


def test_a_reply_of_any_size_is_written_for_the_scorer() -> None:
    calls = tuple(ToolCall("t", '{"a": "' + "x" * 10_000 + '"}') for _ in range(1000))
    found = whole_reply.read(whole_reply.written(ModelOutput("y" * 300_000, tool_calls=calls)))
    assert len(found.calls) == 1000
    assert len(found.text) == whole_reply.LONGEST
    assert "not JSON" in schema.fault_of(*found.calls[0], [TOOL])

"""A run's records: ``summary.json``, ``summary.txt``, requests as JSON lines, and experiments of other tools."""

from __future__ import annotations

import importlib
import json
import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from ...core.errors import ConfigError, StoreError
from ...report.execution import GateResult
from ...store.atomic import replaced, write_atomic
from ...store.layout import safe_name
from ...version import __version__
from ..load.load_point import LoadPoint
from ..measure.metric import SUMMARY_POINTS, metrics
from ..measure.request import Request, Tokens
from ..measure.result import ClientOverhead, Observed, Result
from ..measure.slo import Goodput
from ..measure.validity import result_of
from ..search.repeats import pooled_repeats

SUMMARY = "summary.json"
REQUESTS = "requests.jsonl"
SCHEMA = 1
_DIGITS = 6  # of seconds in files: microseconds


@dataclass(frozen=True, slots=True)
class Facts:
    """The subject of a run.

    Attributes:
        url: Without user, password and query.
        dataset: Name, and the file if one was given.
    """

    model: str
    url: str
    interface: str
    dataset: str
    started_at: str
    parameters: str


def write_result(folder: Path, result: Result) -> None:
    """Write the requests of one result of a run.

    Raises:
        StoreError: It could not be written.
    """
    for own, part in _parts(folder, result):
        write_requests(own / REQUESTS, part.requests)


def _parts(folder: Path, result: Result) -> list[tuple[Path, Result]]:
    """Return the folder of each measurement of a result."""
    own = folder / safe_name(result.name)
    return [(own / f"repeat_{n + 1}", repeat) for n, repeat in enumerate(result.repeats)] or [(own, result)]


def write_summary(
    folder: Path, facts: Facts, results: Sequence[Result], text: str, gates: Sequence[GateResult] = ()
) -> None:
    """Write the figures of all results of a run.

    Raises:
        StoreError: It could not be written.
    """
    summary = {
        "schema": SCHEMA,
        "tool": f"evalscope-pytest {__version__}",
        **asdict(facts),
        "results": [summary_of(result) for result in results],
        **({"gates": [gate.to_json() for gate in gates]} if gates else {}),
    }
    write_atomic(
        folder / SUMMARY, (json.dumps(summary, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace")
    )
    write_atomic(folder / "summary.txt", text.encode("utf-8", "replace"))


def summary_of(result: Result) -> dict[str, Any]:
    """Return the figures of a load for JSON: seconds, null for a missing figure."""
    found: dict[str, Any] = {"name": result.name, "valid": result.valid}
    for field in fields(result):
        if field.name == "requests":
            continue
        value = getattr(result, field.name)
        if field.name == "distributions":
            found |= {name: asdict(each) for name, each in value.items()}
            continue
        if field.name in ("token_sources", "intervals"):
            value = dict(value)
        elif hasattr(value, "__dataclass_fields__"):
            value = asdict(value)
        elif field.name == "failures":
            value = [asdict(failure) for failure in value]
        elif field.name == "repeats":
            value = [summary_of(repeat) for repeat in value]
        found[field.name] = value
    for metric in metrics("load"):
        found.setdefault(metric.name, metric.figure()(result))  # ``goodput`` has more than its share
    return dict(_finite(found))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, (list, tuple)) else value


def write_requests(path: Path, requests: Iterable[Request]) -> None:
    """Write one request a line; times in seconds from the start of the run.

    Raises:
        StoreError: It could not be written.
    """
    from orjson import dumps

    with replaced(path, durable=False) as file:
        for request in requests:
            file.write(dumps(_line(request)) + b"\n")


def _line(request: Request) -> dict[str, Any]:
    tokens = request.tokens
    return {
        "index": request.index,
        "scheduled": round(request.scheduled, _DIGITS),
        "sent": round(request.sent, _DIGITS),
        "done": round(request.done, _DIGITS),
        "stamps": [round(stamp, _DIGITS) for stamp in request.stamps],
        "first_answer": None if request.first_answer is None else round(request.first_answer, _DIGITS),
        "events": request.events,
        "first_tokens": request.first_tokens,
        "input_tokens": tokens.input,
        "output_tokens": tokens.output,
        "reasoning_tokens": tokens.reasoning,
        "cached_tokens": tokens.cached,
        "token_source": tokens.source,
        "error": request.error,
        "turn": request.turn,
        "waited": request.waited,
        "prompt": request.prompt,
    }


def read_requests(path: Path) -> tuple[Request, ...]:
    """Read what `write_requests` wrote.

    Raises:
        StoreError: It is missing, or of another form.
    """
    from orjson import loads

    try:
        return tuple(_request(loads(line)) for line in path.read_bytes().splitlines())
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} holds no requests of this tool: {error}.") from error


def _request(line: dict[str, Any]) -> Request:
    return Request(
        index=line["index"],
        scheduled=line["scheduled"],
        sent=line["sent"],
        done=line["done"],
        stamps=array("d", line["stamps"]),
        first_answer=line["first_answer"],
        events=line["events"],
        first_tokens=line["first_tokens"],
        tokens=Tokens(
            line["input_tokens"],
            line["output_tokens"],
            line["reasoning_tokens"],
            line["cached_tokens"],
            line["token_source"],
        ),
        error=line["error"],
        turn=line["turn"],
        waited=line.get("waited", 0.0),
        prompt=line["prompt"],
    )


@dataclass(frozen=True, slots=True)
class Run:
    """A run, read back."""

    folder: Path
    model: str
    results: tuple[Result, ...]


def read_run(folder: Path) -> Run:
    """Read a run's levels; figures are worked out anew from the requests.

    Raises:
        ConfigError: The folder holds no run.
        StoreError: A file of it is damaged.
    """
    path = folder / SUMMARY
    try:
        summary = json.loads(path.read_bytes())
    except OSError:
        raise ConfigError(f"{folder} holds no {SUMMARY}. Give the folder of a run of evalscope-pytest perf.") from None
    except ValueError as error:
        raise StoreError(f"{path} is damaged: {error}.") from error
    results = tuple(read_result(folder, found) for found in _results(path, summary))
    return Run(folder, str(summary.get("model", "")), results)


def _results(path: Path, summary: Any) -> Sequence[dict[str, Any]]:
    if not isinstance(summary, dict) or not isinstance(found := summary.get("results"), list):
        raise StoreError(f"{path} is not a summary of schema {SCHEMA}: it has no results.")
    return found


def read_result(folder: Path, found: dict[str, Any]) -> Result:
    """Read one result of a run from its requests and its part of the summary.

    Raises:
        StoreError: A file of it is not there, or damaged.
    """
    try:
        return _result(folder / safe_name(found["name"]), found)
    except (KeyError, TypeError) as error:
        raise StoreError(f"{folder / SUMMARY} is not a summary of schema {SCHEMA}: {error}.") from error


def _result(folder: Path, found: dict[str, Any]) -> Result:
    level = LoadPoint(**found["level"])
    if parts := found.get("repeats"):
        repeats = [_result(folder / f"repeat_{number + 1}", part) for number, part in enumerate(parts)]
        result = replace(pooled_repeats(repeats), intervals={k: tuple(v) for k, v in found["intervals"].items()})
    else:
        dispatched = found["window"]["end"] if found["window"] else 0.0
        effort = ClientOverhead(**found["effort"])
        seen = Observed(read_requests(folder / REQUESTS), dispatched, effort, found["interrupted"], found["unfinished"])
        result = result_of(level, seen)
    good = found["goodput"]
    return replace(
        result,
        name=found["name"],
        test=found.get("test", ""),
        goodput=Goodput(**{**good, "objectives": tuple(good["objectives"])}) if good else None,
        invalid=tuple(found["invalid"]),
        notes=tuple(found["notes"]),
    )


# `--visualizer wandb` and `swanlab`: each load is a step of an experiment ---------------------------------------------

Tool = Literal["wandb", "swanlab"]
TOOLS: tuple[Tool, ...] = ("wandb", "swanlab")
PROJECT = "perf_benchmark"
_NAMES = {"output_per_s": "output_tokens_per_s"}


def load_tool(tool: Tool) -> Any:
    """Return a tool's module.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        return importlib.import_module(tool)
    except ImportError:
        raise ConfigError(f"--visualizer {tool} needs it: pip install {tool}") from None


def record(tool: Tool, name: str, about: Facts, results: Sequence[Result]) -> None:
    """Write a run's results as an experiment of this name.

    Raises:
        ConfigError: The tool is not installed.
    """
    module = load_tool(tool)
    names = {"wandb": "name", "swanlab": "experiment_name"}
    experiment = module.init(project=PROJECT, config=asdict(about), **{names[tool]: name})
    try:
        for step, result in enumerate(results):
            experiment.log(scalars(result), step=step)
    finally:
        module.finish()


def scalars(result: Result) -> dict[str, float]:
    """Return the figures of a load that are there, times in seconds."""
    found = {_NAMES.get(metric.name, metric.name): metric.figure()(result) for metric in metrics("load")}
    found["valid"] = float(result.valid)
    level = result.level
    found |= {"rate": level.rate} if level.rate is not None else {}
    found |= {"parallel": float(level.concurrency)} if level.concurrency is not None else {}
    for metric in metrics("request", "overview"):
        found |= {f"{metric.name}/{point}": metric.figure(point)(result) for point in SUMMARY_POINTS}
    return {name: value for name, value in found.items() if math.isfinite(value)}

"""A whole run: load the data set, try the service, measure each load, write the files."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ..core.canonical import dumps
from ..core.errors import ConfigError, ModelError, StoreError
from ..core.secret import redact
from ..statistics.gates import Gate
from ..wire.interface import UnsendableError
from .data import DataOptions, load_conversations, shaped
from .data.prompts import Conversation, RequestTemplate, single
from .load.endpoint import Endpoint, address_of
from .load.load_generator import Workload
from .load.load_point import LoadPoint
from .load.processes import measure_together
from .load.session import measure
from .measure.gates import evaluate
from .measure.request import Request
from .measure.result import Result
from .measure.slo import SloBound
from .output.html import write_page
from .output.progress import Progress
from .output.records import Facts, Tool, load_tool, record, write_result, write_summary
from .output.table import speed_table, text
from .search.repeats import of_repeats
from .search.tuning import Search, SearchResult, search

Say = Callable[[str], None]
DURATION_PROMPTS = 2000
TUNING_PROMPTS = 5000
TRY_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class PerfPlan:
    """The plan of a load test.

    Attributes:
        interface: Name of the interface at ``endpoint``.
        parameters: Fields of every request.
        levels: Measured one after the other.
        prompt: Sent instead of a data set.
        lengths: See `RequestTemplate`.
        repeats: Number of measurements of each load, interleaved.
        pause_s: Seconds between two measurements.
        processes: Number of processes that share each load.
        try_first: Send one request first, and stop if it fails.
        folder: Where files go.
        visualizer: Tool that records the results, too.
        gates: Conditions that the results must meet.
    """

    endpoint: Endpoint
    interface: str
    parameters: Mapping[str, Any]
    dataset: str
    data: DataOptions
    levels: tuple[LoadPoint, ...]
    folder: Path
    prompt: str = ""
    lengths: tuple[int, int] | None = None
    objectives: tuple[SloBound, ...] = ()
    repeats: int = 1
    pause_s: float = 0.0
    processes: int = 1
    try_first: bool = True
    visualizer: Tool | None = None
    gates: tuple[Gate, ...] = ()
    template: RequestTemplate = field(init=False)

    def __post_init__(self) -> None:
        """Make the template of requests."""
        object.__setattr__(
            self, "template", RequestTemplate(self.interface, self.parameters, self.lengths, self.data.seed)
        )


def run(plan: PerfPlan, say: Say, *, progress: bool = True) -> list[Result]:
    """Measure all loads and write the run's files; an interruption keeps the measurements so far.

    Raises:
        ConfigError: An option does not fit.
        DatasetError: There is nothing to send.
        ModelError: The service does not answer the first request.
        StoreError: A file could not be written.
        KeyboardInterrupt: The run was stopped between two loads, or before the first.
    """
    turns = plan.levels * plan.repeats
    measuring = Measuring(plan, sum(_prompts_of(level) for level in turns), progress=progress)
    try:
        for number, level in enumerate(turns):
            if number and plan.pause_s:
                time.sleep(plan.pause_s)
            if measuring.measure(level).interrupted:
                break
    except KeyboardInterrupt:
        if measuring.results:
            say(summary_text(plan, measuring.results, terminal_width()))
        raise
    say(summary_text(plan, measuring.results, terminal_width()))
    if plan.visualizer:
        record(plan.visualizer, plan.folder.name, measuring.about, measuring.results)
    return measuring.results


def tune(plan: PerfPlan, wanted: Search, say: Say, *, progress: bool = True) -> SearchResult:
    """Search the largest load that meets an SLO, starting from the plan's first load; writes files as `run` does.

    Raises:
        As `run`.
    """
    measuring = Measuring(plan, TUNING_PROMPTS, progress=progress)
    found = search(wanted, lambda value: measuring.measure(wanted.level(value, plan.levels[0])))
    say(f"{summary_text(plan, measuring.results, terminal_width())}\n\n{found.words()}")
    if plan.visualizer:
        record(plan.visualizer, plan.folder.name, measuring.about, measuring.results)
    return found


class Measuring:
    """Measures one load after the other, each with new prompts, and writes the files after each.

    A load that is measured again is a repeat.

    Args:
        prompts: Number of prompts to load.
    """

    def __init__(self, plan: PerfPlan, prompts: int, *, progress: bool) -> None:
        self._repeats: dict[str, list[Result]] = {}
        self._results: dict[str, Result] = {}
        self._plan = plan
        self._progress = progress
        self._used = 0
        if plan.visualizer:
            load_tool(plan.visualizer)  # before anything is sent
        shown = address_of(plan.endpoint).shown
        self._workload = workload_of(plan, prompts)
        _check_folder(plan.folder)
        if plan.try_first:
            try_once(plan, self._workload)
        file = f" ({plan.data.path})" if plan.data.path else ""
        self.about = Facts(
            model=str(plan.parameters.get("model", "")),
            url=shown,
            interface=plan.interface,
            dataset="--prompt" if plan.prompt else plan.dataset + file,
            started_at=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S %z"),
            parameters=redact(dumps(dict(plan.parameters) | ({"max_tokens": plan.lengths} if plan.lengths else {}))),
        )

    @property
    def results(self) -> list[Result]:
        """The results so far, one for each level."""
        return list(self._results.values())

    def measure(self, level: LoadPoint) -> Result:
        """Measure a level and write what is known so far; return this measurement alone."""
        plan, repeats = self._plan, self._repeats.setdefault(level.name, [])
        label = f"{level.name} ({len(repeats) + 1} of {plan.repeats})" if plan.repeats > 1 else level.name
        shown = Progress(level, sys.stderr, label) if self._progress else None
        start = 0 if level.arrivals == "trace" else self._used  # a trace has its times from its first record on
        own = replace(level, seed=level.seed + len(repeats))  # another draw of random starts
        result = measure_level(plan, _from(self._workload, start), own, shown)
        repeats.append(self._numbered(result, start) if plan.repeats > 1 else result)
        self._used += _prompts_of(level)
        self._results[level.name] = of_repeats(repeats, plan.objectives) if plan.repeats > 1 else result
        self._write(self._results[level.name])
        return result

    def _write(self, result: Result) -> None:
        folder, words = self._plan.folder.resolve(), summary_text(self._plan, self.results)
        try:
            write_result(folder, result)
            gates = evaluate(self._plan.gates, self.results)
            write_summary(folder, self.about, self.results, words + "\n", gates)
            write_page(folder / "report.html", self.about, self.results, gates)
        except StoreError as error:
            measured = words.rpartition("\n")[0]  # without the name of the page, which is not there
            raise StoreError(
                f"{measured}\ncannot write to {folder}: {_reason(error)}. What was measured is above. Make room, or "
                "choose another --outputs-dir."
            ) from error

    def _numbered(self, result: Result, start: int) -> Result:
        """Number prompts as in the whole data set: those of two repeats are not the same."""
        count = len(self._workload.conversations)
        requests = (replace(request, prompt=(request.prompt + start) % count) for request in result.requests)
        return replace(result, requests=tuple(requests))


def _check_folder(folder: Path) -> None:
    """Check, before anything is sent, that the folder can take a run's files.

    Raises:
        ConfigError: They cannot.
        StoreError: There are files in it.
    """
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        reason = "may not be written to" if there.is_dir() else "is not a folder"
        raise ConfigError(f"--outputs-dir: {there} {reason}. Choose another --outputs-dir.")
    if there == folder and any(folder.iterdir()):
        raise StoreError(f"{folder} is not empty. Choose another --outputs-dir or --name, or drop --no-timestamp.")


def _reason(error: StoreError) -> str:
    cause = error.__cause__
    return cause.strerror if isinstance(cause, OSError) and cause.strerror else str(error)


def terminal_width() -> int | None:
    """Return the width of the terminal; None without one."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def summary_text(plan: PerfPlan, results: Sequence[Result], width: int | None = None) -> str:
    """Return the text that the terminal shows at the end."""
    shown = text(results, width)
    if plan.dataset.startswith("speed_benchmark"):
        shown += "\n" + speed_table(results) + "\n"
    return f"{shown}\n{plan.folder / 'report.html'}"


def workload_of(plan: PerfPlan, wanted: int) -> Workload:
    """Load as many prompts as will be sent, so that each is sent once if the data set is large enough.

    One more is loaded for the first try: a service that caches prefixes is faster with a known prompt.
    """
    if plan.prompt:
        conversations: Sequence[Conversation] = tuple(
            shaped([single(plan.prompt)], plan.data.shape, plan.data.tokenizer)
        )
    else:
        conversations = load_conversations(plan.dataset, replace(plan.data, wanted=wanted + 1))
    counter = plan.data.tokenizer.count if plan.data.tokenizer else None
    return Workload(plan.template, conversations, counter)


def _prompts_of(level: LoadPoint) -> int:
    return (level.requests or DURATION_PROMPTS) + level.warm_up


def _from(workload: Workload, start: int) -> Workload:
    """Return a workload that begins with another prompt."""
    start %= len(workload.conversations)
    return replace(workload, conversations=(*workload.conversations[start:], *workload.conversations[:start]))


def measure_level(plan: PerfPlan, workload: Workload, level: LoadPoint, shown: Progress | None) -> Result:
    """Measure one load, with a progress line."""
    try:
        if plan.processes > 1:
            return measure_together(plan.endpoint, workload, level, plan.processes, plan.objectives, watch=shown)
        return measure(plan.endpoint, workload, level, plan.objectives, watch=shown)
    finally:
        if shown is not None:
            shown.close()


def try_once(plan: PerfPlan, workload: Workload) -> None:
    """Send one request, so that a wrong address or key is reported before the load starts.

    Raises:
        ModelError: It failed.
        ConfigError: Of the prompt no request can be made.
    """
    try:
        plan.template.body(workload.conversations[-1].turns[0])
    except UnsendableError as error:
        raise ConfigError(f"--api {plan.interface}: {error}") from error
    patience = plan.endpoint.patience
    short = replace(patience, total_s=min(patience.total_s, TRY_TIMEOUT_S))
    result = measure(replace(plan.endpoint, patience=short), _from(workload, -1), LoadPoint(requests=1))
    if result.interrupted:
        raise KeyboardInterrupt
    reason = result.failures[0].reason.rstrip(".") if result.failures else _wrong_interface(plan, result.requests[0])
    if reason:
        raise ModelError(
            f"the service at {address_of(plan.endpoint).shown} does not answer as it should: {reason}. Check --url, "
            "--model, --api and --api-key; --no-test-connection skips this."
        )


def _wrong_interface(plan: PerfPlan, request: Request) -> str:
    """Return the sign of another interface than the plan's: a reply may be empty, but not without usage, too."""
    if plan.parameters.get("stream") and not request.stamps and request.tokens.source == "none":
        return "its stream held neither output nor usage"
    return ""

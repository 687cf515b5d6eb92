"""`run_task`: an evaluation from Python, in a separate process, so that a pytest session around it is not disturbed.

The configuration goes to the child over its standard input: keys are neither on disk nor on a command line. The
directory of the run is chosen here, so that the reports can be read back from it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, overload

from ..config.task import TaskConfig
from ..core.errors import ConfigError, EvalError

if TYPE_CHECKING:
    from ..report.model import Report
    from ..store.layout import WorkDir

Task = TaskConfig | Mapping[str, Any] | str | Path

_USAGE_ERROR = 4
_PATIENCE_S = 10.0
_REASONS = {
    1: "a gate failed, or samples ended in errors.",
    2: "it was interrupted.",
    3: "an internal error.",
    5: "nothing was selected.",
}


class EvaluationError(EvalError):
    """A run did not end with exit code 0.

    Attributes:
        exit_code: pytest's; negative: the signal that killed it.
        reports: The reports that were written nevertheless, by benchmark.
    """

    def __init__(self, message: str, exit_code: int, reports: dict[str, Report]) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.reports = reports


@overload
def run_task(task_cfg: Task, *, pytest_args: Sequence[str] = ...) -> dict[str, Report]: ...
@overload
def run_task(task_cfg: list[Any], *, pytest_args: Sequence[str] = ...) -> list[dict[str, Report]]: ...
def run_task(
    task_cfg: Task | list[Any], *, pytest_args: Sequence[str] = ()
) -> dict[str, Report] | list[dict[str, Report]]:
    """Evaluate a model and return the reports by benchmark.

    Args:
        task_cfg: A `TaskConfig`, a mapping of its fields, the path of a YAML or JSON file, or a list of those, which
            are run one after the other.
        pytest_args: Further words for pytest: paths of your test files, ``-n 4``, ``-k``.

    Raises:
        ConfigError: Something in the configuration is wrong.
        EvaluationError: A gate failed, samples ended in errors, or the run broke.
    """
    if isinstance(task_cfg, (list, tuple)):
        if not task_cfg:
            raise ConfigError("no task is given: the list is empty, so nothing would be evaluated. Put one in.")
        return [run_task(task, pytest_args=pytest_args) for task in task_cfg]
    from ..store.layout import open_work_dir

    config = resolved_task(task_cfg)
    if config.eval_type is None:
        raise ConfigError("no model is given. Add model='NAME', or model='mock' to try out benchmarks without one.")
    if not config.datasets and not pytest_args:
        raise ConfigError("no benchmark is given. Add datasets=['gsm8k'], or the paths of test files as pytest_args.")
    use_cache = Path(config.use_cache) if config.use_cache else None
    place = open_work_dir(
        Path(config.work_dir), no_timestamp=config.no_timestamp, use_cache=use_cache, now=datetime.now().astimezone()
    )
    code, complaint = _run_child(_for_child(config, place.root), pytest_args)
    if code == _USAGE_ERROR:
        _remove_if_empty(place.root)
        raise ConfigError(complaint or "pytest refused its options; its message stands above.")
    reports = _read_reports(place, config, pytest_args)
    if code != 0:
        reason = _failed_gates(reports) or _used_up(place, reports) if code == 1 else ""
        reason = reason or _REASONS.get(code) or (f"killed by signal {-code}." if code < 0 else "see above.")
        raise EvaluationError(f"the run ended with exit code {code}: {complaint or reason}", code, reports)
    return reports


def resolved_task(task: Task) -> TaskConfig:
    """Return the configuration that a caller gives in any form, over that of the environment.

    Raises:
        ConfigError: Something in it is wrong.
    """
    from ..config.parse import given_layer
    from ..config.sources import environment_layer, file_layer, mapping_layer, resolve

    if isinstance(task, TaskConfig):
        layer = given_layer(task)
    elif isinstance(task, Mapping):
        layer = mapping_layer(task, "task_cfg")
    elif isinstance(task, (str, Path)):
        layer = file_layer(task)
    else:
        raise ConfigError(
            f"task_cfg is a {type(task).__name__}. It takes a TaskConfig, a mapping of its fields, the path of a YAML "
            "or JSON file, or a list of those."
        )
    return resolve([layer, environment_layer(os.environ)])


def _for_child(config: TaskConfig, root: Path) -> str:
    from ..config.schema import to_mapping

    settings = to_mapping(config, reveal_secrets=True, only_given=True)
    settings.update(model=config.model)
    if config.use_cache:
        settings.update(use_cache=str(root))
    else:
        settings.update(work_dir=str(root), no_timestamp=True)
    return json.dumps(settings)


def _read_reports(place: WorkDir, config: TaskConfig, pytest_args: Sequence[str]) -> dict[str, Report]:
    """Read the reports of this run: of the benchmarks given by name, or of all if paths may have added some."""
    from ..report.model import load_report

    if config.datasets and not pytest_args:
        files = [f for name in config.datasets if (f := place.report_file(config.model_id, name)).is_file()]
    else:
        files = sorted(place.reports(config.model_id).glob("*.json"))
    reports = [load_report(file) for file in files]
    return {report.dataset_name: report for report in reports}


def _failed_gates(reports: Mapping[str, Report]) -> str:
    """Return a line for each gate that failed; nothing if all passed, and something else was wrong."""
    executions = (report.execution for report in reports.values() if report.execution)
    return "; ".join(f"gate {gate.line}" for execution in executions for gate in execution.gates if not gate.passed)


def _used_up(place: WorkDir, reports: Mapping[str, Report]) -> str:
    """Return why the budget of an incomplete run is used up; empty if it is not."""
    from ..store.ledger import last_refusal

    incomplete = any(report.execution and report.execution.incomplete for report in reports.values())
    return last_refusal(place.spending) if incomplete else ""


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return  # there is something in it, or nothing to remove


# The child ---------------------------------------------------------------------------------------------------------


def _run_child(settings: str, pytest_args: Sequence[str]) -> tuple[int, str]:
    """Run pytest, pass its output on, and return its exit code and what it complained of."""
    import subprocess

    # Nothing of a session around this one may reach the child: options, worker ids, the running test.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    shown_directly = sys.stdout is sys.__stdout__
    child = subprocess.Popen(  # noqa: S603  pytest, with the caller's own words
        [sys.executable, "-m", "pytest", "--eval-task-config=-", *pytest_args],
        stdin=subprocess.PIPE,
        stdout=None if shown_directly else subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env=environment,
    )
    try:
        return _attend(child, settings)
    except KeyboardInterrupt:
        _let_finish(child)
        raise
    except BaseException:
        child.kill()
        child.wait()
        raise


def _let_finish(child: Any) -> None:
    """Wait for a child that Ctrl-C interrupted as well and that writes down what it has; end it if it was not."""
    from subprocess import TimeoutExpired

    for stop in (child.terminate, child.kill):
        try:
            child.wait(_PATIENCE_S)
        except TimeoutExpired:
            stop()
    child.wait()


def _attend(child: Any, settings: str) -> tuple[int, str]:
    from threading import Thread

    complaints: list[str] = []
    threads = [Thread(target=_pass_on, args=(child.stderr, sys.stderr, complaints), daemon=True)]
    if child.stdout is not None:
        threads.append(Thread(target=_pass_on, args=(child.stdout, sys.stdout, []), daemon=True))
    for thread in threads:
        thread.start()
    try:
        child.stdin.write(settings)
        child.stdin.close()
    except BrokenPipeError:
        pass  # it ended before reading; its exit code says why
    code = child.wait()
    for thread in threads:
        thread.join()
    return code, _complaint("".join(complaints))


def _pass_on(source: IO[str], target: IO[str], kept: list[str]) -> None:
    with source:
        for line in source:
            target.write(line)
            target.flush()
            kept.append(line)
            del kept[:-200]


def _complaint(stderr: str) -> str:
    """Return the message pytest gave of a usage error."""
    _, found, message = stderr.rpartition("ERROR: ")
    return " ".join(message.split()) if found else ""

"""Writes the summary of a run for a CI job: ``--eval-summary`` and ``$GITHUB_STEP_SUMMARY``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from ..core.errors import ConfigError
from ..report.ci_summary import MAX_BYTES, Ended, ShownSample, ShownSamples, summary
from ..report.model import Report
from ..report.wrong import WrongSample, wrong_samples
from ..store.atomic import cannot_write
from ..store.compact import BenchmarkRows

if TYPE_CHECKING:
    from ..config.task import TaskConfig
    from ..report.execution import GateResult
    from .assembly import Run
    from .finish import Conclusion

STEP = "GITHUB_STEP_SUMMARY"
MOST_SAMPLES = 5
REFUSED = 4  # exit code


def is_wanted(task: TaskConfig) -> bool:
    """Return whether a run writes a summary at all."""
    return bool(task.summary or os.environ.get(STEP))


def check_summary(task: TaskConfig) -> None:
    """Check, before any request is sent, that the file can be written.

    Raises:
        ConfigError: It cannot.
    """
    if not task.summary:
        return
    file = Path(task.summary)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "a", encoding="utf-8"):
            pass
    except OSError as error:
        source = task.given.get("summary", "--eval-summary")
        raise ConfigError(
            f"summary: {task.summary!r} in {source}. It cannot be written: {error.strerror}. Give the path of a file, "
            "such as summary.md."
        ) from error


def write_summaries(
    run: Run,
    exit_code: int,
    conclusion: Conclusion | None,
    broken: str = "",
    gates: Sequence[GateResult] = (),
) -> str:
    """Write the summary of a run to where it is wanted, and return a note if the page of the job did not get it.

    Args:
        exit_code: Of the whole command.
        conclusion: None for a run without reports.
        broken: Why a run could not be concluded.
        gates: The gates of a run without reports.

    Raises:
        StoreError: The file that the user named could not be written.
    """
    task = run.task
    ended = Ended(task.model or "mock", exit_code, gates=gates, broken=broken)
    if conclusion is not None:
        page = conclusion.page
        ended = Ended(
            run.plan.model_name,
            exit_code,
            conclusion.reports,
            conclusion.gates,
            broken,
            conclusion.interrupted,
            conclusion.samples,
            conclusion.notes,
            Path(os.path.relpath(page)) if page.is_relative_to(Path.cwd()) else page,
        )
    if task.summary:
        file = Path(task.summary)
        try:
            file.write_text(summary(ended, link_from(file, conclusion.page) if conclusion else ""), encoding="utf-8")
        except OSError as error:
            raise cannot_write(file, error) from error
    if step := os.environ.get(STEP):
        return _append(Path(step), summary(ended, link_in_job(os.environ)))
    return ""


def note_refusal(message: str) -> None:
    """Put into ``$GITHUB_STEP_SUMMARY`` why the settings of a run were refused: there is no `Run` yet."""
    if step := os.environ.get(STEP):
        _append(Path(step), summary(Ended("", REFUSED, broken=message)))


def samples_to_show(run: Run, reports: Sequence[Report], rows: Mapping[str, BenchmarkRows]) -> ShownSamples:
    """Return wrong samples, from all benchmarks in turn."""
    found = [wrong_samples(run.work_dir, run.plan, rows[r.dataset_name], r, MOST_SAMPLES) for r in reports]
    turns = [s for turn in zip_longest(*(f.shown for f in found)) for s in turn if s is not None][:MOST_SAMPLES]
    total = sum(f.total for f in found)
    title = f"{len(turns)} of {total:,} wrong samples" if total > len(turns) else "Wrong samples"
    return ShownSamples(title, tuple(map(_shown, turns)))


def _shown(sample: WrongSample) -> ShownSample:
    expected = [("Expected", sample.target)] if sample.target else []
    texts = (("Prompt", sample.prompt), *expected, ("Reply", sample.reply))
    return ShownSample(sample.id, f"{sample.value:g}", texts)


def _append(file: Path, text: str) -> str:
    """Add a text to the summary of a job's step, which has an upper limit of its own."""
    try:
        with open(file, "ab") as stream:
            if stream.tell() + len(text.encode()) > MAX_BYTES:
                return f"${STEP} is full: the summary of this run is left out. Give it a file: --eval-summary FILE"
            stream.write(text.encode("utf-8", "replace") + b"\n")
    except OSError as error:
        return f"${STEP}: {cannot_write(file, error)}"
    return ""


def link_from(file: Path, page: Path) -> str:
    """Return the address of the page for a reader of a file on the same disk."""
    return quote(PurePosixPath(os.path.relpath(page, file.parent)).as_posix())


def link_in_job(environment: Mapping[str, str]) -> str:
    """Return the address of what a job of GitHub keeps, for a reader of its page; empty if it is not known."""
    server, project, run = (environment.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    return f"{server}/{project}/actions/runs/{run}#artifacts" if server and project and run else ""

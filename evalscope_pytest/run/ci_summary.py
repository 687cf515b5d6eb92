"""Writes the summary of a run for a CI job: ``--eval-summary`` and ``$GITHUB_STEP_SUMMARY``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeVar
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
    from ..report.paired import FlippedSample
    from .assembly import Run
    from .finish import Conclusion

T = TypeVar("T")
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
            if not broken:  # otherwise this is why, or one more trouble of the same disk
                raise cannot_write(file, error) from error
    if step := os.environ.get(STEP):
        return _append(Path(step), summary(ended, link_in_job(os.environ)))
    return ""


def note_refusal(message: str) -> None:
    """Put into ``$GITHUB_STEP_SUMMARY`` why the settings of a run were refused: there is no `Run` yet."""
    if step := os.environ.get(STEP):
        _append(Path(step), summary(Ended("", REFUSED, broken=message)))


def samples_to_show(run: Run, reports: Sequence[Report], rows: Mapping[str, BenchmarkRows]) -> ShownSamples:
    """Return samples that a baseline answered better; wrong ones from all benchmarks in turn if there are none.

    Raises:
        StoreError: A record cannot be read.
    """
    return _lost(run) or _wrong(run, reports, rows)


def _lost(run: Run) -> ShownSamples | None:
    """Return the most telling lost samples, the largest drops first; None if there are none."""
    from ..report.baseline import read_run  # few runs need to read another one's samples
    from ..report.compare import compare_benchmark, telling_losses

    first = next((earlier for earlier in run.baselines if earlier.reviews), None)
    if first is None:
        return None
    names = [plan.name for plan in run.benchmarks if plan.name in first.reviews]
    now = read_run(run.work_dir.reports(run.plan.model_id), names)
    compared = [compare_benchmark(first, now, name) for name in names if name in now.reviews]
    turns = _in_turns(telling_losses(one, MOST_SAMPLES) for one in compared)
    chosen = sorted(turns, key=lambda sample: sample.flip.difference)[:MOST_SAMPLES]
    title = _title(len(chosen), sum(len(one.lost) for one in compared), "lost")
    return ShownSamples(title, tuple(map(_flipped, chosen))) if chosen else None


def _wrong(run: Run, reports: Sequence[Report], rows: Mapping[str, BenchmarkRows]) -> ShownSamples:
    found = [wrong_samples(run.work_dir, run.plan, rows[r.dataset_name], r, MOST_SAMPLES) for r in reports]
    turns = list(_in_turns(f.shown for f in found))[:MOST_SAMPLES]
    title = _title(len(turns), sum(f.total for f in found), "wrong")
    return ShownSamples(title, tuple(ShownSample(s.id, f"{s.value:g}", _texts(s, {"Reply": s.reply})) for s in turns))


def _in_turns(found: Iterable[Sequence[T]]) -> Iterable[T]:
    """Yield the first of each benchmark, then the second, and so on."""
    return (one for turn in zip_longest(*found) for one in turn if one is not None)


def _title(shown: int, total: int, kind: str) -> str:
    return f"{shown} of {total:,} {kind} samples" if total > shown else f"{kind.capitalize()} samples"


def _flipped(sample: FlippedSample) -> ShownSample:
    replies = {
        "Reply then": sample.then.reply if sample.then else "(not recorded)",
        "Reply now": sample.now.reply if sample.now else "(not recorded)",
    }
    fact = f"{sample.flip.baseline:g} then, {sample.flip.score:g} now"
    return ShownSample(sample.either.id, fact, _texts(sample.either, replies))


def _texts(sample: WrongSample, replies: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    expected = [("Expected", sample.target)] if sample.target else []
    return (("Prompt", sample.prompt), *expected, *replies.items())


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

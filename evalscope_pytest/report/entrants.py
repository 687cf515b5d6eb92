"""The runs that a user names to compare: their folders, models and names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..config.parse import REPORTS, latest_run
from ..config.schema import LATEST
from ..core.errors import UsageError, closest, closest_path
from ..store.atomic import reason_of
from ..store.layout import safe_name
from .baseline import MOST_LISTED, Baseline, model_folders, read_run, runs_in

_TRACES = ("journal", "predictions", "configs")  # of a run that has no reports yet


@dataclass(frozen=True, slots=True)
class Entrant:
    """One of the runs that are compared.

    Attributes:
        name: Its name in tables; no two have the same.
    """

    name: str
    run: Baseline

    @property
    def model(self) -> str:
        """The model's name in its reports."""
        return next(iter(self.run.reports.values())).model_name


@dataclass(frozen=True, slots=True)
class _Named:
    """A model's folder of reports, with the name that the user gave it, if any."""

    name: str
    folder: Path


def entrants_of(words: Sequence[str], models: Sequence[str] = (), work_dir: str = "outputs") -> list[Entrant]:
    """Read the runs that are to be compared, with their reviews.

    Args:
        words: ``[NAME=]RUN`` each: a work_dir, its ``reports`` folder, the folder of one model in that, or ``latest``.
            A single run is compared model by model.
        models: The models to compare, by their ids; needed if several runs have more than one.
        work_dir: Folder in which ``latest`` is looked up.

    Raises:
        UsageError: A run is not there, has no reports or several models, or there is nothing to compare it with.
        StoreError: A record cannot be read.
    """
    found = [named for word in words for named in _found(word, models, work_dir, several=len(words) == 1)]
    if len(found) < 2:
        only = f"only one run, with one model ({found[0].folder.name})" if found else "no run"
        raise UsageError(f"compare: {only}. Name at least two: evalscope-pytest compare BASELINE RUN [RUN ...].")
    same = Counter(named.folder.resolve() for named in found).most_common(1)[0]
    if same[1] > 1:
        raise UsageError(f"compare: the run {same[0]} is named {same[1]} times. Name it once.")
    runs = [read_run(named.folder, None) for named in found]
    for run in runs:
        if not run.reports:
            raise UsageError(f"run has no readable reports: {run.folder}. Give the work_dir of a finished run.")
    return [Entrant(name, run) for name, run in zip(_names(found, runs), runs, strict=True)]


def _found(word: str, models: Sequence[str], work_dir: str, *, several: bool) -> list[_Named]:
    try:
        return _located(word, models, work_dir, several=several)
    except (OSError, ValueError) as error:  # a name that no file can have is a ValueError
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"run cannot be read: {word[:200]!r} ({reason}). Give the work_dir of a run that you may read."
        ) from error


def _located(word: str, models: Sequence[str], work_dir: str, *, several: bool) -> list[_Named]:
    """Return the folders of a run that are compared: one, or those of all models if it is the only run."""
    name, equals, place = word.partition("=")
    if not equals or "/" in name or Path(word).exists():
        name, place = "", word
    path = _latest(work_dir) if place == LATEST else Path(place).expanduser()
    if not path.is_dir():
        raise UsageError(f"run is not there: {str(path)!r}. {closest_path(path)}Give the work_dir of a run.")
    folders = model_folders(path)
    if not folders:
        raise UsageError(_without_reports(path))
    if models and folders != [path]:
        by_name = {folder.name: folder for folder in folders}
        chosen = [(model, by_name.get(safe_name(model))) for model in models]
        missing = [model for model, folder in chosen if folder is None]
        folders = [folder for _, folder in chosen if folder is not None]
        if missing and (several or not folders):
            raise UsageError(f"--model: no model {missing[0]!r} in {path}. {closest(missing[0], by_name)}")
    if len(folders) > 1 and not several and not models:
        listed = ", ".join(folder.name for folder in folders[:MOST_LISTED])
        raise UsageError(
            f"run {path} has reports of {len(folders)} models: {listed}. Choose one with --model, or name its folder: "
            f"{folders[0]}."
        )
    if name and len(folders) > 1:
        return [_Named(f"{name} {folder.name}", folder) for folder in folders]
    return [_Named(name, folder) for folder in folders]


def _latest(work_dir: str) -> Path:
    newest = latest_run(work_dir, REPORTS)
    if newest is None:
        raise UsageError(f"run {LATEST!r}: no run under {work_dir} has reports. Give --work-dir, or a run's directory.")
    return Path(newest)


def _without_reports(path: Path) -> str:
    if runs := runs_in(path):
        listed = ", ".join(str(run) for run in runs[-MOST_LISTED:])
        return f"{path} holds {len(runs)} runs. Choose among them, the last are: {listed}."
    if any((path / trace).is_dir() for trace in _TRACES):
        return (
            f"run has no reports: {path}. It did not end. Complete it: repeat its command with --eval-use-cache={path}."
        )
    return f"run has no reports: {path}. Give the work_dir of a finished run."


def _names(found: Sequence[_Named], runs: Sequence[Baseline]) -> list[str]:
    """Return a name for each run: the given one, its model, its folder, or both; with a number if two are the same."""
    models = [next(iter(run.reports.values())).model_name for run in runs]
    folders = [run.folder.parent.parent.name or str(run.folder) for run in runs]
    both = [f"{model} {folder}" for model, folder in zip(models, folders, strict=True)]
    free = [place for place, named in enumerate(found) if not named.name]
    for names in (models, folders, both):
        if len({names[place] for place in free}) == len(free):
            break
    chosen = [named.name or names[place] for place, named in enumerate(found)]
    twice = {name for name, count in Counter(chosen).items() if count > 1}
    return [f"{name} #{place}" if name in twice else name for place, name in enumerate(chosen, 1)]

"""Settings that have no effect in a run. Each gets a line, since nothing is accepted and ignored.

EvalScope takes them without a word, and its users keep one configuration for several runs: so most are no error. What
comes from the environment or pytest.ini is meant for every run and gets no line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..benchmarks.resolve import ResolvedBenchmark
from ..core.values import Sample
from ..datasets.location import is_local
from .prepare import needs, place_of

if TYPE_CHECKING:
    from .assembly import Run

_JUDGE = ("judge", "judge_model_args", "judge_strategy", "judge_worker_num", "judge_audit")
_SANDBOX = ("use_sandbox", "sandbox", "sandbox_manager_config", "allow_unsafe_code")
_OF_HUB = ("force_redownload", "dataset_revision")
_OF_EXEMPLARS = ("train_split", "few_shot_random", "few_shot_prompt_template")
_FOR_EVERY_RUN = ("environment", "eval_")


def unused_settings(run: Run, first: Mapping[str, Sample], fixtures: Collection[str] = ()) -> list[str]:
    """Return a line for each setting, or group of them, that changes nothing in this run.

    Args:
        first: The first sample of each benchmark, by name.
        fixtures: The fixtures that ordinary tests of the run use.
    """
    if not run.benchmarks:
        return []
    resolved = [run.resolved[plan.name] for plan in run.benchmarks]
    notes = [*_of_others(run), *_of_judges(run, resolved, fixtures), *_of_sandbox(run, resolved, fixtures)]
    for benchmark in resolved:
        notes += _of_benchmark(run, benchmark, first.get(benchmark.name))
    return notes


def _given(run: Run, names: Iterable[str]) -> list[str]:
    """Return those of these settings that the user made for this run."""
    given = run.task.given
    made = {name.partition(".")[0] for name, where in given.items() if not where.startswith(_FOR_EVERY_RUN)}
    return [name for name in names if name in made and getattr(run.task, name)]


def _line(names: Sequence[str], why: str) -> str:
    return f"{', '.join(names)} {'has' if len(names) == 1 else 'have'} no effect: {why}"


def _of_others(run: Run) -> Iterator[str]:
    running = {plan.name for plan in run.benchmarks} | set(run.skipped)
    if not _given(run, ["dataset_args"]):
        return
    idle = [name for name in run.task.dataset_args if name not in running]
    if idle:
        does = "does" if len(idle) == 1 else "do"
        yield _line([f"dataset_args of {', '.join(idle)}"], f"{'it' if does == 'does' else 'they'} {does} not run")


def _of_judges(run: Run, resolved: Sequence[ResolvedBenchmark], fixtures: Collection[str]) -> Iterator[str]:
    wanted = run.task.analysis_report or _needed("judge", resolved, fixtures)
    names = _given(run, _JUDGE)
    if names and not wanted and not run.driver.listing:
        yield _line(names, "no benchmark of this run is judged")


def _of_sandbox(run: Run, resolved: Sequence[ResolvedBenchmark], fixtures: Collection[str]) -> Iterator[str]:
    runs_code = _needed("sandbox", resolved, fixtures)
    names = _given(run, _SANDBOX)
    if names and not runs_code:
        yield _line(names, "no benchmark of this run executes code")


def _needed(resource: str, resolved: Sequence[ResolvedBenchmark], fixtures: Collection[str]) -> bool:
    return resource in fixtures or any(resource in needs(found) for found in resolved)


def _of_benchmark(run: Run, resolved: ResolvedBenchmark, sample: Sample | None) -> Iterator[str]:
    args, benchmark = resolved.args, resolved.benchmark
    if run.task.args_of(resolved.name) != args:  # EvalScope's prompts are in it: not the user's own
        args = run.task.args_of(resolved.name)

    def given(*names: str) -> list[str]:
        return [f"{name} of {resolved.name}" for name in names if getattr(args, name)]

    if (names := given(*_OF_HUB)) and is_local(benchmark.dataset, place_of(resolved, run.task)):
        yield _line(names, "its records are files on this machine")
    if (names := given(*_OF_EXEMPLARS)) and not (benchmark.few_shot and benchmark.few_shot.num):
        yield _line(names, "few_shot_num is 0")
    if (names := given("sandbox_config")) and "sandbox" not in needs(resolved):
        yield _line(names, "it executes no code")
    if (names := given("prompt_template")) and sample is not None and not isinstance(sample.input, str):
        yield _line(names, "its samples are whole conversations")

"""Settings that have no effect in a run. Each gets a line, since nothing is accepted and ignored.

EvalScope accepts them silently, and its users keep one configuration for several runs: most are not an error. What
comes from the environment or pytest.ini is meant for every run and gets no line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..benchmarks.resolve import ResolvedBenchmark
from ..core.errors import UsageError
from ..core.values import Sample
from ..datasets.load import is_local
from ..datasets.media_form import SETTINGS as MEDIA_SETTINGS
from .prepare import needs, place_of

if TYPE_CHECKING:
    from ..config.task import TaskConfig
    from .assembly import Run

_JUDGE = ("judge", "judge_model_args", "judge_strategy", "judge_worker_num", "judge_audit")
_SANDBOX = ("use_sandbox", "sandbox", "sandbox_manager_config", "allow_unsafe_code")
_OF_HUB = ("force_redownload", "dataset_revision")
_OF_EXEMPLARS = ("train_split", "few_shot_random", "few_shot_prompt_template")
_WITHOUT_DETAIL = ("anthropic_api", "llm_ckpt")
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
    notes = [*_of_others(run), *_of_judges(run, resolved, fixtures, first), *_of_sandbox(run, resolved, fixtures)]
    notes += _of_media(run, resolved, fixtures)
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
    limited = run.task.limit is not None or run.task.limit_total is not None
    if run.task.limit_order != "first" and not limited and (names := _given(run, ["limit_order"])):
        yield _line(names, "there is no limit")
    running = {plan.name for plan in run.benchmarks} | set(run.skipped)
    if not _given(run, ["dataset_args"]):
        return
    idle = [name for name in run.task.dataset_args if name not in running]
    if idle:
        does = "does" if len(idle) == 1 else "do"
        yield _line([f"dataset_args of {', '.join(idle)}"], f"{'it' if does == 'does' else 'they'} {does} not run")


def _of_judges(
    run: Run, resolved: Sequence[ResolvedBenchmark], fixtures: Collection[str], first: Mapping[str, Sample]
) -> Iterator[str]:
    wanted = run.task.analysis_report or _needed("judge", resolved, fixtures)
    names = _given(run, _JUDGE)
    if names and not wanted and not run.driver.listing:
        yield _line(names, "no benchmark of this run is judged")
    judged = [first[found.name] for found in resolved if found.name in first and "judge" in needs(found)]
    if judged and run.judges.config.media and not any(sample.has_media for sample in judged):
        yield _line(["media of the judge"], "the first question of no judged benchmark has pictures or the like")


def _of_sandbox(run: Run, resolved: Sequence[ResolvedBenchmark], fixtures: Collection[str]) -> Iterator[str]:
    runs_code = _needed("sandbox", resolved, fixtures)
    names = _given(run, _SANDBOX)
    if names and not runs_code:
        yield _line(names, "no benchmark of this run executes code")


def _of_media(run: Run, resolved: Sequence[ResolvedBenchmark], fixtures: Collection[str]) -> Iterator[str]:
    own = "model" in fixtures or any(found.question_fields is None for found in resolved)  # may send media of its own
    if own or run.driver.listing:
        return
    kinds = {kind for found in resolved for kind in run.media.get(found.name, ())}
    cut = any(found.media_form.frames and "video" in run.media.get(found.name, ()) for found in resolved)
    yield from _idle_media(_given(run, MEDIA_SETTINGS), kinds, "no benchmark of this run sends", run, cut=cut)


def _idle_media(
    names: Sequence[str], kinds: Collection[str], who: str, run: Run, *, cut: object, of: str = ""
) -> Iterator[str]:
    """Yield a line for the settings that have nothing to act on.

    Args:
        kinds: The kinds of media that are sent.
        cut: True if videos are sent as pictures.
        of: The benchmark that the settings are of, as a line names it.
    """
    of_pictures = [name + of for name in names if "image" in name]
    of_videos = [name + of for name in names if "video" in name]
    if of_pictures and not ("image" in kinds or cut):
        yield _line(of_pictures, f"{who} pictures")
    elif (detail := f"image_detail{of}") in of_pictures and run.spec.eval_type in _WITHOUT_DETAIL:
        yield _line([detail], f"eval_type {run.spec.eval_type} has no such parameter")
    if of_videos and "video" not in kinds:
        yield _line(of_videos, f"{who} videos")


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
    if resolved.question_fields is not None and not run.driver.listing:
        kinds, named = run.media.get(resolved.name, ()), [n for n in MEDIA_SETTINGS if getattr(args, n) is not None]
        cut = "video" in kinds and resolved.media_form.frames
        yield from _idle_media(named, kinds, "it sends no", run, cut=cut, of=f" of {resolved.name}")
    if (names := given("prompt_template", "few_shot_num")) and sample is not None and sample.messages:
        yield _line(names, "its samples are whole conversations")


# Without a model ---------------------------------------------------------------------------------------------------


def without_model(task: TaskConfig, words: Iterable[str], empty: str) -> str:
    """Return the message that refuses to evaluate without a model; empty if nothing requires an evaluation.

    Args:
        words: The command line.
        empty: The place that gives an empty model; empty if none does.
    """
    given = next((word.partition("=")[0] for word in words if word.startswith(("--eval-", "--no-eval-"))), "")
    gates = [name for name in ("gate", "baseline") if task.given.get(name, "").startswith("environment")]
    given = given or next((f"EVALSCOPE_{name.upper()}" for name in gates), "")
    if not given:
        return ""
    also = f" {empty} is set, but empty." if empty else ""
    return (
        f"{given} has no effect: there is no model, so nothing is evaluated.{also} Add --eval-model NAME "
        "(--eval-model mock to try out), or leave it out."
    )


def not_evaluated(skipped: int, why: str) -> str:
    """Return the message of a run that could not evaluate what it was meant to.

    Args:
        skipped: Number of tests and benchmarks that were skipped for want of a model.
        why: The reason why a model is missing.
    """
    what = "1 test was" if skipped == 1 else f"{skipped} tests were"
    return (
        f"{why}, and {what} not evaluated. Set EVALSCOPE_MODEL, or add --eval-model NAME. For ordinary tests alone, "
        "leave the model and the variables that begin with EVALSCOPE_ out."
    )


def unused_reruns(reruns: int, *, elsewhere: bool) -> str:
    """Return what to do in place of the reruns of pytest-rerunfailures, which samples do not have.

    Args:
        reruns: The number on the command line.
        elsewhere: True if the ini file or a mark sets some.

    Raises:
        UsageError: The command line sets some.
    """
    instead = (
        "the client sends a failed request again by itself (retries in --eval-generation-config), and "
        "--eval-use-cache=latest --eval-rerun=errors runs what ended in an error once more"
    )
    if reruns:
        raise UsageError(
            f"--reruns: {reruns} has no effect on samples of benchmarks: {instead}. Leave --reruns out, or add "
            "--reruns 0 if addopts sets it."
        )
    return f"reruns are for ordinary tests, not for samples of benchmarks: {instead}" if elsewhere else ""

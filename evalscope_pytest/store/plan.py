"""The plan of a run, and the configuration it ran with.

``plan.json`` passes from one process to another: an xdist worker writes it, the controller reads it.
``configs/task_config.yaml`` shows what ran, without secrets, in a form that is a valid configuration.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ..config.generation import GenerationConfig
from ..core.canonical import dumps
from ..core.errors import StoreError
from ..core.secret import MASK, Secret, is_secret_name, redact
from .atomic import storing, write_atomic
from .layout import WorkDir, record_names


@dataclass(frozen=True, slots=True)
class BenchmarkPlan:
    """One benchmark of a run.

    Attributes:
        metrics: Metric names in report order.
        aggregation: Of all metrics, or of each by its name.
        categories: The levels of a subset's category; a subset without one is under ``default``.
        subsets: In report order.
        requested: Samples of each subset in this run, repeats counted.
        primary: The main metric, ``accuracy`` or ``pass@1``; empty for the first.
        settings: The resolved benchmark, as ``task_config.yaml`` shows it.
        fingerprint: Content address of everything besides the model that the scores depend on.
        unsafe_execution: Code that the model wrote ran without isolation.
        after_run: The function that adds to the end of the run, as ``module:function``; empty for none.
        questions: Key and cluster of each question by subset, if the run is compared with an earlier one: those that
            never run have no record.
        only_metrics: Report no others, whatever the samples' scores hold: the user has chosen.
        media: The kinds of media that its prompts hold: ``image``, ``audio``, ``video``, ``file``.
    """

    name: str
    metrics: tuple[str, ...]
    subsets: tuple[str, ...]
    requested: Mapping[str, int]
    pretty_name: str = ""
    description: str = ""
    version: str = "1"
    aggregation: str | Mapping[str, str] = "mean"
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    repeats: int = 1
    primary: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    only_metrics: bool = False
    questions: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    unsafe_execution: bool = False
    after_run: str = ""
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ordered:
    """A question in the order in which a run that may stop early sends it.

    Attributes:
        attempts: Number of its samples in this run.
        key: By which it pairs with an earlier run; empty if it has none.
        cluster: Of questions that are not independent; empty if none is known.
    """

    subset: str
    group: int
    attempts: int = 1
    key: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """A run: which model, which benchmarks, and the name its journals go by.

    Attributes:
        model_name: The model as the user named it.
        model_id: Name in reports and folders.
        session: Distinguishes this run's journals from others'; later runs have greater names.
        skipped: Why selected benchmarks are left out, by name.
        notes: Notes of a worker about the selection.
        order: The questions of each benchmark in the order drawn, from a worker of a run that may stop early.
        order_seed: Seed of that order; None if questions keep the dataset's.
    """

    model_name: str
    model_id: str
    session: str
    benchmarks: tuple[BenchmarkPlan, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    order: Mapping[str, tuple[Ordered, ...]] = field(default_factory=dict)
    order_seed: int | None = None

    def file_names(self) -> dict[tuple[str, str], str]:
        """Return the records' file name of each (benchmark, subset)."""
        return record_names((plan.name, subset) for plan in self.benchmarks for subset in plan.subsets)

    def save(self, workdir: WorkDir) -> None:
        """Write the plan next to the journals.

        Raises:
            StoreError: It could not be written.
        """
        write_atomic(workdir.journal / "plan.json", dumps(asdict(self)).encode())

    @staticmethod
    def discard(workdir: WorkDir) -> None:
        """Remove the saved plan, and the journal's folder if it is empty then."""
        with contextlib.suppress(OSError):  # not empty: kept records stay
            (workdir.journal / "plan.json").unlink(missing_ok=True)
            workdir.journal.rmdir()

    @classmethod
    def load(cls, workdir: WorkDir) -> RunPlan:
        """Read the saved plan.

        Raises:
            StoreError: It is missing, or cannot be read.
        """
        from msgspec import convert

        path = workdir.journal / "plan.json"
        try:
            return convert(json.loads(path.read_bytes()), cls)  # msgspec's own parser refuses lone surrogates
        except (OSError, ValueError) as error:
            raise StoreError(f"cannot read the run's plan: {path} ({error}). Run the same command again.") from error


# The configuration that ran ------------------------------------------------------------------------------------------


def write_task_config(
    workdir: WorkDir, settings: Mapping[str, Any], plan: RunPlan, *, cache_source: str | None = None
) -> Path:
    """Write the run's configuration and return its path.

    Args:
        settings: The configuration's fields, as plain values.
        plan: The resolved benchmarks, and what their scores depend on.
        cache_source: The earlier run that this one carries on.

    Raises:
        StoreError: It could not be written.
    """
    import yaml

    identity = {
        b.name: {"evaluation_version": b.version, "fingerprint": b.fingerprint, "cache_source": cache_source}
        for b in plan.benchmarks
    }
    seed = recorded_order_seed(workdir.root) if plan.order_seed is None else plan.order_seed
    drawn = {} if seed is None else {"order_seed": seed}
    document = {
        **settings,
        "resolved_benchmarks": {b.name: b.settings for b in plan.benchmarks},
        "evaluation_identity": {"schema_version": 1, "benchmarks": identity, **drawn},
    }
    text = yaml.safe_dump(plain(document), sort_keys=True, allow_unicode=True, width=120)
    path = workdir.configs / "task_config.yaml"
    write_atomic(path, text.encode())
    return path


# Of a resolved benchmark, what decides which messages are sent.
_PROMPT = (
    "dataset_id", "dataset_revision", "eval_split", "extra_params", "few_shot_num", "few_shot_prompt_template",
    "few_shot_random", "image_detail", "max_image_bytes", "max_image_pixels", "prompt_template", "query_template",
    "shuffle_choices", "system_prompt", "train_split", "video_fps", "video_frames",
)  # fmt: skip


def changed_settings(workdir: WorkDir, settings: Mapping[str, Any], plan: RunPlan) -> str:
    """Return the settings that decide a reply and differ from the last run here.

    ``generation_config.temperature was 0.0, is 0.5``; empty if there are none or no last run.
    """
    import yaml

    try:
        before = yaml.safe_load((workdir.configs / "task_config.yaml").read_bytes())
        old = _deciding(before, before["resolved_benchmarks"])
    except (OSError, yaml.YAMLError, LookupError, TypeError, ValueError):
        return ""
    shown = plain(settings)
    new = _deciding(shown, plain({b.name: b.settings for b in plan.benchmarks}))
    common = {name.partition(":")[0] for name in old} & {name.partition(":")[0] for name in new}
    changed = [
        f"{name} was {_short(old.get(name))}, is {_short(new.get(name))}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name) and (":" not in name or name.partition(":")[0] in common)
    ]
    return "; ".join(changed)


# Settings of a run that decide its replies: what `unlike_settings` needs of a recorded configuration.
DECIDING = ("model", "model_args", "chat_template", "generation_config", "resolved_benchmarks")


def unlike_settings(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the settings that decide a reply and differ between two recorded runs, besides the model's name.

    Args:
        before: The settings `DECIDING` of a run.

    Returns:
        Lines such as ``generation_config.temperature 0.0 then, 0.5 now`` under "" or the benchmark that they are of.
    """
    try:
        old = _deciding(before, before["resolved_benchmarks"])
        new = _deciding(now, now["resolved_benchmarks"])
    except (LookupError, TypeError, ValueError, AttributeError):
        return {}
    found: dict[str, list[str]] = {}
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) == new.get(name) or name == "model":
            continue
        benchmark, colon, setting = name.partition(": ")
        line = f"{setting or name} {_short(old.get(name))} then, {_short(new.get(name))} now"
        found.setdefault(benchmark if colon else "", []).append(line)
    return found


def recorded_settings(root: Path, names: Iterable[str]) -> dict[str, Any]:
    """Return settings of the run recorded in a folder; empty if its configuration cannot be read."""
    import yaml

    try:
        recorded = yaml.safe_load((root / "configs" / "task_config.yaml").read_bytes())
        return {name: recorded.get(name) for name in names}
    except (OSError, yaml.YAMLError, AttributeError, ValueError):
        return {}


def recorded_order_seed(root: Path) -> int | None:
    """Return the seed of the order of questions in the run recorded in a folder; None if there is none.

    Raises:
        StoreError: The configuration is there and cannot be read: another seed would be drawn in its place.
    """
    import yaml

    path = root / "configs" / "task_config.yaml"
    with storing(path):
        try:
            recorded = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        seed = yaml.safe_load(recorded)["evaluation_identity"]["order_seed"]
    except (yaml.YAMLError, LookupError, TypeError, ValueError):
        return None
    return seed if isinstance(seed, int) else None


def _deciding(settings: Mapping[str, Any], benchmarks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    found = {name: settings.get(name) for name in ("model", "model_args", "chat_template")}
    given = GenerationConfig()
    for name, value in settings["generation_config"].items():
        if name in replace(given, **{name: value}).identity():
            found[f"generation_config.{name}"] = value
    for benchmark, values in benchmarks.items():
        found.update({f"{benchmark}: {name}": values.get(name) for name in _PROMPT})
    return found


def _short(value: Any) -> str:
    text = "not set" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def plain(value: Any, name: str = "") -> Any:
    """Return ``value`` as YAML and JSON can hold it, with every secret masked: by type, by name and by shape."""
    if isinstance(value, Secret):
        return MASK if value else ""
    if isinstance(value, Mapping):
        return {_clean(str(key)): plain(item, str(key)) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [plain(item, name) for item in items]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = str(value)
    return MASK if is_secret_name(name) and text not in ("", "EMPTY") else _clean(redact(text))


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()

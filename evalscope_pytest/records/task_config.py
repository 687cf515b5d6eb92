"""``configs/task_config.yaml``: what ran, in a form that can be given back as a configuration, without its secrets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..config.secrets import is_secret_name
from ..core.secret import MASK, Secret, redact
from .atomic import write_atomic
from .layout import WorkDir
from .plan import RunPlan


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
    document = {
        **settings,
        "resolved_benchmarks": {b.name: b.settings for b in plan.benchmarks},
        "evaluation_identity": {"schema_version": 1, "benchmarks": identity},
    }
    text = yaml.safe_dump(plain(document), sort_keys=True, allow_unicode=True, width=120)
    path = workdir.configs / "task_config.yaml"
    write_atomic(path, text.encode())
    return path


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

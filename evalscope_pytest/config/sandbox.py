"""The sandbox's settings: `use_sandbox`, `sandbox_type`, `sandbox_manager_config`, `sandbox`, and
`sandbox_config` of single benchmarks (spec/parameters.md, "Sandbox Parameters")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..core.errors import ConfigError, closest
from ..core.tables import refuse_unknown
from ..sandbox.engine import DOCKER, ENGINES, LOCAL, SandboxChoice

_MANAGER = ("base_url", "api_key")


def sandbox_choice(settings: Mapping[str, Any]) -> SandboxChoice:
    """Return what a run's settings ask for.

    Without ``use_sandbox`` code is isolated just the same, by what this machine has, or by the local engine that
    ``sandbox_type`` names. With it, code runs in Docker unless another engine is named. EvalScope's files name Docker
    whether it is used or not, so naming it alone has no effect.

    Args:
        settings: The fields of a `TaskConfig`.

    Raises:
        ConfigError: An entry is unknown or contradicts another.
    """
    table = dict(settings["sandbox"])
    refuse_unknown(table, ("enabled", "engine", "default_config", "manager_config", "pool_size"), "sandbox")
    named = table.get("engine") or settings["sandbox_type"] or DOCKER
    engine = str(named).lower()
    if engine not in ENGINES:
        raise ConfigError(f"engine: {engine!r} in sandbox. {closest(engine, ENGINES)}")
    enabled = settings["use_sandbox"] or table.get("enabled", engine in LOCAL)
    manager = {**settings["sandbox_manager_config"], **(table.get("manager_config") or {})}
    refuse_unknown(manager, _MANAGER, "sandbox_manager_config")
    choice = SandboxChoice(engine if enabled else "auto", size=_size(table.get("pool_size")))
    if manager and choice.engine != DOCKER:
        raise ConfigError(
            "sandbox_manager_config is about containers, and code runs in a local sandbox. Add --eval-use-sandbox to "
            "run it in Docker, or leave it out."
        )
    choice = replace(choice, base_url=str(manager.get("base_url") or ""), api_key=str(manager.get("api_key") or ""))
    return choice.changed(table.get("default_config") or {}, "default_config of sandbox")


def _size(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"pool_size: {value!r} in sandbox. Write a whole number, 1 or more.")
    return value

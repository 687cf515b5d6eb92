"""What the settings of the sandbox come to: `use_sandbox`, `sandbox_type`, `sandbox_manager_config`, `sandbox`, and
`sandbox_config` of single benchmarks (spec/parameters.md, "Sandbox Parameters")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..core.errors import ConfigError, closest
from .tables import refuse_unknown

LOCAL = ("auto", "bubblewrap", "landlock")
DOCKER = "docker"
ENGINES = (DOCKER, *LOCAL)
LATER_ENGINES = ("volcengine", "docker_notebook")
_IMAGE = "python:3.11-slim"
# Settings of a container: their types, and an example.
_CONTAINER: dict[str, tuple[tuple[type, ...], Any]] = {
    "image": ((str,), _IMAGE),
    "memory_limit": ((str,), "2g"),
    "cpu_limit": ((int, float), 1.0),
}
_TOOLS = ("shell_executor", "python_executor")
_MANAGER = ("base_url", "api_key")


@dataclass(frozen=True, slots=True)
class SandboxChoice:
    """Which sandbox a run wants.

    Attributes:
        engine: ``auto``: the best this machine has; else the only one that will do.
        size: Programs at a time; None: one for each processor.
        image, memory_limit, cpu_limit: Of a container.
        base_url: Of a service that makes containers; empty: made here.
        api_key: Of that service.
    """

    engine: str = "auto"
    size: int | None = None
    image: str = _IMAGE
    memory_limit: str = "2g"
    cpu_limit: float = 1.0
    base_url: str = ""
    api_key: str = ""

    def changed(self, config: Mapping[str, Any], where: str) -> SandboxChoice:
        """Return the choice with a container configuration of EvalScope's applied.

        Raises:
            ConfigError: An entry is unknown, of the wrong type, opens the network, or concerns no container here.
        """
        options = dict(config)
        refuse_unknown(options, (*_CONTAINER, "network_enabled", "tools_config"), where)
        if options.pop("network_enabled", False):
            raise ConfigError(
                f"network_enabled in {where}: code that models write gets no network. Leave it out, or make it false."
            )
        _check_tools(options.pop("tools_config", {}), where)
        if options and self.engine != DOCKER:
            raise ConfigError(
                f"{', '.join(sorted(options))} in {where}: only containers have one, and code runs in a local sandbox. "
                f"Add --eval-use-sandbox to run it in Docker, or leave it out."
            )
        for name, (kinds, written) in _CONTAINER.items():
            if name in options and (not isinstance(options[name], kinds) or not options[name]):
                raise ConfigError(f"{name}: {options[name]!r} in {where}. Write something like {written!r}.")
        return replace(self, **options)


def sandbox_choice(settings: Mapping[str, Any]) -> SandboxChoice:
    """Return what a run's settings ask for.

    Without ``use_sandbox`` code is isolated just the same, by what this machine has, or by the local engine that
    ``sandbox_type`` names. With it, code runs in Docker unless another engine is named. EvalScope's files name Docker
    whether it is used or not, so naming it alone asks for nothing.

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


def _check_tools(tools: Any, where: str) -> None:
    for name in tools:
        if name not in _TOOLS:
            raise ConfigError(f"tools_config: {name!r} in {where}. {closest(str(name), _TOOLS)}")
    if isinstance(tools, Mapping) and any(tools.values()):
        raise ConfigError(f"tools_config in {where} has options for a tool. There are none: write {{}}.")

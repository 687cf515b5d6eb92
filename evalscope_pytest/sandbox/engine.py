"""The sandbox that a run chooses: the engine, and the settings of its containers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..core.errors import ConfigError, closest
from ..core.tables import refuse_unknown

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


@dataclass(frozen=True, slots=True)
class SandboxChoice:
    """The sandbox that a run wants.

    Attributes:
        engine: ``auto``: the best this machine has; else the only one that will do.
        size: Programs at a time; None: one for each processor.
        image, memory_limit, cpu_limit: Of a container.
        environment: Environment whose interpreter runs the programs (`environments`); a container has its image's.
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
    environment: str = ""

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


def _check_tools(tools: Any, where: str) -> None:
    for name in tools:
        if name not in _TOOLS:
            raise ConfigError(f"tools_config: {name!r} in {where}. {closest(str(name), _TOOLS)}")
    if isinstance(tools, Mapping) and any(tools.values()):
        raise ConfigError(f"tools_config in {where} has options for a tool. There are none: write {{}}.")

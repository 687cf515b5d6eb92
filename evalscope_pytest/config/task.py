"""`TaskConfig`: the configuration of a run, and how it is made."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any

from .judge import judge_config
from .parse import Layer, checked, filled_in, given_layer, merged
from .rules import check_together
from .schema import Settings, to_mapping


class TaskConfig(Settings):
    """The configuration of a run, checked and complete: settings that the user left out are filled in.

    ``TaskConfig(model="qwen2.5", api_url="http://127.0.0.1:8000/v1", datasets=["gsm8k", "arc"], limit=5)``; keywords
    are the fields of `Settings` and EvalScope's older spellings of them. Mappings may also be JSON or ``key=value``
    text.

    Raises:
        ConfigError: A keyword or value is wrong; the message names the closest right one.
    """

    def __init__(self, **settings: Any) -> None:
        self._fill(_complete(checked(settings, lambda key: f"TaskConfig({key}=...)")))

    @classmethod
    def from_layer(cls, layer: Layer) -> TaskConfig:
        """Make a configuration of checked settings (`sources.resolve`)."""
        return cls.of(_complete(layer))

    def replaced(self, **settings: Any) -> TaskConfig:
        """Return a copy with some settings changed, mappings key by key; derived settings are derived again."""
        return self.from_layer(merged([checked(settings, lambda key: f"replaced({key}=...)"), given_layer(self)]))

    def __repr__(self) -> str:
        return f"TaskConfig({', '.join(f'{k}={v!r}' for k, v in to_mapping(self, only_given=True).items())})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TaskConfig):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in _compared())

    __hash__ = None  # type: ignore[assignment]


@cache
def _compared() -> tuple[str, ...]:
    return tuple(f.name for f in fields(Settings) if f.name not in ("given", "notes"))


def _complete(layer: Layer) -> dict[str, Any]:
    """Return every field of `Settings`, given or derived.

    Raises:
        ConfigError: Settings contradict each other.
    """
    result = filled_in(layer)
    check_together(result, layer.origin)
    if result["judge"] or result["judge_model_args"] or result["judge_strategy"] != "auto":
        judge_config(result)  # the judge's environment is read only if there is something to judge
    return result

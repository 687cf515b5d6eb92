"""Settings of EvalScope that this version does not have: refused with a sentence each, never ignored."""

from __future__ import annotations

from typing import Any

from ..core.errors import ConfigError
from .kinds import describe
from .sandbox import ENGINES

_BACKEND = "benchmarks run in pytest itself"

# Setting: the values that change nothing, and why there are no others.
_UNAVAILABLE: dict[str, tuple[tuple[Any, ...], str]] = {
    "model_task": (("text_generation",), "there are no image benchmarks yet"),
    "eval_type": (
        ("llm_ckpt", "openai_api", "openai_responses_api", "anthropic_api", "mock_llm", "custom"),
        "models are local (llm_ckpt), services (openai_api, openai_responses_api, anthropic_api) or mock_llm; most "
        "gateways speak openai_api",
    ),
    "eval_backend": (("Native",), _BACKEND),
    "eval_config": ((), _BACKEND),
    "sandbox_type": ((None, *ENGINES), "code runs in a local sandbox or in Docker"),
    "agent_config": (({},), "models answer by themselves, not through an agent"),
    "max_image_bytes": ((), "there are no image benchmarks yet"),
}

# Those of which no value does anything yet: left out of help texts.
UNDOCUMENTED = frozenset(_UNAVAILABLE) - {"eval_type", "sandbox_type"}


def refuse_unavailable(name: str, value: Any, where: str) -> None:
    """Refuse a value that asks for what is not there.

    Args:
        name: The setting's own name, without what it is part of.
        value: Its checked value.
        where: Where it was given.

    Raises:
        ConfigError: It would be ignored.
    """
    harmless, reason = _UNAVAILABLE.get(name, ((value,), ""))
    if value not in harmless:
        shown = "" if isinstance(value, dict) or name == "eval_config" else f" {describe(value)}"
        raise ConfigError(f"{name}{shown} is not available in this version ({where}): {reason}. Remove it.")

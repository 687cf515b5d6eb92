"""What settings demand of each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.errors import ConfigError

_LOCAL_ONLY = {
    "chat_template": "A service applies its own; vLLM takes one in generation_config extra_body.",
    "trust_remote_code": "Remove it.",
}
_FROM_ENVIRONMENT = "environment"


def check_together(result: Mapping[str, Any], origin: Mapping[tuple[str, ...], str]) -> None:
    """Refuse settings that contradict each other, or that would have no effect.

    Args:
        result: Every field of a `TaskConfig`.
        origin: Where each setting that was made comes from.

    Raises:
        ConfigError: They do.
    """

    def given(name: str) -> str:
        """Return where a setting was made on purpose for this run: variables may hold for every run."""
        where = origin.get((name,), "")
        return "" if where.startswith(_FROM_ENVIRONMENT) else where

    if result["model"] is None:
        for name in ("eval_type", "api_url"):
            if given(name):
                raise ConfigError(
                    f"{name} is given without a model (in {given(name)}). Add the model's name: --eval-model NAME."
                )
    elif result["eval_type"] == "llm_ckpt" and given("api_url"):
        raise ConfigError(
            f"api_url has no effect on a local model (in {given('api_url')}). For a service leave out eval_type "
            "llm_ckpt, or make it openai_api or anthropic_api."
        )
    if result["eval_type"] not in (None, "llm_ckpt", "custom"):
        for name, instead in _LOCAL_ONLY.items():
            if given(name) and result[name]:
                raise ConfigError(
                    f"{name} is for local models only, not for {result['eval_type']} (in {given(name)}). {instead}"
                )
    if given("max_drop") and result["baseline"] is None:
        raise ConfigError(
            f"max_drop is given without a baseline (in {given('max_drop')}). Add the run to compare with: "
            "--eval-baseline DIR."
        )
    if result["rerun_review"] and not (result["use_cache"] or result["no_timestamp"]):
        raise ConfigError(
            f"rerun_review needs the run whose answers are scored again (in {origin.get(('rerun_review',))}). Add its "
            "directory: --eval-use-cache DIR."
        )

"""Token counts of replies, under the names of each dialect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.values import Usage, token_count


def chat_usage(usage: object) -> Usage | None:
    """Read the usage of OpenAI's chat completions, with or without details; DeepSeek's name for cached tokens, too.

    Some services (xAI) count reasoning beside the completion, as the total shows. Here output includes it.
    """
    if not isinstance(usage, dict):
        return None
    sent, received = count(usage, "prompt_tokens"), count(usage, "completion_tokens")
    if sent is None and received is None:
        return None
    cached = count(usage.get("prompt_tokens_details"), "cached_tokens")
    thought = count(usage.get("completion_tokens_details"), "reasoning_tokens")
    if thought and count(usage, "total_tokens") == (sent or 0) + (received or 0) + thought:
        received = (received or 0) + thought
    return Usage(
        sent or 0,
        received or 0,
        thought,
        count(usage, "prompt_cache_hit_tokens") if cached is None else cached,
    )


def responses_usage(usage: object) -> Usage | None:
    """Read the usage of OpenAI's Responses."""
    sent, received = count(usage, "input_tokens"), count(usage, "output_tokens")
    if not isinstance(usage, dict) or (sent is None and received is None):
        return None
    return Usage(
        sent or 0,
        received or 0,
        count(usage.get("output_tokens_details"), "reasoning_tokens"),
        count(usage.get("input_tokens_details"), "cached_tokens"),
    )


def anthropic_usage(usage: Mapping[str, Any]) -> Usage | None:
    """Read the usage of Anthropic's Messages.

    The service counts cached input separately. Here, as in the other dialects, input includes it.
    """
    if not usage:
        return None
    read, written = (count(usage, f"cache_{kind}_input_tokens") for kind in ("read", "creation"))
    return Usage(
        (count(usage, "input_tokens") or 0) + (read or 0) + (written or 0),
        count(usage, "output_tokens") or 0,
        count(usage.get("output_tokens_details"), "thinking_tokens"),
        input_tokens_cache_read=read,
        input_tokens_cache_write=written,
    )


def chat_names(usage: Usage) -> dict[str, Any]:
    """Return counts under the names of OpenAI's chat completions, as load tests keep them."""
    found: dict[str, Any] = {"prompt_tokens": usage.input_tokens, "completion_tokens": usage.output_tokens}
    if usage.reasoning_tokens is not None:
        found["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    if usage.input_tokens_cache_read is not None:
        found["prompt_tokens_details"] = {"cached_tokens": usage.input_tokens_cache_read}
    return found


def count(mapping: object, name: str) -> int | None:
    """Return a count of a mapping; None if there is none, or it cannot be a number of tokens."""
    return token_count(mapping.get(name)) if isinstance(mapping, dict) else None

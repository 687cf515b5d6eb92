"""Generation parameters: the `generation_config` of EvalScope (spec/parameters.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class GenerationConfig:
    """How to generate. None means: not sent, the service's or the model's own default holds.

    Attributes:
        timeout: Seconds for one request, all bytes included.
        retries: How often a failed request is asked again.
        retry_interval: Longest wait between two attempts, in seconds, when the service names none.
        max_tool_output: Bytes of a tool's output given back to the model.
    """

    timeout: float | None = None
    retries: int = 5
    retry_interval: float = 10.0
    stream: bool | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    temperature: float | None = None
    top_k: int | None = None
    stop_seqs: tuple[str, ...] | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    repetition_penalty: float | None = None
    logit_bias: Mapping[str, float] | None = None
    seed: int | None = None
    do_sample: bool | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    parallel_tool_calls: bool | None = None
    max_tool_output: int = 16 * 1024
    reasoning_effort: str | None = None
    reasoning_tokens: int | None = None
    response_schema: Mapping[str, Any] | None = None
    chat_template_kwargs: Mapping[str, Any] | None = None
    extra_body: Mapping[str, Any] | None = None
    extra_query: Mapping[str, Any] | None = None
    extra_headers: Mapping[str, str] | None = None
    height: int | None = None
    width: int | None = None
    num_inference_steps: int | None = None
    guidance_scale: float | None = None

    def identity(self) -> dict[str, Any]:
        """Return the parameters that can change an answer, for content addresses: no time-outs, retries, headers."""
        return {
            f.name: value
            for f in fields(self)
            if f.name not in _NOT_IDENTITY and (value := getattr(self, f.name)) is not None
        }


_NOT_IDENTITY = frozenset({"timeout", "retries", "retry_interval", "stream", "extra_headers", "max_tool_output"})

"""Generation parameters: the `generation_config` of EvalScope (spec/parameters.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from .setting import BIASES, SWITCH, TABLE, TEXT, TEXTS, number, setting, whole

# What a model may do in place of generating text.
VECTOR_TASKS = ("embedding", "rerank")


@dataclass(frozen=True, slots=True)
class GenerationConfig:
    """Generation parameters. None is not sent: the default of the service or the model applies.

    Attributes:
        timeout: Seconds for one request, all bytes included; 600 for services.
        stream_timeout: Seconds without a byte after which a stream that has begun counts as broken; 120.
        sample_timeout: Seconds for one request with all its attempts, from the first one on; 1800 for services.
        retries: Maximum number of retries of a request after failures of any kind; by default 7 after rate limits and 3
            after other failures.
        retry_interval: Longest wait between two attempts, in seconds, when the service names none; 60.
        max_tool_output: Maximum number of bytes of a tool's output that the model gets.
    """

    timeout: float | None = setting(
        number(0, above=True), "Maximum duration of a request, in seconds; default: 600 for services."
    )
    stream_timeout: float | None = setting(
        number(0, above=True), "Seconds of silence after which a stream counts as broken; default: 120."
    )
    sample_timeout: float | None = setting(
        number(0, above=True),
        "Maximum duration of a request with all its attempts, in seconds; default: 1800 for services.",
    )
    retries: int | None = setting(
        whole(0), "Maximum number of retries of a request; default: 7 after rate limits, 3 after other failures."
    )
    retry_interval: float | None = setting(
        number(0), "Longest wait between two attempts, in seconds, if the service names none; default: 60."
    )
    stream: bool | None = setting(SWITCH, "Receive replies as a stream.")
    max_tokens: int | None = setting(whole(1), "Maximum number of tokens in a reply.")
    top_p: float | None = setting(number(0, 1), "Sample from the most likely tokens that hold this much probability.")
    temperature: float | None = setting(number(0, 2), "Sampling temperature.")
    top_k: int | None = setting(whole(-1), "Sample from this many of the most likely tokens.")
    stop_seqs: tuple[str, ...] | None = setting(TEXTS, "Texts that end a reply.")
    frequency_penalty: float | None = setting(
        number(-2, 2), "Positive: repeat a token less the more often it has occurred."
    )
    presence_penalty: float | None = setting(number(-2, 2), "Positive: repeat a token less once it has occurred.")
    repetition_penalty: float | None = setting(number(0, above=True), "Above 1: repeat less (local models, vLLM).")
    logit_bias: Mapping[str, float] | None = setting(BIASES, "Added to the logits of single tokens.")
    seed: int | None = setting(whole(), "Random seed sent with each request.")
    do_sample: bool | None = setting(
        SWITCH, "Sample, or decode greedily. A service gets temperature 0 for false, and none for true."
    )
    logprobs: bool | None = setting(SWITCH, "Request the log probabilities of the reply's tokens.")
    top_logprobs: int | None = setting(whole(0, 20), "Request this many alternatives for each token.")
    parallel_tool_calls: bool | None = setting(SWITCH, "Allow several tool calls in one turn.")
    max_tool_output: int = setting(
        whole(1), "Maximum number of bytes of a tool's output that the model gets.", 16 * 1024
    )
    reasoning_effort: str | None = setting(TEXT, "Effort of a reasoning model: low, medium, high ...")
    reasoning_tokens: int | None = setting(whole(0), "Maximum number of tokens for reasoning (Anthropic).")
    response_schema: Mapping[str, Any] | None = setting(TABLE, "JSON schema that the reply must follow.")
    chat_template_kwargs: Mapping[str, Any] | None = setting(TABLE, "Variables for the model's chat template.")
    extra_body: Mapping[str, Any] | None = setting(TABLE, "Further fields of the request.")
    extra_query: Mapping[str, Any] | None = setting(TABLE, "Query parameters of the request.")
    extra_headers: Mapping[str, str] | None = setting(TABLE, "Headers of the request.")
    height: int | None = setting(whole(1), "Height of a generated image.")
    width: int | None = setting(whole(1), "Width of a generated image.")
    num_inference_steps: int | None = setting(whole(1), "Steps of a diffusion model.")
    guidance_scale: float | None = setting(number(0), "Guidance scale of a diffusion model.")

    def identity(self) -> dict[str, Any]:
        """Return the parameters that can change an answer, for content addresses: no time-outs, retries, headers."""
        return {
            f.name: value
            for f in fields(self)
            if f.name not in _NOT_IDENTITY and (value := getattr(self, f.name)) is not None
        }


_NOT_IDENTITY = frozenset(
    {
        "timeout", "stream_timeout", "sample_timeout", "retries", "retry_interval", "stream", "extra_headers",
        "max_tool_output",
    }
)  # fmt: skip

"""The interface of a model, and the specification that a provider makes one from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..config.generation import VECTOR_TASKS, GenerationConfig
from ..core.secret import Secret

if TYPE_CHECKING:
    from ..config.schema import Settings
from typing import Protocol, runtime_checkable

from ..core.values import ModelOutput
from ..wire.request import Request

LOCAL_MAX_TOKENS = 2048
DECISION_APIS = ("systemone_api", "autotrust_api")
SERVICES = ("openai_api", "openai_responses_api", "anthropic_api", *DECISION_APIS)
_LOCAL_LOOKAHEAD = 4


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Everything that a provider may need to make a model.

    Attributes:
        eval_type: The provider: ``openai_api``, ``openai_responses_api``, ``anthropic_api``,
            ``systemone_api``, ``autotrust_api``, ``llm_ckpt``,
            ``mock_llm``, or a registered one.
        model: The name or path as the user gave it.
        model_args: The provider's own arguments.
        generation: Generation parameters with the provider's defaults filled in: what requests should carry.
        concurrency: Requests in flight for a service, rows of a batch for a local model.
        seed: The run's seed; local sampling uses it if ``generation`` has none.
        task: What the model does, as ``model_task``; None if it generates text as its configuration shows.
        think_tags: The model's marks around its thinking, besides those known to `core.reply_marks`.
        instance: A model that the user made; then all other attributes are ignored.
    """

    eval_type: str
    model: str
    model_args: Mapping[str, Any] = field(default_factory=dict)
    api_url: str | None = None
    api_key: Secret = field(default_factory=lambda: Secret("EMPTY"))
    chat_template: str | None = None
    generation: GenerationConfig = field(default_factory=GenerationConfig)
    concurrency: int = 8
    trust_remote_code: bool = False
    seed: int | None = 42
    task: str | None = None
    think_tags: tuple[str, str] | None = None
    instance: Model | None = None

    @property
    def is_service(self) -> bool:
        """True if requests go over a network to a built-in provider."""
        return self.instance is None and self.eval_type in SERVICES

    @property
    def decides(self) -> bool:
        """True if the model answers typed questions and nothing else."""
        return self.instance is None and self.eval_type in DECISION_APIS

    @property
    def is_generating(self) -> bool:
        """True if the model certainly writes text: a service or a local model, none of the user's own making."""
        return self.instance is None and self.eval_type in (*SERVICES, "llm_ckpt") and not self.decides

    @property
    def is_mock(self) -> bool:
        """True if replies are made from the samples' references, whatever the generation parameters."""
        return self.instance is None and self.eval_type == "mock_llm"

    @property
    def vector_task(self) -> str:
        """``embedding`` or ``rerank``; empty for a model that generates text."""
        return self.task if self.instance is None and not self.is_mock and self.task in VECTOR_TASKS else ""

    @property
    def requests_in_flight(self) -> int:
        """Number of requests that the engine should keep open.

        A local model that sees several batches' worth of prompts puts those of like length together.
        """
        return self.concurrency * _LOCAL_LOOKAHEAD if self.eval_type == "llm_ckpt" else self.concurrency

    @classmethod
    def from_task(cls, config: Settings) -> ModelSpec:
        """Make the specification from a run's configuration, with the provider's defaults filled in."""
        given = config.model
        eval_type = config.eval_type or "mock_llm"
        instance = None if given is None or isinstance(given, str) else given
        name = given if isinstance(given, str) else getattr(given, "name", "mock_llm")
        return cls(
            eval_type=eval_type,
            model=name,
            model_args=dict(config.model_args),
            api_url=config.api_url,
            api_key=config.api_key,
            chat_template=config.chat_template,
            generation=config.generation_config
            if config.model_task in VECTOR_TASKS
            else with_defaults(config.generation_config, eval_type, name),
            concurrency=config.eval_batch_size,
            trust_remote_code=config.trust_remote_code,
            seed=config.seed,
            task=config.model_task,
            think_tags=config.think_tags,
            instance=instance,
        )


def with_defaults(config: GenerationConfig, eval_type: str, model: str = "") -> GenerationConfig:
    """Fill in the provider's defaults.

    Requests to services have temperature 0 unless a sampling parameter is given, so that setting only ``max_tokens``
    does not turn sampling on. Local models generate at most 2048 tokens, greedily unless sampling is requested.
    """
    sampling = (config.temperature, config.top_p, config.top_k, config.do_sample)
    if eval_type in ("openai_api", "openai_responses_api"):
        from ..wire.openai_chat import thinks_first

        in_body = {"temperature", "top_p", "top_k"} & set(config.extra_body or {})
        if all(p is None for p in sampling) and not in_body and not thinks_first(model):
            return replace(config, temperature=0.0)
    if eval_type == "llm_ckpt":
        sampling_given = any(p is not None and p != 0 for p in (config.temperature, config.top_p, config.top_k))
        return replace(
            config,
            max_tokens=LOCAL_MAX_TOKENS if config.max_tokens is None else config.max_tokens,
            do_sample=(sampling_given and config.temperature != 0) if config.do_sample is None else config.do_sample,
        )
    return config


# The interface -------------------------------------------------------------------------------------------------------


class Model(Protocol):
    """A model that answers messages. Instances live in one process and are used from one event loop."""

    @property
    def name(self) -> str:
        """The model as the user named it, ``org/name`` or a path."""
        ...

    @property
    def fingerprint(self) -> str:
        """Identity of the model's answers: name and arguments that change them, never URL or key."""
        ...

    async def generate(self, request: Request) -> ModelOutput:
        """Send one request, once: the engine waits and retries.

        Raises:
            RateLimitedError: The service refuses more requests for now.
            TransientError: A retry may succeed.
            RejectedError: This request is refused.
            FatalError: Every request is refused.
        """
        ...

    async def close(self) -> None:
        """Free connections and memory."""
        ...


@runtime_checkable
class Connecting(Protocol):
    """A model that can open connections before the first request."""

    async def connect(self, count: int) -> None:
        """Open ``count`` more connections. Failures are not reported here: the request that needs one will fail."""
        ...

"""Makes a model from a `ModelSpec`. The registry of providers by name; plugins add theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..core.errors import ConfigError, closest
from ..core.values import ModelOutput
from ..wire.arguments import check_sampling
from ..wire.content import split_reasoning
from ..wire.request import Request
from .spec import Model, ModelSpec, with_defaults

__all__ = ["ModelSpec", "create", "eval_types", "register", "with_defaults"]

Factory = Callable[[ModelSpec], Model]


def register(eval_type: str) -> Callable[[Factory], Factory]:
    """Make ``eval_type`` a provider; to be used in a plugin or a ``conftest.py``.

    ``custom`` is the name without a built-in provider; ``eval_type="custom"`` chooses it::

        @register("custom")
        def make(spec: ModelSpec) -> Model:
            return MyEngine(spec.model, **spec.model_args)

    The factory checks ``spec.model_args`` and ``spec.generation`` itself. Registering a name again replaces it.
    """

    def keep(factory: Factory) -> Factory:
        _registered[eval_type] = factory
        return factory

    return keep


def eval_types() -> tuple[str, ...]:
    """Return the names of all providers."""
    return tuple(sorted(_registered))


def create(spec: ModelSpec) -> Model:
    """Make the model. No request is sent and no weights are loaded before the first `generate`.

    Raises:
        ConfigError: The provider is unknown, or cannot use an argument or a generation parameter that was given.
    """
    model = _made(spec)
    return TaggedModel(model, spec.think_tags) if spec.think_tags else model


def _made(spec: ModelSpec) -> Model:
    if spec.instance is not None:
        return spec.instance
    factory = _registered.get(spec.eval_type)
    if factory is None:
        raise ConfigError(f"eval_type: unknown {spec.eval_type!r}. {closest(spec.eval_type, _registered)}")
    return factory(spec)


class TaggedModel:
    """A model with custom tags around its thinking."""

    def __init__(self, model: Model, tags: tuple[str, str]) -> None:
        self._model = model
        self._tags = tags
        self.name = model.name
        self.fingerprint = f"{model.fingerprint} {tags[0]} {tags[1]}"  # what counts as the answer depends on them

    async def generate(self, request: Request) -> ModelOutput:
        """Send the request, and split off the thinking unless the service has done so."""
        output = await self._model.generate(request)
        if output.reasoning:
            return output
        reasoning, text = split_reasoning(output.text, tags=self._tags)
        return replace(output, reasoning=reasoning, text=text)

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()


# Each imports its provider when the first model of the kind is made: aiohttp, openai and torch cost up to seconds.


def _openai_api(spec: ModelSpec) -> Model:
    if spec.vector_task:
        from . import vector_service

        return vector_service.create(spec)
    from ..wire.openai_chat import check

    check(spec.generation)
    return _openai_client(spec)


def _openai_responses_api(spec: ModelSpec) -> Model:
    from ..wire.openai_responses import check

    check(spec.generation)
    return _openai_client(spec)


def _openai_client(spec: ModelSpec) -> Model:
    client = spec.model_args.get("client", "aiohttp")
    if client == "sdk":
        from . import openai_sdk

        return openai_sdk.create(spec)
    if client == "litellm":
        from . import litellm_client

        return litellm_client.create(spec)
    if client != "aiohttp":
        hint = closest(str(client), ("aiohttp", "sdk", "litellm"))
        raise ConfigError(f"model_args.client: unknown {client!r}. {hint}")
    from . import openai_api

    return openai_api.create(spec)


def _anthropic_api(spec: ModelSpec) -> Model:
    from ..wire.anthropic import check
    from . import anthropic_api

    check(spec.generation)
    return anthropic_api.create(spec)


def _decision_api(spec: ModelSpec) -> Model:
    from ..wire.decision import check
    from . import decision_api

    check(spec.generation, spec.eval_type)
    return decision_api.create(spec)


def _llm_ckpt(spec: ModelSpec) -> Model:
    if spec.vector_task:
        from . import sentence_models

        return sentence_models.create(spec)
    from . import llm_ckpt

    llm_ckpt.check(spec.generation)
    return llm_ckpt.create(spec)


def _mock_llm(spec: ModelSpec) -> Model:
    from . import mock_llm

    check_sampling(spec.generation)
    return mock_llm.create(spec)


_registered: dict[str, Factory] = {
    "openai_api": _openai_api,
    "openai_responses_api": _openai_responses_api,
    "anthropic_api": _anthropic_api,
    "systemone_api": _decision_api,
    "autotrust_api": _decision_api,
    "llm_ckpt": _llm_ckpt,
    "mock_llm": _mock_llm,
}

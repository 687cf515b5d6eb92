"""Requests to models, and their specifications, for the tests of models."""

from __future__ import annotations

import asyncio
from typing import Any

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.secret import Secret
from evalscope_pytest.core.values import Message, ModelOutput
from evalscope_pytest.models.factory import ModelSpec, create
from evalscope_pytest.wire.request import Request

KEY = "canary-key-0123456789"


def request(content: str = "What is 6 x 7?", *, repeat: int = 0, right_reply: str = "", **config: Any) -> Request:
    """Return a request with one user message."""
    messages = (Message("user", content),)
    return Request(messages, GenerationConfig(**config), right_reply=right_reply, repeat=repeat)


def answer(spec: ModelSpec, *requests: Request) -> list[ModelOutput]:
    """Send the requests at once to a model of their own; raise the first error."""

    async def run() -> list[ModelOutput]:
        model = create(spec)
        try:
            return list(await asyncio.gather(*[model.generate(r) for r in requests]))
        finally:
            await model.close()

    return asyncio.run(run())


def spec(eval_type: str, api_url: str | None = None, **more: Any) -> ModelSpec:
    """Return a spec with the tests' key."""
    more.setdefault("api_key", Secret(KEY))
    more.setdefault("model", "org/M")
    return ModelSpec(eval_type, api_url=api_url, **more)

"""The services as fixtures; ``tests/conftest.py`` imports them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .anthropic_server import AnthropicServer
from .decision_server import DecisionServer
from .openai_server import OpenAIServer
from .responses_server import ResponsesServer
from .vector_server import VectorServer


@pytest.fixture
def openai_server() -> Iterator[OpenAIServer]:
    """An OpenAI-compatible service that answers "OK" until told otherwise."""
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def anthropic_server() -> Iterator[AnthropicServer]:
    """A service with Anthropic's Messages API that answers "OK" until told otherwise."""
    with AnthropicServer() as server:
        yield server


@pytest.fixture
def decision_server() -> Iterator[DecisionServer]:
    """A service of typed decisions that prefers the first option."""
    with DecisionServer() as server:
        yield server


@pytest.fixture
def responses_server() -> Iterator[ResponsesServer]:
    """A service with OpenAI's Responses that answers "OK" unless scripted."""
    with ResponsesServer() as server:
        yield server


@pytest.fixture
def vector_server() -> Iterator[VectorServer]:
    """A service of embeddings and grades, made of the words of a text."""
    with VectorServer() as server:
        yield server

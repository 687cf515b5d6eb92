"""What is sent: conversations of one or more turns, and the request bodies that the interfaces make of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from ..core.errors import ConfigError, closest

Interface = Literal["chat", "completions", "embedding", "rerank"]
Message = Mapping[str, Any]
Content = str | Sequence[int] | Sequence[Message] | Sequence[str] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """One request.

    Attributes:
        content: A text, token ids, messages, texts to embed, or a mapping: a whole request body, whose fields win over
            options.
        tokens: How long it is, where that is known here.
        parameters: Fields of this request only, such as ``max_tokens`` of a trace.
    """

    content: Content
    tokens: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns that follow each other; each is sent when the reply to the one before is complete, and with it.

    Attributes:
        at_s: When a trace had it begin, counted from its first.
    """

    turns: tuple[Turn, ...]
    at_s: float = 0.0


def single(content: Content, tokens: int = 0) -> Conversation:
    """Return a conversation of one turn."""
    return Conversation((Turn(content, tokens),))


@dataclass(frozen=True, slots=True)
class Form:
    """How requests are written.

    Attributes:
        parameters: Fields of every request: ``model``, ``stream``, ``max_tokens`` and the like.
    """

    interface: Interface
    parameters: Mapping[str, Any]

    def body(self, turn: Turn, history: Sequence[Message] = ()) -> bytes:
        """Return the JSON of a request.

        Raises:
            ConfigError: The interface takes no content of this shape.
        """
        from orjson import dumps

        parameters = {**self.parameters, **turn.parameters}
        content = turn.content
        if isinstance(content, Mapping):
            return dumps({**parameters, **content})
        return dumps({**parameters, **_WRITERS[self.interface](content, history)})


def messages_of(content: Content) -> list[Message]:
    """Return content as chat messages."""
    if isinstance(content, str):
        return [{"role": "user", "content": content}]
    return [m for m in content if isinstance(m, Mapping)]


def _chat(content: Content, history: Sequence[Message]) -> dict[str, Any]:
    messages = messages_of(content)
    if not messages:
        raise ConfigError(_wrong_shape("/chat/completions", "a text or messages"))
    return {"messages": [*history, *messages]}


def _completions(content: Content, history: Sequence[Message]) -> dict[str, Any]:
    if isinstance(content, str) or all(isinstance(item, int) for item in content):
        return {"prompt": content}
    texts = [str(m.get("content") or "") for m in (*history, *messages_of(content))]
    return {"prompt": "\n".join(texts)}


def _embedding(content: Content, history: Sequence[Message]) -> dict[str, Any]:
    if isinstance(content, str):
        return {"input": [content]}
    if any(isinstance(item, Mapping) for item in content):
        return {"input": [str(m.get("content") or "") for m in messages_of(content)]}
    return {"input": content}


def _rerank(content: Content, history: Sequence[Message]) -> dict[str, Any]:
    raise ConfigError(_wrong_shape("rerank", "records with query and documents (--dataset rerank)"))


def _wrong_shape(interface: str, wanted: str) -> str:
    return f"the data set does not fit {interface}, which takes {wanted}. Choose another --dataset, or another --url."


_WRITERS: Mapping[Interface, Callable[[Content, Sequence[Message]], dict[str, Any]]] = {
    "chat": _chat,
    "completions": _completions,
    "embedding": _embedding,
    "rerank": _rerank,
}
APIS = ("openai", "openai_embedding", "embedding", "openai_rerank", "rerank")
_PATHS: Mapping[Interface, str] = {
    "chat": "/chat/completions",
    "completions": "/completions",
    "embedding": "/embeddings",
    "rerank": "/rerank",
}


def interface_of(api: str, url: str) -> tuple[Interface, str]:
    """Return the interface and the whole address: one that ends at the version gets the interface's path.

    Raises:
        ConfigError: There is no such API.
    """
    if api not in APIS:
        raise ConfigError(f"--api {api!r} is unknown. {closest(api, APIS)}")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ConfigError(f"--url: {error}. Write it as in http://127.0.0.1:8000/v1/chat/completions.") from None
    path = parts.path.rstrip("/")
    interface: Interface = "chat"
    if api.endswith("embedding"):
        interface = "embedding"
    elif api.endswith("rerank"):
        interface = "rerank"
    elif path.endswith("/completions") and not path.endswith("/chat/completions"):
        interface = "completions"
    if not path or path.rpartition("/")[2] in ("v1", "v2", "v3"):
        path = (path or "/v1") + _PATHS[interface]
    return interface, urlunsplit(parts._replace(path=path))

"""Prompts: conversations of turns, how prompts are written down, and the bodies of requests."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...core.errors import ConfigError
from ...wire.dialects import find
from ...wire.interface import UnsendableError
from ...wire.prompt import Content, Message, Prompt, messages_of
from ...wire.stamped import Reader
from .tokenizer import ChatTemplate, Tokenizer


@dataclass(frozen=True, slots=True)
class Turn:
    """One request.

    Attributes:
        content: A text, token ids, messages, texts to embed, a mapping: a whole request body, whose fields win over
            options, or bytes: a body that is sent as it is.
        tokens: Its length, 0 if unknown.
        parameters: Fields of this request only, such as ``max_tokens`` of a trace.
        wait_s: Seconds that a tool takes between the previous reply and this request.
    """

    content: Content
    tokens: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Conversation:
    """YieldBudget that follow each other; each is sent when the reply to the one before is complete, and with it.

    Attributes:
        at_s: Start time in a trace, counted from the first.
    """

    turns: tuple[Turn, ...]
    at_s: float = 0.0


def single(content: Content, tokens: int = 0) -> Conversation:
    """Return a conversation of a single turn."""
    return Conversation((Turn(content, tokens),))


# Prompts as a chat template, token ids or a request body of the user --------------------------------------------------

MODEL, PROMPT = "%m", "%p"


@dataclass(frozen=True, slots=True)
class Shape:
    """The written form of prompts.

    Attributes:
        as_tokens: As token ids.
        chat_template: As a text, with this template; None leaves it to the service.
        query: As a request body with placeholders for prompt and model; empty for the interface's default.
        model: The name that goes into ``query``.
    """

    as_tokens: bool = False
    chat_template: ChatTemplate | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    model: str = ""

    def __post_init__(self) -> None:
        """Refuse shapes that exclude each other.

        Raises:
            ConfigError: They do.
        """
        if self.query and self.as_tokens:
            raise ConfigError("--query-template has a place for a text, and --tokenize-prompt sends none. Drop one.")

    @property
    def is_plain(self) -> bool:
        """True if the interface writes prompts."""
        return not (self.as_tokens or self.chat_template or self.query)


def shaped(found: Iterable[Conversation], shape: Shape, tokenizer: Tokenizer | None) -> Iterator[Conversation]:
    """Yield conversations as they will be sent.

    Raises:
        ConfigError: One has several turns, whose history is not known in advance, or is not a text.
    """
    if shape.is_plain:
        yield from found
        return
    for conversation in found:
        if len(conversation.turns) > 1:
            raise ConfigError(
                "--query-template, --tokenize-prompt and --apply-chat-template are for single requests: drop them for "
                "conversations of several turns."
            )
        turn = _shaped(conversation.turns[0], shape, tokenizer)
        yield Conversation((turn,), conversation.at_s)


def _shaped(turn: Turn, shape: Shape, tokenizer: Tokenizer | None) -> Turn:
    if _is_ids(turn.content) and not shape.query:
        return turn
    messages = messages_of(turn.content)
    _check(turn.content, messages)
    text = shape.chat_template.text(messages) if shape.chat_template else Prompt(turn.content).text
    if shape.query:
        return Turn(_filled(shape.query, text, shape.model), turn.tokens, turn.parameters)
    ids = tokenizer.encode(text) if tokenizer else []
    return Turn(ids if shape.as_tokens else text, len(ids) or turn.tokens, turn.parameters)


def _check(content: Content, messages: Sequence[Message]) -> None:
    """Refuse prompts that are not texts."""
    if not messages or isinstance(content, Mapping):
        found = "request bodies, or several texts a request"
    elif any(not isinstance(message.get("content"), str) for message in messages):
        found = "pictures"
    else:
        return
    raise ConfigError(
        f"--query-template, --tokenize-prompt and --apply-chat-template take texts, and this data set has {found}."
    )


def _is_ids(content: Content) -> bool:
    return isinstance(content, (list, tuple)) and bool(content) and isinstance(content[0], int)


def checked_query(query: dict[str, Any]) -> dict[str, Any]:
    """Return the object of ``--query-template``.

    Raises:
        ConfigError: It does not contain ``%p``.
    """
    if _filled(query, "a", "") == _filled(query, "b", ""):
        raise ConfigError(f'--query-template has no {PROMPT}. Write it where the prompt goes: "content": "{PROMPT}".')
    return query


def _filled(value: Any, prompt: str, model: str) -> Any:
    """Return a template with prompt and model in their places."""
    if isinstance(value, dict):
        return {key: _filled(item, prompt, model) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, prompt, model) for item in value]
    if isinstance(value, str):
        return prompt.join(part.replace(MODEL, model) for part in value.split(PROMPT))
    return value


# Request bodies -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RequestTemplate:
    """A template for request bodies: a dialect and the fields of every request.

    Attributes:
        interface: Its name, see `find`.
        parameters: Fields of every request: ``model``, ``stream``, ``max_tokens`` and the like.
        lengths: Minimum and maximum of ``max_tokens``, which is drawn for each request.
        seed: Of the draws, which are the same in each load.
    """

    interface: str
    parameters: Mapping[str, Any]
    lengths: tuple[int, int] | None = None
    seed: int = 42

    def body(self, turn: Turn, history: Sequence[Message] = (), place: tuple[int, int] = (0, 0)) -> bytes:
        """Return the JSON of a request.

        Args:
            place: Number of the conversation, and of the turn within it.

        Raises:
            ConfigError: The interface takes no content of this shape.
            UnsendableError: A custom interface failed with it.
        """
        from orjson import dumps

        if isinstance(turn.content, bytes):
            return turn.content
        drawn = {"max_tokens": self._draw(place)} if self.lengths else {}
        fields = {**self.parameters, **drawn, **turn.parameters}
        body = find(self.interface).write(Prompt(turn.content, history), fields)
        try:
            return dumps(body)
        except TypeError as error:
            raise UnsendableError(f"the request body is not JSON: {error}") from error

    @property
    def reader(self) -> Reader:
        """The reader of replies; whole replies are not split into lines."""
        reader = find(self.interface).reader
        return replace(reader, lines=False) if reader.lines and not self.parameters.get("stream") else reader

    def _draw(self, place: tuple[int, int]) -> int:
        low, high = self.lengths or (0, 0)
        return random.Random(f"{self.seed}:{place[0]}:{place[1]}").randint(low, high)

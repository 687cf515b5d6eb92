"""What is made of prompts before they are sent: a chat template, token ids, a request body of the user's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...core.errors import ConfigError
from ...wire.prompt import Content, Message, Prompt, messages_of
from .chat_template import ChatTemplate
from .prompts import Conversation, Turn
from .tokenizer import Tokenizer

MODEL, PROMPT = "%m", "%p"


@dataclass(frozen=True, slots=True)
class Shape:
    """How prompts are written down.

    Attributes:
        as_tokens: As token ids.
        chat_template: As a text, with this template; None leaves it to the service.
        query: As a request body with places for prompt and model; empty for the interface's own.
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
        """True where prompts are left to the interface."""
        return not (self.as_tokens or self.chat_template or self.query)


def shaped(found: Iterable[Conversation], shape: Shape, tokenizer: Tokenizer | None) -> Iterator[Conversation]:
    """Yield conversations as they will be sent.

    Raises:
        ConfigError: One has several turns, whose history is not known before, or is no text.
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
    """Refuse what is no text."""
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
        ConfigError: Nowhere does it say ``%p``.
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

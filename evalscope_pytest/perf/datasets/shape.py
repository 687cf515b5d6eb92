"""What is made of prompts before they are sent: a chat template, token ids, a request body of the user's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...core.errors import ConfigError
from ..prompts import Content, Conversation, Prompt, Turn
from .options import DataOptions

MODEL, PROMPT = "%m", "%p"


def shaped(found: Iterable[Conversation], options: DataOptions) -> Iterator[Conversation]:
    """Yield conversations as they will be sent.

    Raises:
        ConfigError: One has several turns, whose history is not known before, or pictures, which are no text.
    """
    if not (options.chat_template or options.as_tokens or options.query):
        yield from found
        return
    for conversation in found:
        if len(conversation.turns) > 1:
            raise ConfigError(
                "--query-template, --tokenize-prompt and --apply-chat-template are for single requests: drop them for "
                "conversations of several turns."
            )
        turn = conversation.turns[0]
        yield Conversation((_shaped(turn, options),), conversation.at_s)


def _shaped(turn: Turn, options: DataOptions) -> Turn:
    content = turn.content
    prompt = Prompt(content)
    if _is_ids(content) and not options.query:
        return turn
    if not prompt.messages or isinstance(content, Mapping):
        raise ConfigError(
            "--query-template, --tokenize-prompt and --apply-chat-template take texts, and this data set has request "
            "bodies, or several texts a request."
        )
    if any(not isinstance(message.get("content"), str) for message in prompt.messages):
        raise ConfigError(
            "--query-template, --tokenize-prompt and --apply-chat-template take texts, and this data set has pictures."
        )
    text = options.chat_template.text(prompt.messages) if options.chat_template else prompt.text
    if options.query:
        return Turn(_filled(options.query, text, options.model), turn.tokens, turn.parameters)
    if options.as_tokens and options.tokenizer:
        ids = options.tokenizer.encode(text)
        return Turn(ids, len(ids), turn.parameters)
    return Turn(text, options.tokenizer.count(text) if options.tokenizer else turn.tokens, turn.parameters)


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

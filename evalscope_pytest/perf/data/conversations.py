"""Files with conversations: ShareGPT in its shapes, and messages a line; as one prompt each, or turn by turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...core.errors import DatasetError
from ...datasets.files import read_records
from ...wire.prompt import Message
from .options import DataOptions
from .prompts import Conversation, Turn, single
from .published import Published, file_of
from .texts import parsed, text_lines

ENGLISH = Published("swift/sharegpt", "shareAI/ShareGPT-Chinese-English-90k", "common_en_70k.jsonl")
CHINESE = Published("swift/sharegpt", "shareAI/ShareGPT-Chinese-English-90k", "common_zh_70k.jsonl")
_ROLES = {"human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "chatgpt": "assistant",
          "bing": "assistant", "bard": "assistant", "system": "system", "tool": "tool"}  # fmt: skip
_SHAPES = (
    '{"conversations": [{"from": "human", "value": "Hi"}]}, {"conversation": [{"human": "Hi", "assistant": "Hello"}]} '
    'and {"messages": [{"role": "user", "content": "Hi"}]}'
)


def one_prompt_each(published: Published, options: DataOptions) -> Iterator[Conversation]:
    """Yield each conversation up to its last message of the user, sent at once."""
    for messages in _share_gpt(published, options):
        while messages and messages[-1]["role"] != "user":
            messages.pop()
        if messages and options.fits(str(messages[-1]["content"])):
            yield single(messages)


def turn_by_turn(published: Published, options: DataOptions) -> Iterator[Conversation]:
    """Yield each conversation with the model's own replies in place of the recorded ones."""
    for messages in _share_gpt(published, options):
        if conversation := in_turns(messages, options):
            yield conversation


def custom(options: DataOptions) -> Iterator[Conversation]:
    """Yield the conversations of a file with one JSON array of messages a line."""
    for number, line in enumerate(text_lines(Path(options.path)), start=1):
        messages = parsed(line)
        if not isinstance(messages, list) or not all(isinstance(m, dict) and "role" in m for m in messages):
            raise DatasetError(
                f'{options.path}, line {number} is no JSON array of messages. Write [{{"role": "user", "content": '
                '"Hi"}, ...] on each line.'
            )
        if conversation := in_turns(messages, options):
            yield conversation


def in_turns(messages: Sequence[Message], options: DataOptions) -> Conversation | None:
    """Cut messages into turns at what the assistant said, which is left out; None where no turn is left."""
    turns: list[Turn] = []
    waiting: list[Message] = []
    for message in messages:
        if message.get("role") != "assistant":
            waiting.append(message)
        elif waiting:
            turns.append(Turn(tuple(waiting)))
            waiting = []
    if waiting:
        turns.append(Turn(tuple(waiting)))
    turns = turns[: options.max_turns]
    return Conversation(tuple(turns)) if len(turns) >= max(1, options.min_turns) else None


def _share_gpt(published: Published, options: DataOptions) -> Iterator[list[Message]]:
    path = file_of(published, options)
    for number, record in enumerate(read_records(path), start=1):
        if messages := messages_of_record(record, f"{path}, record {number}"):
            yield messages


def messages_of_record(record: Mapping[str, Any], where: str) -> list[Message]:
    """Return the messages of a record in any of ShareGPT's shapes.

    Raises:
        DatasetError: It has another shape.
    """
    talk = next((record[name] for name in ("conversations", "conversation", "messages") if name in record), None)
    if not isinstance(talk, list):
        raise DatasetError(f"{where} holds no conversation. Known shapes: {_SHAPES}.")
    messages: list[Message] = []
    for said in talk:
        if not isinstance(said, dict):
            raise DatasetError(f"{where}: {said!r} is no message. Known shapes: {_SHAPES}.")
        if "human" in said or "assistant" in said:
            pairs = [("user", said.get("human")), ("assistant", said.get("assistant"))]
        else:
            role = str(said.get("from") or said.get("role") or "")
            pairs = [(_ROLES.get(role, "user"), said.get("value") or said.get("content"))]
        messages += [{"role": role, "content": text} for role, text in pairs if text]
    return messages

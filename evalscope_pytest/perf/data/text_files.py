"""Files with texts: prompts, conversations (ShareGPT in its shapes, or messages), texts to embed, pairs to rank."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...core.errors import DatasetError
from ...datasets.files import read_records
from ...wire.prompt import Message
from .options import DataOptions
from .prompts import Conversation, Turn, single
from .published import Published, file_of

# Prompts: `openqa`, `longalpaca`, `line_by_line`, `custom` ------------------------------------------------------------

OPENQA = Published("AI-ModelScope/HC3-Chinese", "Hello-SimpleAI/HC3-Chinese", "open_qa.jsonl")
LONGALPACA = Published("AI-ModelScope/LongAlpaca-12k", "Yukang/LongAlpaca-12k", "LongAlpaca-12k.json")


def openqa(options: DataOptions) -> Iterator[Conversation]:
    """Yield the field ``question`` of each record of HC3's open questions."""
    yield from _field(options, file_of(OPENQA, options), "question")


def longalpaca(options: DataOptions) -> Iterator[Conversation]:
    """Yield the field ``instruction`` of each record of LongAlpaca: long prompts."""
    yield from _field(options, file_of(LONGALPACA, options), "instruction")


def lines(options: DataOptions) -> Iterator[Conversation]:
    """Yield each line: a plain text, a JSON array of messages, or a JSON object: a whole request body."""
    for number, line in enumerate(text_lines(Path(options.path)), start=1):
        content = parsed(line)
        if isinstance(content, str):
            if options.fits(content):
                yield _text(content, options)
        elif isinstance(content, list) and not all(isinstance(message, dict) for message in content):
            raise DatasetError(
                f"{options.path}, line {number}: a JSON array whose items are not messages. A line is a text, an array "
                'of messages such as [{"role": "user", "content": "Hi"}], or an object: a request body.'
            )
        else:
            yield single(content)


def texts(options: DataOptions) -> Iterator[Conversation]:
    """Yield each line as it is."""
    for line in text_lines(Path(options.path)):
        if options.fits(line):
            yield _text(line, options)


def _field(options: DataOptions, path: Path, name: str) -> Iterator[Conversation]:
    for number, record in enumerate(read_records(path), start=1):
        text = record.get(name)
        if not isinstance(text, str):
            known = ", ".join(sorted(map(str, record)))
            raise DatasetError(f"{path}, record {number} has no text in {name!r}. It has: {known or 'nothing'}.")
        if (text := text.strip()) and options.fits(text):
            yield _text(text, options)


def _text(text: str, options: DataOptions) -> Conversation:
    return single(text, options.tokenizer.count(text) if options.tokenizer else 0)


def text_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file that are not blank.

    Raises:
        DatasetError: It cannot be read.
    """
    try:
        with open(path, encoding="utf-8-sig") as file:
            for line in file:
                if text := line.strip():
                    yield text
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path} is not UTF-8 text: {error.reason}. Convert the file.") from error
    except OSError as error:
        raise DatasetError(f"Cannot read {path}: {error.strerror}. Check --dataset-path.") from error


def parsed(line: str) -> str | list[Any] | Mapping[str, Any]:
    """Return the JSON array or object of a line, or else the line."""
    if line[0] not in "[{":
        return line
    try:
        value = json.loads(line)
    except ValueError:
        return line
    return value if isinstance(value, (list, dict)) else line


# Conversations, as one prompt each or turn by turn --------------------------------------------------------------------

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


def custom_conversations(options: DataOptions) -> Iterator[Conversation]:
    """Yield the conversations of a file with one JSON array of messages a line."""
    for number, line in enumerate(text_lines(Path(options.path)), start=1):
        messages = parsed(line)
        if not isinstance(messages, list) or not all(isinstance(m, dict) and "role" in m for m in messages):
            raise DatasetError(
                f'{options.path}, line {number} is not a JSON array of messages. Write [{{"role": "user", "content": '
                '"Hi"}, ...] on each line.'
            )
        if conversation := in_turns(messages, options):
            yield conversation


def in_turns(messages: Sequence[Message], options: DataOptions) -> Conversation | None:
    """Split messages into turns at the assistant's messages, which are dropped; None if no turn is left."""
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
            raise DatasetError(f"{where}: {said!r} is not a message. Known shapes: {_SHAPES}.")
        if "human" in said or "assistant" in said:
            pairs = [("user", said.get("human")), ("assistant", said.get("assistant"))]
        else:
            role = str(said.get("from") or said.get("role") or "")
            pairs = [(_ROLES.get(role, "user"), said.get("value") or said.get("content"))]
        messages += [{"role": role, "content": text} for role, text in pairs if text]
    return messages


# Texts to embed (`embedding`), queries with documents (`rerank`) ------------------------------------------------------


def rerank(options: DataOptions) -> Iterator[Conversation]:
    """Yield request bodies with ``query`` and ``documents``.

    Raises:
        DatasetError: A record has no such fields.
    """
    for number, record in enumerate(read_records(Path(options.path)), start=1):
        query, documents = record.get("query"), record.get("documents")
        if not isinstance(query, str) or not isinstance(documents, list) or not documents:
            raise DatasetError(
                f"{options.path}, record {number}: a text in 'query' and a list in 'documents' are needed. It has: "
                f"{', '.join(sorted(map(str, record))) or 'nothing'}."
            )
        yield single({"query": query, "documents": documents})


def embedding_batches(options: DataOptions) -> Iterator[Conversation]:
    """Yield ``batch_size`` texts of the same files a request."""
    size, waiting = options.details.batch_size, list[str]()
    for conversation in embedding(options):
        content = conversation.turns[0].content
        waiting += [content] if isinstance(content, str) else [str(text) for text in content]
        while len(waiting) >= size:
            yield _batch(waiting[:size], options)
            waiting = waiting[size:]
    if waiting:
        yield _batch(waiting, options)


def _batch(texts: list[str], options: DataOptions) -> Conversation:
    return single(texts, sum(map(options.tokenizer.count, texts)) if options.tokenizer else 0)


def embedding(options: DataOptions) -> Iterator[Conversation]:
    """Yield texts: lines of a text file, or ``text`` (a text or a list of them) of records."""
    path = Path(options.path)
    if path.suffix in ("", ".txt"):
        yield from texts(options)
        return
    for number, record in enumerate(read_records(path), start=1):
        text = record.get("text", record.get("input"))
        if isinstance(text, str) and text:
            if options.fits(text):
                yield single(text, options.tokenizer.count(text) if options.tokenizer else 0)
        elif isinstance(text, list) and text and all(isinstance(item, str) for item in text):
            yield single(text)
        else:
            raise DatasetError(f"{path}, record {number}: neither a text nor a list of texts in 'text'.")

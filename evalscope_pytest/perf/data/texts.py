"""Files with prompts: ``openqa``, ``longalpaca``, ``line_by_line``, ``custom``, and texts to embed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...core.errors import DatasetError
from ...datasets.files import read_records
from .options import DataOptions
from .prompts import Conversation, single
from .published import Published, file_of

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
                f"{options.path}, line {number}: a JSON array whose items are no messages. A line is a text, an array "
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
    """Return a line as the JSON array or object it is, else as it stands."""
    if line[0] not in "[{":
        return line
    try:
        value = json.loads(line)
    except ValueError:
        return line
    return value if isinstance(value, (list, dict)) else line

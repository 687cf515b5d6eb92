"""Recorded traffic: ``trace`` and ``workload_trace`` with their own times, and work of agents (``trie_...``)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ...core.errors import ConfigError, DatasetError
from ...datasets.files import read_records
from ...wire.prompt import Content
from .options import DataOptions, Details
from .prompts import Conversation, Turn
from .published import Published, file_of
from .synthetic import text_of_length
from .tokenizer import Tokenizer

# `trace` --------------------------------------------------------------------------------------------------------------

BLOCK = 512  # tokens that one of Mooncake's hash_ids stands for


def trace(options: DataOptions) -> Iterator[Conversation]:
    """Yield the requests of a trace, in order of time, counted from the first.

    One JSON object a line, with ``timestamp`` (milliseconds, or seconds as a decimal fraction, or ISO 8601) and either
    ``messages`` or ``prompt``, or only lengths: ``input_length`` and ``output_length``, as in Mooncake's traces.
    Prompts of those lengths are then random; equal ``hash_ids`` give equal prefixes.

    Raises:
        DatasetError: A record has no time or nothing to send.
        ConfigError: A record has only lengths, and the tokenizer is missing.
    """
    path = Path(options.path)
    made = _Made(options.tokenizer, options.seed)
    found = []
    for number, record in enumerate(read_records(path), start=1):
        where = f"{path}, record {number}"
        found.append((_trace_seconds(record, where), _turn(record, made, where)))
    found.sort(key=lambda pair: pair[0])
    for at, turn in found:
        yield Conversation((turn,), at - found[0][0])


def _turn(record: Mapping[str, Any], made: _Made, where: str) -> Turn:
    length = record.get("output_length") or record.get("max_tokens")
    parameters = {"max_tokens": int(length)} if isinstance(length, (int, float)) and length > 0 else {}
    content: Content | None = record.get("messages") or record.get("prompt") or record.get("body")
    if content:
        return Turn(content, 0, parameters)
    asked = record.get("input_length")
    if not isinstance(asked, (int, float)) or asked < 1:
        raise DatasetError(f"{where} has nothing to send: no messages, no prompt, no body, no input_length.")
    return Turn(made.text(int(asked), record.get("hash_ids") or ()), int(asked), parameters)


def _trace_seconds(record: Mapping[str, Any], where: str) -> float:
    value = record.get("timestamp")
    if isinstance(value, bool) or value is None:
        raise DatasetError(f"{where} has no 'timestamp'.")
    if isinstance(value, int):
        return value / 1000
    try:
        return float(value)
    except (TypeError, ValueError):
        pass
    try:
        return datetime.fromisoformat(str(value).replace("Z", "+00:00")).timestamp()
    except ValueError:
        raise DatasetError(f"{where}: 'timestamp' {value!r} is neither a number nor ISO 8601.") from None


class _Made:
    """Random prompts; a block's text follows from its id, so that equal ids give equal prefixes."""

    def __init__(self, tokenizer: Tokenizer | None, seed: int) -> None:
        self._tokenizer = tokenizer
        self._seed = seed
        self._ids: list[int] = []

    def text(self, length: int, blocks: Any) -> str:
        if self._tokenizer is None:
            raise ConfigError("this trace holds lengths only: give --tokenizer-path FOLDER to make prompts of them.")
        self._ids = self._ids or self._tokenizer.plain_ids()
        begin = "".join(self._block(number) for number in list(blocks)[: length // BLOCK])
        source = random.Random(f"{self._seed}:{length}:{blocks}")
        return text_of_length(self._tokenizer, self._ids, length, source, begin)

    def _block(self, number: Any) -> str:
        assert self._tokenizer is not None
        return self._tokenizer.decode(random.Random(f"{self._seed}:{number}").choices(self._ids, k=BLOCK))


# `workload_trace` -----------------------------------------------------------------------------------------------------

_GRAMMARS = ("response_format", "guided_json", "guided_regex", "guided_choice", "guided_grammar", "structured_outputs")


def workload_trace(options: DataOptions) -> Iterator[Conversation]:
    """Yield recorded requests, sent again as they were, in EvalScope's format; times count from the first.

    One JSON object a line: ``body`` (an object, or its JSON), ``timestamp`` (seconds, or ISO 8601, never falling), and
    ``completion_tokens`` if replies are to be as long as they were.

    Raises:
        DatasetError: A record has no body, no time, an earlier time than the record above, or headers.
    """
    first = before = None
    for number, record in enumerate(read_records(Path(options.path)), start=1):
        where = f"{options.path}, record {number}"
        at = _workload_seconds(record.get("timestamp"), where)
        if before is not None and at < before:
            raise DatasetError(f"{where}: its 'timestamp' is before that of the record above. Sort the file by time.")
        if record.get("headers"):
            raise DatasetError(f"{where} has 'headers', and all requests here have the same: give them by --headers.")
        first, before = at if first is None else first, at
        body = json.dumps(_body(record, options.details, where), separators=(",", ":"))
        yield Conversation((Turn(body.encode()),), at - first)


def _body(record: Mapping[str, Any], details: Details, where: str) -> dict[str, Any]:
    body = record.get("body")
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError as error:
            raise DatasetError(f"{where}: 'body' is not JSON: {error}.") from None
    if not isinstance(body, dict):
        raise DatasetError(f"{where} has no 'body': the JSON object of a request.")
    body = dict(body)
    model = str(body.get("model", ""))
    if details.model_override or model in details.model_mapping:
        body["model"] = details.model_mapping.get(model, details.model_override or model)
    if details.match_output_length:
        body |= _as_long(record.get("completion_tokens"), body, where)
    return body


def _as_long(tokens: Any, body: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the fields that make a reply as long as recorded; a reply that follows a grammar may end earlier."""
    if not isinstance(tokens, int) or tokens < 1:
        raise DatasetError(f"{where} has no 'completion_tokens', which match_output_length needs.")
    return {"max_tokens": tokens} | ({} if any(body.get(name) for name in _GRAMMARS) else {"ignore_eos": True})


def _workload_seconds(value: Any, where: str) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    try:
        return datetime.fromisoformat(str(value).replace("Z", "+00:00")).timestamp()
    except ValueError:
        raise DatasetError(f"{where}: 'timestamp' {value!r:.40} is neither seconds nor ISO 8601.") from None


# `trie_...` -----------------------------------------------------------------------------------------------------------

_HUBS = ("evalscope/trie-workloads", "lightseekorg/trie-dataset")
CODING = Published(*_HUBS, "agentic_coding_8k.jsonl")
QUESTIONS = Published(*_HUBS, "code_qa_8k.jsonl")
OFFICE = Published(*_HUBS, "office_work_8k.jsonl")


def agentic(published: Published, options: DataOptions) -> Iterator[Conversation]:
    """Yield a conversation for each trace: its turns request the recorded number of tokens, and wait as its tools did.

    The traces are those of Applied Compute's trie, one JSON object a line: ``input_prompt_length``, ``num_turns``, for
    each turn ``assistant_response_length``, ``tool_call_output_length`` and ``tool_call_latency`` (seconds), and at the
    end ``final_assistant_response_length``. Texts of these lengths are random.

    Raises:
        ConfigError: The tokenizer is missing.
        DatasetError: A record has another form.
    """
    if options.tokenizer is None:
        raise ConfigError("these traces hold lengths in tokens: give --tokenizer-path FOLDER to make texts of them.")
    tokenizer, ids = options.tokenizer, options.tokenizer.plain_ids()
    source = random.Random(options.seed)
    path = file_of(published, options)
    for number, record in enumerate(read_records(path), start=1):
        steps = _steps(record, f"{path}, record {number}")[: options.max_turns]
        turns = (
            Turn(text_of_length(tokenizer, ids, said, source), said, {"max_tokens": reply}, wait)
            for said, reply, wait in steps
        )
        if len(steps) >= options.min_turns:
            yield Conversation(tuple(turns))


def _steps(record: Mapping[str, Any], where: str) -> list[tuple[int, int, float]]:
    """Return for each turn the length of its prompt and reply, and the seconds before it."""
    try:
        count = int(record["num_turns"])
        said = [record["input_prompt_length"], *record["tool_call_output_length"][:count]]
        replies = [*record["assistant_response_length"][:count], record["final_assistant_response_length"]]
        waits = [0.0, *record["tool_call_latency"][:count]]
        steps = [(int(a), int(b), float(c)) for a, b, c in zip(said, replies, waits, strict=True)]
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetError(f"{where} is not a trace of trie: {type(error).__name__}: {error}.") from None
    if len(steps) != count + 1 or any(a < 1 or b < 1 or not 0 <= c < float("inf") for a, b, c in steps):
        raise DatasetError(f"{where} is not a trace of trie: a length is below 1, or a time below 0.")
    return steps

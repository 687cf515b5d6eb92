"""``trie_...``: recorded work of agents, as lengths: what each turn says, how long replies are, how long tools take.

The traces are those of Applied Compute's trie, one JSON object a line: ``input_prompt_length``, ``num_turns``, for each
turn ``assistant_response_length``, ``tool_call_output_length`` and ``tool_call_latency`` (seconds), and at the end
``final_assistant_response_length``. Texts of these lengths are random.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from ...core.errors import ConfigError, DatasetError
from ...datasets.files import read_records
from .options import DataOptions
from .prompts import Conversation, Turn
from .published import Published, file_of
from .random_tokens import text_of_length

_HUBS = ("evalscope/trie-workloads", "lightseekorg/trie-dataset")
CODING = Published(*_HUBS, "agentic_coding_8k.jsonl")
QUESTIONS = Published(*_HUBS, "code_qa_8k.jsonl")
OFFICE = Published(*_HUBS, "office_work_8k.jsonl")


def replayed(published: Published, options: DataOptions) -> Iterator[Conversation]:
    """Yield a conversation for each trace; its turns ask for the tokens that were recorded, and wait as its tools did.

    Raises:
        ConfigError: There is no tokenizer.
        DatasetError: A record is no such trace.
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
    """Return of each turn the length of what is said and of the reply, and the seconds before it."""
    try:
        count = int(record["num_turns"])
        said = [record["input_prompt_length"], *record["tool_call_output_length"][:count]]
        replies = [*record["assistant_response_length"][:count], record["final_assistant_response_length"]]
        waits = [0.0, *record["tool_call_latency"][:count]]
        steps = [(int(a), int(b), float(c)) for a, b, c in zip(said, replies, waits, strict=True)]
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetError(f"{where} is no trace of trie: {type(error).__name__}: {error}.") from None
    if len(steps) != count + 1 or any(a < 1 or b < 1 or not 0 <= c < float("inf") for a, b, c in steps):
        raise DatasetError(f"{where} is no trace of trie: a length is below 1, or a time below 0.")
    return steps

"""``workload_trace``: recorded requests, sent again as they were, in EvalScope's format.

One JSON object a line: ``body`` (an object, or its JSON), ``timestamp`` (seconds, or ISO 8601, never falling), and
``completion_tokens`` where replies are to be as long as they were.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ...core.errors import DatasetError
from ...datasets.files import read_records
from .details import Details
from .options import DataOptions
from .prompts import Conversation, Turn

_GRAMMARS = ("response_format", "guided_json", "guided_regex", "guided_choice", "guided_grammar", "structured_outputs")


def recorded(options: DataOptions) -> Iterator[Conversation]:
    """Yield the requests; times count from the first.

    Raises:
        DatasetError: A record has no body, no time, a time before the one above it, or headers of its own.
    """
    first = before = None
    for number, record in enumerate(read_records(Path(options.path)), start=1):
        where = f"{options.path}, record {number}"
        at = _seconds(record.get("timestamp"), where)
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
    """Return the fields that make a reply as long as it was; what has to follow a grammar ends when it does."""
    if not isinstance(tokens, int) or tokens < 1:
        raise DatasetError(f"{where} has no 'completion_tokens', which match_output_length needs.")
    return {"max_tokens": tokens} | ({} if any(body.get(name) for name in _GRAMMARS) else {"ignore_eos": True})


def _seconds(value: Any, where: str) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    try:
        return datetime.fromisoformat(str(value).replace("Z", "+00:00")).timestamp()
    except ValueError:
        raise DatasetError(f"{where}: 'timestamp' {value!r:.40} is neither seconds nor ISO 8601.") from None

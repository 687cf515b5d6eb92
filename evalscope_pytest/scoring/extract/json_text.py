"""Finding JSON in a reply: bare, fenced, or within prose; the last that fits is what the model settled on."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable
from typing import Any

from .visible import visible

_TAIL = 100_000  # Characters before the end that are read.
_TRIED = 64
_NO_JSON = (ValueError, RecursionError)


def last_json(text: str, opening: str, fits: Callable[[Any], bool]) -> Any:
    """Return the last outermost JSON value that begins with ``opening`` and ``fits``; None when there is none.

    Args:
        opening: ``[`` or ``{``, with more of what the value begins with; blanks may stand between its characters.
    """
    reply = visible(text)[-_TAIL:]
    start = re.compile(r"\s{0,20}".join(map(re.escape, opening)))
    decoder, found, end = json.JSONDecoder(strict=False), None, 0
    for match in deque(start.finditer(reply), maxlen=_TRIED):
        if match.start() < end:
            continue  # inside the one before
        try:
            value, after = decoder.raw_decode(reply, match.start())
        except _NO_JSON:
            continue
        if fits(value):
            found, end = value, after
    return found

"""The media of a record, by the marks in its texts: ``<image 1>`` names ``image_1``, or the first of ``images``."""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from evalscope_pytest import audio, image, text, video
from evalscope_pytest.core.content import Part
from evalscope_pytest.core.errors import RecordError

log = logging.getLogger("evalscope_pytest")

MARK = re.compile(r"<(image|video|audio)[ _]?(\d{1,3})>")
_MAKE: Mapping[str, Callable[[Any], Part]] = {"image": image, "video": video, "audio": audio}


def marked_media(record: Mapping[str, Any], texts: Iterable[str]) -> dict[str, Part]:
    """Return what each mark in the texts stands for; a mark without a medium stands for nothing and is removed."""
    found: dict[str, Part] = {}
    for mark in (found for words in texts for found in MARK.finditer(words)):
        value = _value(record, mark[1], int(mark[2]))
        if value is None:
            log.warning("%s has no %s: the mark is removed from %.60r", mark[0], f"{mark[1]}_{mark[2]}", mark.string)
        found[mark[0]] = text("") if value is None else _MAKE[mark[1]](value)
    return found


def _value(record: Mapping[str, Any], kind: str, number: int) -> Any:
    for name in (f"{kind}_{number}", f"{kind}{number}", *([kind] if number == 1 else [])):
        if (value := record.get(name)) is not None and value == value and value != "":
            return value
    several = listed(record.get(f"{kind}s") or [], f"{kind}s")
    return several[number - 1] if 0 < number <= len(several) else None


def listed(value: Any, name: str) -> list[Any]:
    """Return a list that a file holds as such, or as text in JSON or Python.

    Raises:
        RecordError: It is neither.
    """
    if isinstance(value, str):
        for read in (json.loads, ast.literal_eval):
            try:
                value = read(value)
                break
            except (ValueError, SyntaxError, RecursionError, MemoryError):
                continue
    if not isinstance(value, (list, tuple)):
        raise RecordError(f'its {name} are {str(value)[:60]!r}, not a list. Write {name} as ["...", "..."].')
    return list(value)

"""Search in the records of a run: their bytes first, in blocks, so that few records have to be parsed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator

BLOCK = 1 << 20  # bytes that are read at once, if records are shorter

Places = list[tuple[int, int, int]]  # id, offset and length of records, by offset


def hits(files: Iterable[tuple[str, Places]], text: str) -> Iterator[int]:
    """Yield the ids of the records whose JSON holds a text, the case of ASCII letters aside.

    A key or an id may hold it as well as a message: what is shown has to be read to be sure.
    """
    needles = _written(text)
    for path, places in files:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            continue
        try:
            for block in _blocks(places):
                start = block[0][1]
                content = os.pread(descriptor, block[-1][1] + block[-1][2] - start, start).lower()
                yield from _found(content, start, block, needles)
        finally:
            os.close(descriptor)


def _written(text: str) -> set[bytes]:
    """Return how JSON may hold a text: as it is or in ASCII, in small letters."""
    forms = {text, text.lower(), text.upper(), text.capitalize()}
    ways = {
        json.dumps(form, ensure_ascii=ascii_)[1:-1].encode("utf-8", "replace").lower()
        for form in forms
        for ascii_ in (True, False)
    }
    return {way for way in ways if way}


def _blocks(places: Places) -> Iterator[Places]:
    """Yield neighbouring records, of about `BLOCK` bytes together."""
    block: Places = []
    for place in places:
        if block and place[1] + place[2] - block[0][1] > BLOCK:
            yield block
            block = []
        block.append(place)
    if block:
        yield block


def _found(content: bytes, start: int, block: Places, needles: Iterable[bytes]) -> Iterator[int]:
    """Yield the records of a block that hold one of the needles."""
    ends = [place[1] + place[2] - start for place in block]
    found: set[int] = set()
    for needle in needles:
        number, at = 0, content.find(needle)
        while at >= 0:
            while number < len(ends) and ends[number] <= at:
                number += 1
            if number == len(ends):
                break
            if at >= block[number][1] - start:
                found.add(block[number][0])
            at = content.find(needle, ends[number])
    yield from sorted(found)

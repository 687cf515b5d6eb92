"""The point that a reply clicks (ScreenSpot-Pro), and whether it is in the box of the right element."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.scoring.read.visible import fold, visible

Point = tuple[float, float]
_TAIL = 4000
_MARKER = re.compile(r"answer\s{0,3}[:：]", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])([-+]?\d{1,6}(?:\.\d{1,12})?|[-+]?\.\d{1,12})\s?(%?)(?![\w])")
_NEAR = 24  # characters between two numbers of one point, at most
_CORNERS = 4
_THOUSANDTHS = 1000.0


def click_point() -> Scorer:
    """Return the scorer. Metrics ``accuracy``, and ``text_acc`` or ``icon_acc`` by the element's kind.

    Coordinates up to 1 and percents are shares of the picture's sides; greater ones are pixels or thousandths. Of a
    box its centre counts. ``box`` in the metadata is in shares, ``size`` in pixels, ``ui_type`` the kind.
    """
    return Scorer("click_point", ("accuracy", "text_acc", "icon_acc"), _score, _ideal_reply)


def _score(text: str, sample: Sample) -> Score:
    reply = fold(visible(text[-_TAIL:]))
    *_, claim = _MARKER.split(reply)
    numbers = _numbers(claim) or _numbers(reply)
    left, top, right, bottom = sample.metadata["box"]
    found = list(_points(numbers, sample.metadata["size"]))
    hit = float(any(left <= x <= right and top <= y <= bottom for x, y in found))
    shown = ", ".join(f"{value:g}{'%' * percent}" for value, percent in numbers) or None
    return Score.of({"accuracy": hit, f"{sample.metadata['ui_type']}_acc": hit}, answer=shown)


def _numbers(text: str) -> list[tuple[float, bool]]:
    """Return the numbers of the last point or box of a text; each with whether it is a percentage."""
    runs: list[list[re.Match[str]]] = []
    for before, found in pairwise([None, *_NUMBER.finditer(text)]):
        assert found is not None
        if before is not None and found.start() - before.end() <= _NEAR and len(runs[-1]) < _CORNERS:
            runs[-1].append(found)
        else:
            runs.append([found])
    last = next((run for run in reversed(runs) if len(run) > 1), [])
    return [(float(found[1]), bool(found[2])) for found in last]


def _points(numbers: list[tuple[float, bool]], size: tuple[float, float]) -> Iterator[Point]:
    """Yield what the numbers may stand for, as shares of the picture's sides."""
    if len(numbers) not in (2, _CORNERS):
        return
    values = [value / 100 if percent else value for value, percent in numbers]
    x, y = values if len(values) == 2 else ((values[0] + values[2]) / 2, (values[1] + values[3]) / 2)
    if max(values) <= 1:
        yield x, y
    else:
        yield x / size[0], y / size[1]
        yield x / _THOUSANDTHS, y / _THOUSANDTHS


def _ideal_reply(sample: Sample) -> str:
    left, top, right, bottom = sample.metadata["box"]
    return f"Answer: [{(left + right) / 2:.6f}, {(top + bottom) / 2:.6f}]"

"""Points and boxes in a reply: in JSON, in brackets or tags, as fractions, percents, thousandths or pixels."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from evalscope_pytest.scoring.read.visible import fold, visible

_TAIL = 8000
_MARKER = re.compile(r"answer\s{0,3}[:：]", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])([-+]?\d{1,6}(?:\.\d{1,12})?|[-+]?\.\d{1,12})\s?(%?)(?![\w])")
_NEAR = 24  # characters between two numbers of one point, at most
_CORNERS = 4
_THOUSANDTHS = 1000.0
_MOST_TRIES = 400  # places in a text where JSON may begin
_DEEPEST = 8
_FOUR = re.compile(
    r"[\[({<]\s{0,4}" + r"\s{0,4}[,;\s]\s{0,4}".join([r"([-+]?[\d.]{1,16})\s?(%?)"] * 4) + r"\s{0,4}[\])}>]"
)
_SIDES = re.compile(r"(?<![a-z])(?:w|width)(?![a-z]).{1,40}(?<![a-z])(?:h|height)(?![a-z])", re.IGNORECASE | re.DOTALL)
_FIRST = ("bboxes", "boxes", "bbox", "bbox_2d", "box_2d", "box", "predictions", "results", "objects", "coordinates")
_CORNER_KEYS = (
    ("x1", "y1", "x2", "y2"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
    ("left", "top", "right", "bottom"),
    ("x0", "y0", "x1", "y1"),
)
_SIDE_KEYS = (("x", "y", "width", "height"), ("x", "y", "w", "h"), ("left", "top", "width", "height"))

Number = tuple[float, bool]  # with whether it is a percentage


class Box(NamedTuple):
    """A box by its corners, as a share of the picture's sides, from 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """The share of the picture that it covers."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    @property
    def centre(self) -> tuple[float, float]:
        """The point in its middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def overlap(self, other: Box) -> float:
        """Return the area both cover, over the area that either does (IoU)."""
        shared = Box(*map(max, self[:2], other[:2]), *map(min, self[2:], other[2:])).area
        union = self.area + other.area - shared
        return shared / union if union > 0 else 0.0

    def holds(self, point: tuple[float, float]) -> bool:
        """Return whether a point is inside it, or on its edge."""
        return self.left <= point[0] <= self.right and self.top <= point[1] <= self.bottom


def claimed(text: str) -> str:
    """Return what a reply says behind its last ``Answer:``; all of it, if there are no coordinates behind one."""
    reply = fold(visible(text[-_TAIL:]))
    *_, claim = _MARKER.split(reply)
    return claim if any(len(run) > 1 for run in _runs(claim)) else reply


def numbers(text: str) -> list[Number]:
    """Return the numbers of the last point or box of a text."""
    return next((run for run in reversed(list(_runs(text))) if len(run) > 1), [])


def shown(values: Iterable[Number]) -> str | None:
    """Return numbers for people; None if there are none."""
    return ", ".join(f"{value:g}{'%' * percent}" for value, percent in values) or None


def _runs(text: str) -> Iterator[list[Number]]:
    """Yield the numbers of a text in groups of those near one another, at most four."""
    runs: list[list[re.Match[str]]] = []
    for before, found in pairwise([None, *_NUMBER.finditer(text)]):
        assert found is not None
        if before is not None and found.start() - before.end() <= _NEAR and len(runs[-1]) < _CORNERS:
            runs[-1].append(found)
        else:
            runs.append([found])
    for run in runs:
        yield [(float(found[1]), bool(found[2])) for found in run]


def shares(values: Iterable[Number], size: tuple[float, float] | None, *, units: str = "") -> Iterator[list[float]]:
    """Yield what the coordinates of a point or box may be, as shares of the picture's sides.

    Up to 1, and with percent signs, they are shares; greater ones are pixels, if the size is known, or thousandths.

    Args:
        units: ``pixels``, ``thousandths`` or ``fractions`` if only these are meant.
    """
    found = [value / 100 if percent else value for value, percent in values]
    percents = any(percent for _, percent in values)
    if units in ("", "fractions") and (percents or max(found, default=2.0) <= 1 or units):
        yield found
        return
    if units in ("", "pixels") and size is not None:
        yield [value / size[place % 2] for place, value in enumerate(found)]
    if units in ("", "thousandths"):
        yield [value / _THOUSANDTHS for value in found]


def first_box(text: str) -> list[Number]:
    """Return the corners of a reply's box: the first of the last group of boxes that it gives; empty if none.

    JSON is read as such, whatever its keys; a width and a height are turned into the other corner.
    """
    claim = claimed(text)
    groups = [found for value in _json_values(claim) if (found := list(_boxes_of(value)))]
    if groups:
        return groups[-1][0]
    if four := list(_FOUR.finditer(claim)):
        return _corners(_pairs_of(four[-1].groups()), four[-1].group(), claim)
    run = next((run for run in reversed(list(_runs(claim))) if len(run) == _CORNERS), [])
    return _corners(run, claim, claim)


def _pairs_of(groups: tuple[str, ...]) -> list[Number]:
    try:
        return [(float(value), bool(sign)) for value, sign in zip(groups[::2], groups[1::2], strict=True)]
    except ValueError:
        return []


def _corners(values: list[Number], written: str, claim: str) -> list[Number]:
    """Return four numbers as corners: behind the words width and height they are the box's sides."""
    if len(values) == _CORNERS and _SIDES.search(written) and not re.search(r"x_?2|xmax|x_max|right", claim):
        (x, percent), (y, _), (width, _), (height, _) = values
        return [(x, percent), (y, percent), (x + width, percent), (y + height, percent)]
    return values


def _json_values(text: str) -> Iterator[Any]:
    """Yield the outermost JSON objects and lists of a text, in order."""
    decoder, at = json.JSONDecoder(strict=False), 0
    for _ in range(_MOST_TRIES):
        begins = [place for sign in "[{" if (place := text.find(sign, at)) >= 0]
        if not begins:
            return
        try:
            value, at = decoder.raw_decode(text, min(begins))
        except (ValueError, RecursionError):
            at = min(begins) + 1
        else:
            yield value


def _boxes_of(value: Any, depth: int = 0) -> Iterator[list[Number]]:
    """Yield the boxes in a JSON value, those under usual keys first."""
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        if (own := _of_keys(value)) is not None:
            yield own
            return
        for name in (*(key for key in _FIRST if key in value), *(key for key in value if key not in _FIRST)):
            yield from _boxes_of(value[name], depth + 1)
    elif isinstance(value, list):
        flat = [part for item in value for part in (item if isinstance(item, list) else [item])]
        if len(flat) == _CORNERS and len(value) in (2, _CORNERS) and (four := _numbers_of(flat)) is not None:
            yield four
            return
        for item in value:
            yield from _boxes_of(item, depth + 1)
    elif isinstance(value, str) and (four_in := list(_FOUR.finditer(value))):
        yield _pairs_of(four_in[0].groups())


def _of_keys(value: Mapping[str, Any]) -> list[Number] | None:
    known = {str(key).casefold(): item for key, item in value.items()}
    for names in _CORNER_KEYS:
        if known.keys() >= set(names):
            return _numbers_of([known[name] for name in names])
    for names in _SIDE_KEYS:
        if known.keys() >= set(names) and (four := _numbers_of([known[name] for name in names])):
            return _corners(four, "width height", "")
    corners = [known.get(name) or known.get(name.replace("_", "")) for name in ("top_left", "bottom_right")]
    if all(corners):
        flat = [part for one in corners for part in _point(one)]
        return _numbers_of(flat) if len(flat) == _CORNERS else None
    return None


def _point(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return [value[name] for name in ("x", "y") if name in value]
    return value if isinstance(value, list) else []


def _numbers_of(values: list[Any]) -> list[Number] | None:
    found: list[Number] = []
    for value in values:
        match = _NUMBER.fullmatch(str(value).strip()) if not isinstance(value, bool) else None
        if match is None:
            return None
        found.append((float(match[1]), bool(match[2])))
    return found


def boxes(values: list[Number], size: tuple[float, float] | None, *, units: str = "") -> list[Box]:
    """Return the boxes that four coordinates may mean, inside the picture, with their corners in order."""
    found = []
    for x1, y1, x2, y2 in shares(values, size, units=units) if len(values) == _CORNERS else ():
        (left, right), (top, bottom) = sorted((x1, x2)), sorted((y1, y2))
        found.append(Box(*(min(max(value, 0.0), 1.0) for value in (left, top, right, bottom))))
    return found

"""Boxes in a picture: those that a reply gives, with or without texts, and how far two overlap."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .fields import parsed

Box = tuple[float, float, float, float]
_SIZE = r"\s{0,20}(-?\d{1,6}(?:\.\d{1,12})?)\s{0,20}"
_FOUR = re.compile(rf"{_SIZE},{_SIZE}\)?\s{{0,3}},\s{{0,3}}\(?{_SIZE},{_SIZE}")
_LONGEST_TEXT = 200
_ITEM = re.compile(
    rf"[\[(]{_FOUR.pattern},\s{{0,20}}([^\[\]\n]{{1,{_LONGEST_TEXT}}}?)[\])](?=\s{{0,20}}(?:[,;\])\n]|\Z))"
)
_CORNERS = (
    ("x1", "y1", "x2", "y2"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
    ("left", "top", "right", "bottom"),
    ("x0", "y0", "x1", "y1"),
)
_KEYS = ("bbox_2d", "bbox", "box_2d", "box", "position", "coordinates")
_MOST = 1000


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the shared area of two boxes in their joint area (IoU); 0 for a box without area."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, across) * max(0.0, down)
    areas = [max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared) if shared else 0.0


def box_of(value: Any) -> Box | None:
    """Return the box that a value is: four numbers, also in a text, or an object with its corners or sizes."""
    if isinstance(value, str):
        found = _FOUR.search(value)
        return _four(found.groups()) if found else None
    if isinstance(value, Mapping):
        return _of_object({str(key).strip().lower(): part for key, part in value.items()})
    if isinstance(value, Sequence):
        if len(value) == 1:
            return box_of(value[0])
        if len(value) == 2 and all(isinstance(corner, Sequence) and len(corner) == 2 for corner in value):
            return _four([*value[0], *value[1]])
        return _four(value) if len(value) == 4 else None
    return None


def _four(values: Iterable[Any]) -> Box | None:
    try:
        x1, y1, x2, y2 = (float(value) for value in values)
    except (TypeError, ValueError):
        return None
    return (x1, y1, x2, y2)


def _of_object(fields: Mapping[str, Any]) -> Box | None:
    for names in _CORNERS:
        if all(name in fields for name in names):
            return _four(fields[name] for name in names)
    sizes = [fields.get(long, fields.get(long[0])) for long in ("width", "height")]
    if "x" in fields and "y" in fields and None not in sizes:
        corner = _four([fields["x"], fields["y"], *sizes])
        return corner and (corner[0], corner[1], corner[0] + corner[2], corner[1] + corner[3])
    return next((box for key in _KEYS if key in fields and (box := box_of(fields[key]))), None)


def last_box(text: str) -> Box | None:
    """Return the box that a reply gives last."""
    if (found := box_of(parsed(text))) is not None:
        return found
    boxes = _FOUR.findall(text)
    return _four(boxes[-1]) if boxes else None


def labelled_boxes(text: str) -> list[Box]:
    """Return the boxes of a list of objects, ``[{"bbox_2d": [...], "label": ...}, ...]``, or of one object."""
    value = parsed(text)
    items = value if isinstance(value, list) else [value]
    objects = [item for item in items[:_MOST] if isinstance(item, Mapping)]
    return [box for item in objects if (box := box_of(item)) is not None]


def boxes_with_text(text: str) -> list[tuple[Box, str]]:
    """Return the boxes of a reply with the text in each, ``[(x1, y1, x2, y2, "text"), ...]``; each once."""
    value = parsed(text)
    items = value if isinstance(value, (list, tuple)) else []
    if len(items) >= 5 and not isinstance(items[0], (list, tuple, Mapping)):
        items = [items]
    found = [pair for item in items[:_MOST] if (pair := _with_text(item)) is not None]
    if not found:
        matches = list(_ITEM.finditer(text))[:_MOST]
        found = [(box, match[5].strip(" \"'")) for match in matches if (box := _four(match.groups()[:4])) is not None]
    return list(dict.fromkeys(found))


def _with_text(item: Any) -> tuple[Box, str] | None:
    if isinstance(item, Mapping):
        box = box_of(item)
        words = next((item[key] for key in ("text", "text_content", "content", "label") if key in item), None)
    elif isinstance(item, (list, tuple)) and len(item) >= 5:
        box, words = _four(item[:4]), item[4]
    elif isinstance(item, (list, tuple)) and len(item) == 2:
        box, words = box_of(item[0]), item[1]
    else:
        return None
    return None if box is None or words is None else (box, " ".join(str(words).split()))

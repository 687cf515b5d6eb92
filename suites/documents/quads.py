"""Quadrilaterals around texts in a picture, and how alike two layouts of them are (DIoU: Zheng et al. 2019)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
_LEAST_AREA = 1e-9
_FARTHEST = 1e7  # a coordinate, in pixels


def quad_of(value: Any) -> Quad | None:
    """Return a quadrilateral written as four points, or as eight numbers; None if it is neither."""
    if not isinstance(value, list):
        return None
    if len(value) == 8:
        value = list(zip(value[::2], value[1::2], strict=True))
    try:
        one, two, three, four = ((float(x), float(y)) for x, y in value)
    except (TypeError, ValueError):
        return None
    return (one, two, three, four) if all(abs(side) <= _FARTHEST for side in (*one, *two, *three, *four)) else None


def layout_likeness(ours: Sequence[Quad], theirs: Sequence[Quad]) -> float:
    """Return the mean likeness of each quadrilateral and the one of the other layout that it fits best; both ways."""
    shapes = [[shape for quad in quads if (shape := _shape(quad)).area > _LEAST_AREA] for quads in (ours, theirs)]
    if not all(shapes):
        return 0.0
    table = [[_likeness(one, other) for other in shapes[1]] for one in shapes[0]]
    forth = sum(map(max, table)) / len(table)
    back = sum(map(max, zip(*table, strict=True))) / len(table[0])
    return (forth + back) / 2


@dataclass(frozen=True, slots=True)
class _Shape:
    """A polygon with its points in order around it."""

    points: tuple[Point, ...]
    area: float
    centre: Point
    bounds: tuple[float, float, float, float]


def _shape(quad: Quad) -> _Shape:
    middle = (math.fsum(x for x, _ in quad) / 4, math.fsum(y for _, y in quad) / 4)
    points = tuple(sorted(quad, key=lambda point: math.atan2(point[1] - middle[1], point[0] - middle[0])))
    xs, ys = zip(*points, strict=True)
    return _Shape(points, _area(points), _centre(points, middle), (min(xs), min(ys), max(xs), max(ys)))


def _area(points: Sequence[Point]) -> float:
    return abs(math.fsum(_cross(one, other) for one, other in _sides(points))) / 2


def _sides(points: Sequence[Point]) -> list[tuple[Point, Point]]:
    return list(zip(points, (*points[1:], *points[:1]), strict=True))


def _cross(one: Point, other: Point) -> float:
    return one[0] * other[1] - other[0] * one[1]


def _centre(points: Sequence[Point], middle: Point) -> Point:
    """Return the centre of gravity."""
    near = [(x - middle[0], y - middle[1]) for x, y in points]
    twice = math.fsum(_cross(one, other) for one, other in _sides(near))
    if abs(twice) <= _LEAST_AREA:
        return middle
    x = math.fsum((one[0] + other[0]) * _cross(one, other) for one, other in _sides(near)) / (3 * twice)
    y = math.fsum((one[1] + other[1]) * _cross(one, other) for one, other in _sides(near)) / (3 * twice)
    return middle[0] + x, middle[1] + y


def _likeness(one: _Shape, other: _Shape) -> float:
    """Return DIoU from 0 to 1: the shared area, less the distance of the centres in the box around both."""
    shared = _shared_area(one, other)
    overlap = max(0.0, min(1.0, shared / (one.area + other.area - shared)))
    across = max(one.bounds[2], other.bounds[2]) - min(one.bounds[0], other.bounds[0])
    down = max(one.bounds[3], other.bounds[3]) - min(one.bounds[1], other.bounds[1])
    apart = (one.centre[0] - other.centre[0]) ** 2 + (one.centre[1] - other.centre[1]) ** 2
    return max(0.0, min(1.0, (overlap - apart / (across**2 + down**2) + 1) / 2))


def _shared_area(one: _Shape, other: _Shape) -> float:
    left, top, right, bottom = one.bounds
    if right <= other.bounds[0] or other.bounds[2] <= left or bottom <= other.bounds[1] or other.bounds[3] <= top:
        return 0.0
    return math.fsum(_area(_clipped(part, window)) for part in _convex(one) for window in _convex(other))


def _convex(shape: _Shape) -> list[tuple[Point, ...]]:
    """Return convex parts of a quadrilateral: itself, or two triangles on either side of its inward corner."""
    points = shape.points
    for at in range(4):
        before, corner, after = points[at - 1], points[at], points[(at + 1) % 4]
        if _turn(before, corner, after) < 0:
            opposite = points[(at + 2) % 4]
            return [(corner, after, opposite), (corner, opposite, before)]
    return [points]


def _turn(one: Point, two: Point, three: Point) -> float:
    return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0])


def _clipped(points: Sequence[Point], window: Sequence[Point]) -> list[Point]:
    """Return the part of a polygon inside a convex one (Sutherland & Hodgman 1974)."""
    kept = list(points)
    for start, end in _sides(window):
        inside = [_turn(start, end, point) for point in kept]
        found: list[Point] = []
        for at, point in enumerate(kept):
            if (inside[at - 1] < 0) != (inside[at] < 0):
                share = inside[at - 1] / (inside[at - 1] - inside[at])
                before = kept[at - 1]
                found.append((before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])))
            if inside[at] >= 0:
                found.append(point)
        kept = found
        if not kept:
            break
    return kept

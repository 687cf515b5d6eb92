"""The point that a reply clicks (ScreenSpot-Pro), and whether it is in the box of the right element."""

from __future__ import annotations

from collections.abc import Iterator

from evalscope_pytest import Sample, Score, Scorer

from .coordinates import Box, Number, claimed, numbers, shares, shown

Point = tuple[float, float]


def click_point() -> Scorer:
    """Return the scorer. Metrics ``accuracy``, and ``text_acc`` or ``icon_acc`` by the element's kind.

    Coordinates up to 1 and percents are shares of the picture's sides; greater ones are pixels or thousandths. Of a
    box its centre counts. ``box`` in the metadata is in shares, ``size`` in pixels, ``ui_type`` the kind.
    """
    return Scorer("click_point", ("accuracy", "text_acc", "icon_acc"), _score, _ideal_reply)


def _score(text: str, sample: Sample) -> Score:
    found, box = numbers(claimed(text)), Box(*sample.metadata["box"])
    hit = float(any(map(box.holds, points(found, sample.metadata["size"]))))
    return Score.of({"accuracy": hit, f"{sample.metadata['ui_type']}_acc": hit}, answer=shown(found))


def points(values: list[Number], size: tuple[float, float]) -> Iterator[Point]:
    """Yield what the numbers of a point, or of a box with the point in its middle, may mean."""
    if len(values) in (2, 4):
        for found in shares(values, size):
            yield (found[0], found[1]) if len(found) == 2 else Box(*found).centre


def _ideal_reply(sample: Sample) -> str:
    x, y = Box(*sample.metadata["box"]).centre
    return f"Answer: [{x:.6f}, {y:.6f}]"

"""Boxes that a reply gives for what a text describes: their overlap with the right one (RefCOCO, Ref-Adv)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.core.errors import ConfigError, closest

from .coordinates import Box, boxes, first_box, shown

REFERRED = ("IoU", "ACC@0.1", "ACC@0.3", "ACC@0.5", "ACC@0.7", "ACC@0.9", "Center_ACC")
AMONG = {"2-3": range(2, 4), "4-6": range(4, 7), ">=7": range(7, 1000)}
UNITS = {"any": "", "abs_xyxy": "pixels", "norm_1000_xyxy": "thousandths", "norm_1_xyxy": "fractions"}
_THRESHOLDS = (0.5, 0.75, 0.9)
_TINY = 1e-9  # by which an overlap may fall short for want of digits
Values = Callable[[Sample, Box | None], Mapping[str, float]]


_WORDS = {
    "pixels": "in pixels",
    "fractions": "as shares of the picture's width and height, from 0 to 1",
}
_MODES = {"direct": "", "cot": " Reason step by step first."}
_PROMPT = (
    'Find every object in the picture that fits this description: "{{question}}".{mode} Give the boxes in JSON, '
    '[{{{{"bbox_2d": [left, top, right, bottom]}}}}], {words}.'
)


def as_wanted(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs in Ref-Adv with its parameters.

    Raises:
        ConfigError: One of them is wrong.
    """
    for name, allowed in (("prompt_mode", _MODES), ("pred_box_format", UNITS)):
        if params[name] not in allowed:
            raise ConfigError(f"{name} of ref_adv_s: {params[name]!r}. {closest(params[name], allowed)}")
    words = _WORDS.get(UNITS[params["pred_box_format"]], "in thousandths of the picture's width and height")
    prompt = _PROMPT.format(mode=_MODES[params["prompt_mode"]], words=words)
    return {"prompt": prompt, "scorer": among_others(params["pred_box_format"])}


def found_by(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the right box of a record of Ref-Adv and what else scoring needs."""
    size = [int(record["width"]), int(record["height"])]
    box = [side / length for side, length in zip(record["solution"], size * 2, strict=True)]
    others, words = int(record["distractors"]), record["normal_caption"]
    return {"box": box, "size": size, "distractors": others, "ref_sentence": words}


def referred() -> Scorer:
    """Return the scorer of RefCOCO: ``IoU``, its share above thresholds, and whether the right centre is inside."""
    return _scorer("referred_box", REFERRED, _referred)


def among_others(box_format: str) -> Scorer:
    """Return the scorer of Ref-Adv: the share of boxes with an IoU above thresholds, and by number of distractors.

    Args:
        box_format: A key of `UNITS`: how coordinates are read.
    """
    metrics = [f"ACC@{threshold:g}" for threshold in _THRESHOLDS] + [f"{name}/ACC@0.5" for name in AMONG]
    return _scorer("box_among_others", tuple(metrics), _among, box_format)


def _scorer(name: str, metrics: tuple[str, ...], values: Values, box_format: str = "any") -> Scorer:
    def score(text: str, sample: Sample) -> Score:
        given, right = first_box(text), Box(*sample.metadata["box"])
        width, height = sample.metadata["size"]
        size = (width, height) if width and height else None
        found = boxes(given, size, units=UNITS[box_format])
        best = max(found, key=right.overlap, default=None)
        return Score.of(values(sample, best), answer=shown(given))

    def ideal_reply(sample: Sample) -> str:
        box, (width, height) = Box(*sample.metadata["box"]), sample.metadata["size"]
        sides = {"pixels": (width, height), "thousandths": (1000, 1000)}.get(UNITS[box_format], (1, 1))
        corners = [value * sides[place % 2] for place, value in enumerate(box)]
        return f'{{"bbox_2d": [{", ".join(f"{value:.6f}" for value in corners)}]}}'

    return Scorer(name, metrics, score, ideal_reply, options="" if box_format == "any" else box_format)


def _referred(sample: Sample, found: Box | None) -> Mapping[str, float]:
    right = Box(*sample.metadata["box"])
    overlap = found.overlap(right) if found else 0.0
    reached = {name: float(overlap >= float(name.partition("@")[2]) - _TINY) for name in REFERRED if "@" in name}
    return {"IoU": overlap, **reached, "Center_ACC": float(found is not None and found.holds(right.centre))}


def _among(sample: Sample, found: Box | None) -> Mapping[str, float]:
    overlap = found.overlap(Box(*sample.metadata["box"])) if found else 0.0
    values = {f"ACC@{threshold:g}": float(overlap >= threshold - _TINY) for threshold in _THRESHOLDS}
    others = sample.metadata["distractors"]
    return values | {f"{name}/ACC@0.5": values["ACC@0.5"] for name, counts in AMONG.items() if others in counts}

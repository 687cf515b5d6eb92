"""The tasks of Maritime-OCR-Bench: answers, pages, strict JSON, and texts with their quadrilaterals.

The weights, penalties and bonuses are those of the official scorer.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.core.errors import RecordError
from evalscope_pytest.scoring import readers
from evalscope_pytest.scoring.readers import plain

from ..multimodal.read_text import is_undecided
from .fields import parsed
from .quads import Quad, layout_likeness, quad_of
from .text_measures import common, transcribed

TASKS = ("IE", "VQA", "parsing", "json1", "json2")
_BY_NAME = {task.lower(): task for task in TASKS}
_LAYOUT, _TEXT = 0.7, 0.3
_SHORT = 200  # characters up to which difflib compares as the official scorer does
_MOST_SPOTS = 300
_COORDINATES = re.compile(r"<\|quad_start\|>.{0,300}?<\|quad_end\|>", re.DOTALL)
_MARK = re.compile(r"<\|[^<>|]{0,40}\|>")
_TABLE_TAG = re.compile(r"</?\s?(?:table|tr|td|th|thead|tbody|tfoot|br)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{1,500}>")
_SIGNS = str.maketrans(
    {
        "、": ",",
        "。": ".",
        "【": "[",
        "】": "]",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "—": "-",
        "–": "-",
        "·": ".",
        "•": ".",
    }
)
_OTHER = re.compile("[^0-9a-zA-Z\u4e00-\u9fff]")
_IMAGE_KEY = re.compile(r"image(?:_?(\d{1,4}))?")


def task_of(record: Mapping[str, Any]) -> str:
    """Return the task of a record.

    Raises:
        RecordError: It is none of the benchmark's.
    """
    name = str(record.get("task_type") or "VQA").strip().lower()
    if name not in _BY_NAME:
        raise RecordError(f"task_type {record['task_type']!r}. Known types: {', '.join(TASKS)}.")
    return _BY_NAME[name]


def ship_papers() -> Scorer:
    """Return the scorer. Metric ``normalized_score``, from 0 to 1, by the task in the metadata."""
    return Scorer("ship_papers", ("normalized_score",), _score)


def _score(text: str, sample: Sample) -> Score:
    reply, gold = transcribed(text), transcribed(sample.targets[0])
    value = _RULES[sample.metadata["task_type"]](reply, gold, sample) if reply else 0.0
    return Score(normalized_score=value, answer=reply[:200] or None)


def _answer(reply: str, gold: str, sample: Sample) -> float:
    """Return the likeness of the reply, or of the answer it announces; 0 if it denies or doubts the reference."""
    if is_undecided(plain(reply), plain(gold)):
        return 0.0
    return max(text_likeness(reading, gold) for reading in (reply, *readers.phrase(reply, sample)))


def _page(reply: str, gold: str, sample: Sample) -> float:
    return text_likeness(reply, gold)


def _extraction(reply: str, gold: str, sample: Sample) -> float:
    """Weigh how much of the reference the reply holds, in its order, with whether it is JSON and nothing else."""
    covered = _matched(plain(gold), plain(reply)) / max(len(plain(gold)), 1)
    return (min(1.0, covered) + float(_is_json(reply))) / 2


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _spotting(spots_in: Callable[[Any], Iterator[tuple[str, Quad]]]) -> Callable[[str, str, Sample], float]:
    def score(reply: str, gold: str, sample: Sample) -> float:
        ours, theirs = (sorted(spots_in(parsed(text)), key=_place)[:_MOST_SPOTS] for text in (reply, gold))
        if not theirs:
            return float(not ours and parsed(reply) is not None)
        layout = layout_likeness([quad for _, quad in ours], [quad for _, quad in theirs])
        words = (" ".join(text for text, _ in found) for found in (ours, theirs))
        return _LAYOUT * layout + _TEXT * text_likeness(*words)

    return score


def _place(spot: tuple[str, Quad]) -> tuple[float, ...]:
    xs, ys = zip(*spot[1], strict=True)
    return (min(ys), min(xs), max(ys), max(xs))


def _first_format(value: Any) -> Iterator[tuple[str, Quad]]:
    """Yield the spots of ``{"image_1": [{"text": ..., "position": [[x, y], ...]}]}``."""
    pages = value.items() if isinstance(value, Mapping) else ()
    for key, entries in sorted(pages, key=lambda page: str(page[0])):
        if _IMAGE_KEY.fullmatch(str(key).strip().lower()) and isinstance(entries, list):
            yield from _spots(entries, "position")


def _second_format(value: Any) -> Iterator[tuple[str, Quad]]:
    """Yield the spots of ``{"images": [{"content": [{"type": "text", "text": ..., "pos": [x, y, ...]}]}]}``."""
    pages = value.get("images") if isinstance(value, Mapping) else ()
    for page in pages if isinstance(pages, list) else ():
        content = page.get("content") if isinstance(page, Mapping) else ()
        if isinstance(content, list):
            yield from _spots([entry for entry in content if _is_text(entry)], "pos")


def _is_text(entry: Any) -> bool:
    return isinstance(entry, Mapping) and str(entry.get("type") or "text").strip().lower() == "text"


def _spots(entries: list[Any], name: str) -> Iterator[tuple[str, Quad]]:
    for entry in entries:
        quad = quad_of(entry.get(name)) if isinstance(entry, Mapping) else None
        if quad is not None:
            yield " ".join(str(entry.get("text") or "").split()), quad


def text_likeness(reply: str, gold: str) -> float:
    """Return how alike two texts are, from 0 to 1: by order and characters, with and without blanks and signs."""
    ours, theirs = _normal(reply), _normal(gold)
    tight = ["".join(text.split()) for text in (ours, theirs)]
    bare = [_OTHER.sub("", text) for text in tight]
    loose = max(_ratio(*tight), _ratio(*bare))
    value = 0.25 * _ratio(ours, theirs) + 0.2 * _character_f1(*tight) + 0.15 * _order_f1(ours, theirs)
    value += 0.2 * loose + 0.2 * _ratio(*bare)
    if bool(_TABLE_TAG.search(reply)) != bool(_TABLE_TAG.search(gold)):
        value += _markup_bonus(loose)
    value *= min(1.0, _variety(bare[0]) / _variety(bare[1])) * _length_factor(len(bare[0]), len(bare[1]))
    return max(0.0, min(1.0, value))


def _normal(text: str) -> str:
    without_marks = _MARK.sub(" ", _COORDINATES.sub(" ", text))
    words = unicodedata.normalize("NFKC", _TAG.sub(" ", html.unescape(without_marks))).translate(_SIGNS)
    return " ".join(words.lower().split())


def _ratio(one: str, other: str) -> float:
    if not one or not other:
        return float(one == other)
    if max(len(one), len(other)) < _SHORT:
        return SequenceMatcher(None, one, other).ratio()
    return _order_f1(one, other)


def _matched(gold: str, reply: str) -> int:
    if max(len(gold), len(reply)) < _SHORT:
        return sum(block.size for block in SequenceMatcher(None, gold, reply).get_matching_blocks())
    return common(gold, reply)


def _order_f1(one: str, other: str) -> float:
    return 2 * common(one, other) / (len(one) + len(other)) if one and other else float(one == other)


def _character_f1(one: str, other: str) -> float:
    if not one or not other:
        return float(one == other)
    return 2 * (Counter(one) & Counter(other)).total() / (len(one) + len(other))


def _markup_bonus(likeness: float) -> float:
    """Return what a table in another notation gets back."""
    steps = ((0.98, 0.1), (0.95, 0.08), (0.92, 0.06), (0.88, 0.04), (0.82, 0.02))
    return next((bonus for least, bonus in steps if likeness >= least), 0.0)


def _variety(text: str) -> float:
    """Return a factor for a text of few different characters, which a repeated passage has."""
    share = len(set(text)) / max(len(text), 1)
    if len(text) < 20 or share >= 0.12:
        return 1.0
    return 0.92 if share < 0.08 else 0.96


def _length_factor(ours: int, theirs: int) -> float:
    if not ours or not theirs:
        return 1.0 if ours == theirs else 0.9
    share = min(ours, theirs) / max(ours, theirs)
    return 0.9 if share < 0.2 else 0.95 if share < 0.4 else 1.0


_RULES: Mapping[str, Callable[[str, str, Sample], float]] = {
    "VQA": _answer,
    "parsing": _page,
    "IE": _extraction,
    "json1": _spotting(_first_format),
    "json2": _spotting(_second_format),
}

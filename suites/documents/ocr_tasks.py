"""The 30 tasks of OCRBench v2, each with its rule: answers, pages, tables, fields, boxes, formulas, counts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.core.errors import RecordError
from evalscope_pytest.scoring import readers
from evalscope_pytest.scoring.readers import plain

from ..multimodal.read_text import is_undecided, says
from ..multimodal.short_answers import count_of, number
from .boxes import box_of, boxes_with_text, last_box, overlap
from .fields import field_accuracy, object_in, parsed
from .formulas import holds_formula
from .page_text import page_similarity, section_similarity
from .tables import Cell, Table, html_tables, latex_tables, markdown_tables
from .teds import teds
from .text_measures import edit_share, transcribed

_SHORT_WORDS, _SHORT_PARTS = 5, 4  # longer answers may differ a little
_LEAST = 0.5  # below, a long answer is another text
_COVERED = 0.5  # of a box and the reference's
_SIGNS = "!?.:,*\"()·[]/'"
_CHINESE_BLANK = re.compile("(?<=[\u3000-\u9fff])\\s+(?=[\u3000-\u9fff])")
_APART = re.compile(r"[\s.,、;；，。和及与]+")
_CHOICE = readers.choice(labels="ABCDEFGHIJ")


def ocr_task() -> Scorer:
    """Return the scorer. Metric ``accuracy``, from 0 to 1. The task is ``type`` of the metadata, its rule ``eval``."""
    return Scorer("ocr_task", ("accuracy",), _score, _ideal_reply)


def rule_of(task: str) -> str:
    """Return the name of a task.

    Raises:
        RecordError: It is none of the benchmark's.
    """
    if task not in _RULES:
        raise RecordError(f"type {task!r}, which is none of the {len(_RULES)} tasks of OCRBench v2.")
    return task


def _score(text: str, sample: Sample) -> Score:
    reply = transcribed(text)
    value = _RULES[sample.metadata["type"]].score(reply, sample) if reply else 0.0
    return Score(accuracy=value, answer=reply[:200] or None)


def _ideal_reply(sample: Sample) -> str:
    return _RULES[sample.metadata["type"]].ideal(sample)


def _answer(reply: str, sample: Sample) -> float:
    """Return 1 for a short answer that the reply states, for a long one how near it is."""
    kind = sample.metadata["eval"]
    if kind == "multiple choice":
        gold = {letter for letter in sample.targets[0].upper() if letter.isalpha()}
        return float(any(set(found.replace(",", "")) == gold for found in _CHOICE(reply, sample)))
    form = _cased if kind == "case sensitive" else plain
    return max((_nearness(reply, target, form, sample) for target in sample.targets), default=0.0)


def _cased(text: str) -> str:
    return " ".join(text.split())


def _nearness(reply: str, target: str, form: Callable[[str], str], sample: Sample) -> float:
    chinese = sample.metadata["type"].endswith("cn")
    said, gold = form(reply), form(target)
    if chinese:
        said, gold = without_blanks(said), without_blanks(gold)
    short = len(gold.split(",")) < _SHORT_PARTS if chinese else len(gold.split()) < _SHORT_WORDS
    if short:
        return float(says(said, gold) or said.strip(".。") == gold.strip(".。"))
    if is_undecided(said, gold):
        return 0.0
    readings = (said, *map(form, readers.phrase(reply, sample)))
    nearness = max(1.0 - edit_share(without_blanks(reading) if chinese else reading, gold) for reading in readings)
    return nearness if nearness >= _LEAST else 0.0


def without_blanks(text: str) -> str:
    """Return a text without the blanks between Chinese characters."""
    return _CHINESE_BLANK.sub("", text)


def _handwritten(reply: str, sample: Sample) -> float:
    """Compare an answer read from handwriting: a text, or the letters of options whatever separates them."""
    if "简答" in sample.question:
        return page_similarity(reply, sample.targets[0])
    gold = _APART.sub("", sample.targets[0]).casefold()
    readings = (reply, *readers.phrase(reply, sample)[:1], reply.rpartition("：")[2], reply.rpartition(":")[2])
    return float(any(_APART.sub("", reading).casefold() == gold for reading in readings) or says(plain(reply), gold))


def _formula(reply: str, sample: Sample) -> float:
    return float(any(holds_formula(reply, target) for target in sample.targets))


def _counting(reply: str, sample: Sample) -> float:
    """Return 1 for the right number; if ``eval`` is ``regression``, how near it is, 0 if half or more is missing."""
    gold = number(sample.targets[0])
    if gold is None:
        return _answer(reply, sample)
    readings = (*readers.phrase(reply, sample)[:1], reply)
    given = next((found for reading in readings if (found := count_of(reading)) is not None), None)
    if given is None:
        return 0.0
    if sample.metadata["eval"] != "regression" or not gold:
        return float(given == gold)
    nearness = 1.0 - abs(given - gold) / gold
    return nearness if nearness > _LEAST and given > 0 else 0.0


def _table(reply: str, sample: Sample) -> float:
    """Return TEDS of the first table of the reply, in whatever notation."""
    ours, theirs = table_in(reply), table_in(sample.targets[0])
    return teds(ours, theirs) if ours and theirs else 0.0


def table_in(text: str) -> Table | None:
    """Return the first table that a text holds in HTML, without one in Markdown, and then in LaTeX."""
    wrapped = text if "<table" in text[:200_000].lower() else f"<table>{text}</table>" if "<tr" in text.lower() else ""
    found = (html_tables(wrapped) if wrapped else []) or markdown_tables(text) or latex_tables(text)
    return next((table for table in found if table), None)


def _chart(reply: str, sample: Sample) -> float:
    """Return TEDS of the reply's object as rows of a key and a value."""
    ours, theirs = (parsed(text) for text in (reply, sample.targets[0]))
    if not isinstance(ours, Mapping) or not isinstance(theirs, Mapping):
        return 0.0
    return teds(_as_table(ours), _as_table(theirs))


def _as_table(fields: Mapping[Any, Any]) -> Table:
    # Characters apart, as in the official rule: an edit costs half as much as in a table.
    return tuple((Cell(str(key)), Cell(" ".join(str(value)))) for key, value in fields.items())


def _document(reply: str, sample: Sample) -> float:
    return section_similarity(reply, sample.targets[0])


def _page(reply: str, sample: Sample) -> float:
    return page_similarity(reply, sample.targets[0])


def _information(reply: str, sample: Sample) -> float:
    return field_accuracy(object_in(reply), object_in(sample.targets[0]))


def _position(reply: str, sample: Sample) -> float:
    """Return the mean of the answer's score and the overlap of its box."""
    fields = {str(key).lower(): value for key, value in object_in(reply).items()}
    given, gold = box_of(fields.get("bbox")), box_of(sample.metadata["bbox"])
    answer = _answer(str(fields["answer"]), sample) if fields.get("answer") else 0.0
    return (answer + (overlap(given, gold) if given and gold else 0.0)) / 2


def _grounding(reply: str, sample: Sample) -> float:
    given, gold = last_box(reply), box_of(list(sample.targets))
    return overlap(given, gold) if given and gold else 0.0


def _spotting(reply: str, sample: Sample) -> float:
    """Return F1 of the boxes that cover one of the reference by more than half, with the same text."""
    golds = _spots(sample)
    given = [(box, words) for box, words in boxes_with_text(reply) if box[0] < box[2] and box[1] < box[3]]
    ignored = [box for box, words in golds if words == "###"]
    golds = [(box, words) for box, words in golds if words != "###"]
    given = [(box, words) for box, words in given if not any(_inside(box, area) > _COVERED for area in ignored)]
    left, right = list(given), 0
    for box, words in golds:
        near = next((found for found in left if overlap(box, found[0]) > _COVERED), None)
        if near is not None:
            left.remove(near)
            right += _same_words(words.upper(), near[1].upper())
    return 2 * right / (len(golds) + len(given)) if right else 0.0


def _spots(sample: Sample) -> list[tuple[tuple[float, float, float, float], str]]:
    return [
        ((min(corners[0::2]), min(corners[1::2]), max(corners[0::2]), max(corners[1::2])), words)
        for corners, words in zip(sample.metadata["bbox_list"], sample.metadata["content"], strict=True)
    ]


def _inside(box: tuple[float, float, float, float], area: tuple[float, float, float, float]) -> float:
    """Return the share of a box that lies in an area."""
    across = max(0.0, min(box[2], area[2]) - max(box[0], area[0]))
    down = max(0.0, min(box[3], area[3]) - max(box[1], area[1]))
    return across * down / ((box[2] - box[0]) * (box[3] - box[1]))


def _same_words(gold: str, given: str) -> bool:
    """Return whether two texts are the same, but for one sign that begins or ends the reference."""
    forms = {gold, gold[gold[:1] in _SIGNS :], gold[: len(gold) - (gold[-1:] in _SIGNS)], gold.strip(_SIGNS)}
    return given in forms - {""} or given == gold


def _ideal_spots(sample: Sample) -> str:
    return json.dumps([[*box, words] for box, words in _spots(sample)], ensure_ascii=False)


def _ideal_fields(sample: Sample) -> str:
    fields = object_in(sample.targets[0])
    return json.dumps({key: value[0] if isinstance(value, list) else value for key, value in fields.items()})


def _ideal_position(sample: Sample) -> str:
    return json.dumps({"answer": sample.targets[0], "bbox": sample.metadata["bbox"]})


def _first(sample: Sample) -> str:
    return sample.targets[0]


@dataclass(frozen=True, slots=True)
class _Rule:
    """The rule by which a task is scored, and the reply of a perfect model."""

    score: Callable[[str, Sample], float]
    ideal: Callable[[Sample], str] = _first


_ANSWERS = """APP agent en|ASCII art classification en|math QA en|reasoning VQA en|science QA en|text recognition en
    |document classification en|cognition VQA en|diagram QA en|cognition VQA cn|reasoning VQA cn"""
_PAGES = ("text translation cn", "fine-grained text recognition en", "full-page OCR en", "full-page OCR cn")
_FIELDS = ("key information extraction en", "key information mapping en", "key information extraction cn")
_RULES: Mapping[str, _Rule] = {
    **dict.fromkeys((name.strip() for name in _ANSWERS.split("|")), _Rule(_answer)),
    **dict.fromkeys(_PAGES, _Rule(_page)),
    **dict.fromkeys(_FIELDS, _Rule(_information, _ideal_fields)),
    "handwritten answer extraction cn": _Rule(_handwritten),
    "formula recognition en": _Rule(_formula),
    "formula recognition cn": _Rule(_formula),
    "text counting en": _Rule(_counting),
    "table parsing en": _Rule(_table),
    "table parsing cn": _Rule(_table),
    "chart parsing en": _Rule(_chart),
    "document parsing en": _Rule(_document),
    "document parsing cn": _Rule(_document),
    "VQA with position en": _Rule(_position, _ideal_position),
    "text grounding en": _Rule(_grounding, lambda sample: f"[{', '.join(sample.targets)}]"),
    "text spotting en": _Rule(_spotting, _ideal_spots),
}

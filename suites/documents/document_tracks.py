"""The five tracks of CC-OCR V2, each with its rule: reading, parsing, extracting, finding, answering."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.scoring import readers
from evalscope_pytest.scoring.read.visible import fold
from evalscope_pytest.scoring.readers import plain

from ..multimodal.read_text import says
from .assignment import cheapest_pairs
from .boxes import Box, box_of, labelled_boxes, last_box, overlap
from .fields import parsed
from .ocr_tasks import without_blanks
from .picture_size import picture_size
from .tables import Table, html_tables, latex_tables, markdown_tables
from .teds import teds
from .text_measures import counted_f1, edit_share, fenced, transcribed

TRACKS: Mapping[str, tuple[str, ...]] = {
    "recognition": ("multi_lingual_recognition", "natural_scene_recognition"),
    "parsing": (
        "complex_table_parsing",
        "formula_parsing",
        "general_documents_parsing",
        "info_board_parsing",
        "molecular_parsing",
    ),
    "grounding": ("object_grounding", "text_grounding"),
    "extraction": ("business_transactions", "public_services", "regulated_records"),
    "qa": ("blueprint_qa", "dashboards_fact_qa", "dashboards_numeric_qa", "financial_documents_qa"),
}
TRACK_OF = {task: track for track, tasks in TRACKS.items() for task in tasks}
_TABLES_COUNT = 0.9  # of an information board; the rest is its text
_THOUSANDTHS = 1000.0
_MOST_BOXES = 300
_SHORT_WORDS, _SHORT_PARTS, _LEAST = 5, 4, 0.5
_CJK = re.compile("[\u4e00-\u9fff]")
_PREAMBLE = re.compile(
    r"\\(?:documentclass|usepackage|geometry)(?:\[[^\]]{0,200}\])?\{[^{}]{0,200}\}|\\(?:begin|end)\{document\}|\\noindent(?![a-z])"
)
_NOTES = re.compile(r"\n\s{0,20}(?:#{1,6}|>|📌|✅)?\s?(?:📝\s?)?\*{0,2}Notes?\b[^\n]{0,200}(?:\n.*)?\Z", re.DOTALL)
_TABLE = re.compile(r"<table\b.{0,200000}?(?:</table>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{1,500}>")
_DOLLARS = re.compile(r"\$\$?|\\[\[\]()]")
_DASHES = re.compile("[-–—]")


def document_tracks() -> Scorer:
    """Return the scorer. Metric ``normalized_score``, from 0 to 1, by the rule of the sub-task in the metadata."""
    return Scorer("document_tracks", ("normalized_score",), _score, _ideal_reply)


def _score(text: str, sample: Sample) -> Score:
    reply = transcribed(text)
    value = _RULES[TRACK_OF[sample.metadata["sub_task"]]](reply, sample) if reply else 0.0
    return Score(normalized_score=value, answer=reply[:200] or None)


def _recognition(reply: str, sample: Sample) -> float:
    """Return F1 of the words; of the characters if the reference has Chinese ones."""
    gold, said = fenced(sample.targets[0]), fenced(reply)
    split = _characters if _CJK.search(gold) else _words
    bare = split is _words and str(sample.metadata["scenario"]).startswith("multi_scene_ocr")
    ours, theirs = ([re.sub("[^a-z0-9]+", "", word) if bare else word for word in split(text)] for text in (said, gold))
    return counted_f1([word for word in ours if word], [word for word in theirs if word])


def _words(text: str) -> list[str]:
    return text.replace("###", "").replace("***", "").lower().split()


def _characters(text: str) -> list[str]:
    return list("".join(_words(text)))


def _parsing(reply: str, sample: Sample) -> float:
    scenario, gold = str(sample.metadata["scenario"]).lower(), sample.targets[0]
    kind = next((kind for kind in ("formula", "molecular", "custom", "table") if kind in scenario), "document")
    return _PARSED[kind](fenced(reply), gold)


def _document(reply: str, gold: str) -> float:
    body = reply if _NOTES.search(gold) else _NOTES.sub("", reply)
    return _likeness(_PREAMBLE.sub("", body), gold)


def _formula(reply: str, gold: str) -> float:
    return _likeness(_DOLLARS.sub("", reply), _DOLLARS.sub("", gold))


def _molecule(reply: str, gold: str) -> float:
    """Compare SMILES strings: a marked one, the whole reply, or what a sentence announces."""
    _, mark, behind = reply.rpartition("<smiles>")
    marked = [behind.partition("</smiles>")[0]] if mark else []
    announced = [reply.rpartition(":")[2].strip(" `*."), *reply.split()[-1:]] if " " in reply.strip() else []
    return max(_likeness(one, gold) for one in marked or [reply, *announced])


def _likeness(one: str, other: str) -> float:
    """Return one less the share of edits, blanks left out."""
    return 1.0 - edit_share("".join(one.split()), "".join(other.split()))


def _first_table(reply: str, gold: str) -> float:
    ours, theirs = (next(iter(_tables(text)), ()) for text in (reply, gold))
    return teds(ours, theirs)


def _board(reply: str, gold: str) -> float:
    """Weigh TEDS of the tables, paired in their order, with F1 of the characters outside of them."""
    ours, theirs = _tables(reply), _tables(gold)
    pairs = max(len(ours), len(theirs))
    found = sum(teds(one, other) for one, other in zip(ours, theirs, strict=False)) / pairs if pairs else 1.0
    text = counted_f1(_outside(reply), _outside(gold))
    return (1 - _TABLES_COUNT) * text + _TABLES_COUNT * found


def _outside(text: str) -> list[str]:
    plain_text = _TAG.sub(" ", _TABLE.sub(" ", text))
    return list(re.sub(r"[\s/|]+", "", fold(plain_text)))


def _tables(text: str) -> list[Table]:
    """Return the tables of a text, without blanks and in half-width characters."""
    found = html_tables(text) or markdown_tables(text) or latex_tables(text)
    return [
        tuple(tuple(replace(cell, text="".join(fold(cell.text).split())) for cell in row) for row in table)
        for table in found
        if table
    ]


def _extraction(reply: str, sample: Sample) -> float:
    """Return F1 of the fields, nested ones by the names on the way; one that is left out is as good as an empty one."""
    ours, theirs = (list(_leaves(parsed(text))) for text in (reply, sample.targets[0]))
    if not ours:
        return float(not theirs)
    names = [{name for name, _ in fields} for fields in (ours, theirs)]
    ours = [field for field in ours if field[1] or field[0] in names[1]]
    ours += [field for field in theirs if not field[1] and field[0] not in names[0]]
    given, true = len(ours), len(theirs)
    return 2 * (Counter(ours) & Counter(theirs)).total() / (given + true) if given + true else 1.0


def _leaves(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and depth < 20:
        for key, part in value.items():
            yield from _leaves(part, f"{name}.{_normal(key)}", depth + 1)
    elif isinstance(value, (list, tuple)) and depth < 20:
        for part in value:
            yield from _leaves(part, name, depth + 1)
    else:
        yield name, "" if value is None else _normal(value)


def _normal(value: Any) -> str:
    text = fold(str(value)).replace("℃", "°C").replace("、", ",")
    return "".join(_DASHES.sub("", text).split()).rstrip("。.")


def _grounding(reply: str, sample: Sample) -> float:
    """Return the overlap with the box of the text, or the mean overlap with those of the objects."""
    size = picture_size(sample)
    if sample.metadata["sub_task"] == "text_grounding":
        gold, found = box_of(sample.targets[0]), last_box(reply)
        return overlap(_in_pixels([found], size)[0], gold) if found and gold else 0.0
    golds, boxes = labelled_boxes(sample.targets[0]), labelled_boxes(reply)[:_MOST_BOXES]
    if not golds or not boxes:
        return 0.0
    scaled = _in_pixels(boxes, size)
    shared = [[overlap(gold, box) for box in scaled] for gold in golds]
    pairs = cheapest_pairs([[-value for value in row] for row in shared])
    return sum(shared[row][column] for row, column in pairs) / len(golds)


def _in_pixels(boxes: list[Box], size: tuple[int, int] | None) -> list[Box]:
    """Return boxes in pixels: shares of the sides if all are up to 1, otherwise thousandths, as the prompts request."""
    if size is None:
        return boxes
    unit = 1.0 if max(max(box) for box in boxes) <= 1 else _THOUSANDTHS
    width, height = size[0] / unit, size[1] / unit
    return [(x1 * width, y1 * height, x2 * width, y2 * height) for x1, y1, x2, y2 in boxes]


def _answer(reply: str, sample: Sample) -> float:
    answers = parsed(sample.targets[0]) if sample.targets[0].strip().startswith("[") else None
    golds = [str(answer) for answer in answers] if isinstance(answers, list) and answers else [sample.targets[0]]
    return max(_nearness(reply, gold, sample) for gold in golds)


def _nearness(reply: str, answer: str, sample: Sample) -> float:
    """Return 1 for a short answer that the reply states, for a long one how near it is."""
    said, gold = plain(reply), plain(answer)
    chinese = bool(_CJK.search(gold))
    if chinese:
        said, gold = without_blanks(said), without_blanks(gold)
    if says(said, gold) or said.strip(".。") == gold.strip(".。"):
        return 1.0
    short = len(gold.split(",")) < _SHORT_PARTS if chinese else len(gold.split()) < _SHORT_WORDS
    if gold in said or (short and not chinese):
        return 0.0  # denied, one of several guesses, a piece of a word; or not there
    nearness = max(1.0 - edit_share(one, gold) for one in (said, *map(plain, readers.phrase(reply, sample))))
    return nearness if nearness >= _LEAST else 0.0


_RULES: Mapping[str, Callable[[str, Sample], float]] = {
    "recognition": _recognition,
    "parsing": _parsing,
    "grounding": _grounding,
    "extraction": _extraction,
    "qa": _answer,
}
_PARSED: Mapping[str, Callable[[str, str], float]] = {
    "formula": _formula,
    "molecular": _molecule,
    "custom": _board,
    "table": _first_table,
    "document": _document,
}


def _ideal_reply(sample: Sample) -> str:
    task, gold = sample.metadata["sub_task"], sample.targets[0]
    width, height = picture_size(sample) or (_THOUSANDTHS, _THOUSANDTHS)
    if task == "text_grounding" and (box := box_of(gold)):
        return json.dumps(_in_thousandths(box, width, height))
    if task == "object_grounding":
        boxes = [_in_thousandths(box, width, height) for box in labelled_boxes(gold)]
        return json.dumps([{"bbox_2d": box, "label": "object"} for box in boxes])
    answers = parsed(gold) if TRACK_OF[task] == "qa" and gold.strip().startswith("[") else None
    return str(answers[0]) if isinstance(answers, list) and answers else gold


def _in_thousandths(box: Box, width: float, height: float) -> list[float]:
    sides = (width, height, width, height)
    return [_THOUSANDTHS * value / side for value, side in zip(box, sides, strict=True)]

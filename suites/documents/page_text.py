"""The likeness of a page's text to its reference: by words and edits, or section by section."""

from __future__ import annotations

import re

from .tables import Cell, Table
from .teds import teds
from .text_measures import bleu4, distinct_f1, edit_share, meteor, words_of

_MARKS = re.compile(r"[*_`]+")


def page_similarity(reply: str, reference: str) -> float:
    """Return the mean of BLEU, METEOR, F1 of the distinct words, and one less the share of edits; 1 for a copy."""
    ours, theirs = words_of(reply, reference), words_of(reference, reply)
    if not ours or not theirs:
        return 0.0
    if ours == theirs:
        return 1.0
    values = (bleu4(ours, theirs), meteor(ours, theirs), distinct_f1(ours, theirs), 1 - edit_share(reply, reference))
    return sum(values) / len(values)


def section_similarity(reply: str, reference: str) -> float:
    """Return the similarity of two pages in Markdown as trees: their sections, and the lines of each."""
    return teds(_sections(reply), _sections(reference))


def _sections(text: str) -> Table:
    sections: list[list[Cell]] = []
    for line in text.splitlines():
        words = " ".join(_MARKS.sub(" ", line).split())
        if not words:
            continue
        heading = words.startswith("#")
        if heading or not sections:
            sections.append([])
        sections[-1].append(Cell(words.strip("# "), columns=2 if heading else 1))
    return tuple(map(tuple, sections))

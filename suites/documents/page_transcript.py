"""The likeness of a page in Markdown to its annotation: text, formulas, tables and reading order (OmniDocBench)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from evalscope_pytest import Sample, Score, Scorer

from .block_match import Pair, match
from .page_blocks import Block, Page, annotated, transcription
from .teds import teds
from .text_measures import bleu4, edit_share, edits, meteor, transcribed, words_of

_PARTS = (
    "text_block_edit_dist",
    "display_formula_edit_dist",
    "table_teds",
    "table_edit_dist",
    "reading_order_edit_dist",
)
_WORDS = ("text_block_bleu", "text_block_meteor")
_BETWEEN = {"quick_match": "", "simple_match": "", "no_split": "\n\n"}  # blocks of one pair
_LATER = ("table_teds_structure_only",)


def page_transcript(method: str = "quick_match") -> Scorer:
    """Return the scorer. Metric ``normalized_score``, the mean of what the page has, and its parts.

    The parts of ``normalized_score``: one less ``text_block_edit_dist``, ``display_formula_edit_dist`` and
    ``reading_order_edit_dist``, and ``table_teds``. Languages count alike, however many pages they have.
    """
    return Scorer(
        "page_transcript",
        ("normalized_score", *_PARTS, *_WORDS),
        partial(_score, method),
        _ideal_reply,
        method,
        {"normalized_score": "macro_mean"},
    )


def page_transcript_later() -> Scorer:
    """Return the scorer of version 1.6. Metric ``overall_without_cdm``, and the parts of it and others.

    It is the mean of text and tables. The official one takes formulas as they are drawn (CDM), too; nothing draws here.
    """
    return Scorer("page_transcript_later", ("overall_without_cdm", *_PARTS, *_LATER), _score_later, _ideal_reply)


def _score(method: str, text: str, sample: Sample) -> Score:
    reply = transcribed(text)
    values = _values(reply, sample, method)
    parts = [
        1 - values[name] for name in _PARTS if name.endswith("edit_dist") and name in values and "table" not in name
    ]
    parts += [values["table_teds"]] if "table_teds" in values else []
    values = {"normalized_score": sum(parts) / len(parts) if parts else float(not reply), **values}
    values.pop("table_teds_structure_only", None)
    weights = {"normalized_score": {_language(sample.private["page"]): 1.0}}
    return Score.of(values, answer=reply[:200] or None, metadata={"weights": weights})


def _language(page: Mapping[str, Any]) -> str:
    attributes = (page.get("page_info") or {}).get("page_attribute") or {}
    return str(attributes.get("language") or "unknown")


def _score_later(text: str, sample: Sample) -> Score:
    reply = transcribed(text)
    values = {name: value for name, value in _values(reply, sample, "quick_match").items() if name not in _WORDS}
    parts = [1 - values["text_block_edit_dist"]] if "text_block_edit_dist" in values else []
    parts += [values["table_teds"]] if "table_teds" in values else []
    if parts:
        values = {"overall_without_cdm": sum(parts) / len(parts), **values}
    return Score.of(values, answer=reply[:200] or None)


def _values(reply: str, sample: Sample, method: str) -> dict[str, float]:
    gold, found = annotated(sample.private["page"]), transcription(reply)
    return {**_text_values(gold, found, method), **_formula_values(gold, found, method), **_table_values(gold, found)}


def _text_values(gold: Page, found: Page, method: str) -> dict[str, float]:
    if not gold.texts:
        return {}
    pairs = [pair for pair in match(gold.texts, found.texts, method) if _counts(pair, gold.texts)]
    values = {}
    if pairs:
        values["text_block_edit_dist"] = _edit_share(pairs, gold.texts, found.texts, _BETWEEN[method])
        ours, theirs = (words_of("\n".join(texts)) for texts in _whole(pairs, gold.texts, found.texts))
        values["text_block_bleu"] = 1.0 if ours == theirs else bleu4(ours, theirs)
        values["text_block_meteor"] = 1.0 if ours == theirs else meteor(ours, theirs)
    order = _order_distance(pairs, gold.texts) if method != "no_split" else None
    return values if order is None else {**values, "reading_order_edit_dist": order}


def _counts(pair: Pair, golds: Sequence[Block]) -> bool:
    """Return whether a pair is compared: not one of captions, headers and the like alone."""
    return not pair.golds or any(golds[number].counted for number in pair.golds)


def _whole(pairs: Sequence[Pair], golds: Sequence[Block], found: Sequence[Block]) -> tuple[list[str], list[str]]:
    ours = [found[number].raw for pair in pairs for number in pair.found]
    return ours, [golds[number].raw for pair in pairs for number in pair.golds]


def _edit_share(pairs: Sequence[Pair], golds: Sequence[Block], found: Sequence[Block], between: str = "") -> float:
    """Return the edits of all pairs, as a share of the longer texts of them."""
    texts = [
        (
            between.join(found[number].text for number in pair.found),
            between.join(golds[number].text for number in pair.golds),
        )
        for pair in pairs
    ]
    longest = sum(max(len(ours), len(theirs)) for ours, theirs in texts)
    return sum(edits(ours, theirs) for ours, theirs in texts) / max(longest, 1)


def _order_distance(pairs: Sequence[Pair], golds: Sequence[Block]) -> float | None:
    """Return the share of annotated blocks that are out of the reading order, or missing; None without an order."""
    orders = [([order for number in pair.golds if (order := golds[number].order)], pair.found) for pair in pairs]
    true = sorted(order for known, _ in orders for order in known)
    given = [order for known, _ in sorted((p for p in orders if p[1]), key=lambda pair: pair[1]) for order in known]
    return edit_share(given, true) if true else None


def _formula_values(gold: Page, found: Page, method: str) -> dict[str, float]:
    if not gold.formulas:
        return {}
    given = [formula for formula in found.formulas if formula.counted or method != "no_split"]
    pairs = [pair for pair in match(gold.formulas, given, method) if pair.golds]
    return {"display_formula_edit_dist": _edit_share(pairs, gold.formulas, given, _BETWEEN[method])}


def _table_values(gold: Page, found: Page) -> dict[str, float]:
    if not gold.tables:
        return {}
    pairs = [pair for pair in match(gold.tables, found.tables, "simple_match") if pair.golds]
    tables = [
        (found.tables[pair.found[0]].table if pair.found else (), gold.tables[pair.golds[0]].table) for pair in pairs
    ]
    return {
        "table_teds": sum(teds(ours, theirs) for ours, theirs in tables) / len(tables),
        "table_edit_dist": _edit_share(pairs, gold.tables, found.tables),
        "table_teds_structure_only": sum(teds(*pair, structure_only=True) for pair in tables) / len(tables),
    }


def _ideal_reply(sample: Sample) -> str:
    """Return the blocks of the annotation in their order."""
    blocks = sorted(sample.private["page"]["layout_dets"], key=lambda block: block.get("order") or 0)
    parts = []
    for block in blocks:
        if block["category_type"] == "equation_isolated":
            parts.append(f"$$\n{str(block.get('latex') or '').strip().strip('$')}\n$$")
        else:
            parts.append(str(block.get("html") or block.get("text") or ""))
    return "\n\n".join(part for part in parts if part)

"""Unit tests of a page's transcription (olmOCR-Bench): texts that are there or not, their order, cells, formulas.

A test passes or fails; thresholds of resemblance and the meaning of each kind are those of the official evaluator.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.core.errors import RecordError

from .formulas import formula_form, formulas_in
from .table_grid import Grid, Place, grid_of
from .tables import html_tables, markdown_tables
from .text_measures import MOST, transcribed

Test = Mapping[str, Any]
_LEAST = 0.5  # resemblance of two cells
_BOLD = re.compile(r"(\*\*|__)(.{1,1000}?)\1")
_ITALIC = re.compile(r"([*_])(.{1,1000}?)\1")
_MARKUP = re.compile(r"<br\s?/?>|</?[bi]>", re.IGNORECASE)
_PICTURE = re.compile(r"!\[[^\]\n]{0,500}\]\([^)\n]{0,500}\)")
_SIGNS = str.maketrans("‘’‚“”„＿–—‑‒−µ", "'''\"\"\"_-----μ")
_FOREIGN = re.compile("[\u4e00-\u9fff\u3040-\u30ff\U0001f600-\U0001f64f\U0001f300-\U0001f6ff\U0001f1e0-\U0001f1ff]")
_MOST_FAILED = 20  # failed tests that a record names
_LONGEST_NGRAM = 5


def page_tests() -> Scorer:
    """Return the scorer. Metric ``pass_rate``, over the tests of all pages together."""
    return Scorer("page_tests", ("pass_rate",), _score, _ideal_reply)


def checked(tests: Iterable[Test]) -> list[Test]:
    """Return the tests of a page.

    Raises:
        RecordError: One is of an unknown kind, or lacks what its kind needs.
    """
    found = list(tests)
    if not found:
        raise RecordError("it has no tests, so that nothing of its page can be checked.")
    for test in found:
        kind = str(test.get("type"))
        if kind not in _KINDS:
            raise RecordError(f"a test of type {kind!r}. Known types: {', '.join(_KINDS)}.")
        if missing := [name for name in _KINDS[kind][1] if not str(test.get(name) or "").strip()]:
            raise RecordError(f"test {test.get('id')!r} of type {kind} has no {missing[0]}.")
    return found


def _score(text: str, sample: Sample) -> Score:
    page = transcribed(text)
    page = "" if page.lower() == "null" else page
    tests = sample.private["tests"]
    failed = [str(test.get("id", number)) for number, test in enumerate(tests) if not _passes(test, page)]
    about = {"weights": {"pass_rate": float(len(tests))}, "failed_tests": failed[:_MOST_FAILED]}
    return Score.of({"pass_rate": 1 - len(failed) / len(tests)}, answer=page[:200] or None, metadata=about)


def _passes(test: Test, page: str) -> bool:
    return _KINDS[test["type"]][0](test, page)


def normal(text: str) -> str:
    """Return a text without bold and italics, with single blanks, ASCII quotes and hyphens."""
    plain = _MARKUP.sub(lambda tag: " " if "br" in tag[0].lower() else "", text[:MOST])
    plain = _ITALIC.sub(r"\2", _BOLD.sub(r"\2", plain))
    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", plain)).translate(_SIGNS)


def _threshold(test: Test, text: str) -> float:
    return 1.0 - int(test.get("max_diffs") or 0) / max(len(text), 1)


def _is_present(test: Test, page: str) -> bool:
    from rapidfuzz import fuzz

    text, page = normal(test["text"]), normal(page)
    if not test.get("case_sensitive", True):
        text, page = text.lower(), page.lower()
    first, last = int(test.get("first_n") or 0), int(test.get("last_n") or 0)
    if first or last:
        page = page[:first] + (page[-last:] if last else "")
    # A page that is shorter than the text must not count as a passage of it.
    resemblance = fuzz.partial_ratio if len(page) >= len(text) else fuzz.ratio
    return resemblance(text, page) / 100 >= _threshold(test, text)


def _is_absent(test: Test, page: str) -> bool:
    return not _is_present(test, page)


def _in_order(test: Test, page: str) -> bool:
    """Return whether one text starts before another; each may differ by ``max_diffs`` edits."""
    page, most = normal(page), int(test.get("max_diffs") or 0)
    starts = _starts(normal(test["before"]), page, most)
    ends = _starts(normal(test["after"]), page, most)
    return bool(starts) and bool(ends) and min(starts) < max(ends)


def _starts(text: str, page: str, most: int) -> list[int]:
    """Return the first and the last place at which a text occurs in a page with at most so many edits."""
    exact = (page.find(text), page.rfind(text))
    if not most:
        return list(exact) if exact[0] >= 0 else []
    near = [*_near(text, page, most), *(place for place in exact if place >= 0)]
    return [min(near), max(near)] if near else []


def _near(text: str, page: str, most: int) -> list[int]:
    """Return starts of passages of a page that are the text but for some edits.

    Of ``most + 1`` pieces of the text, one is unchanged in every such passage: only around it need edits be counted.
    """
    from rapidfuzz.distance import Levenshtein

    size = max(1, len(text) // (most + 1))
    found: list[int] = []
    for offset in range(0, len(text) - size + 1, size):
        piece = text[offset : offset + size]
        places = _places(piece, page)
        for place in [*places[:_MOST_TRIED], *places[_MOST_TRIED:][-_MOST_TRIED:]]:
            start = max(0, place - offset - most)
            window = page[start : place - offset + len(text) + most]
            best = _best_start(text, window, most, Levenshtein.distance)
            if best is not None:
                found.append(start + best)
    return found


_MOST_TRIED = 200


def _places(piece: str, page: str) -> list[int]:
    places: list[int] = []
    at = page.find(piece)
    while at >= 0:
        places.append(at)
        at = page.find(piece, at + 1)
    return places


def _best_start(text: str, window: str, most: int, distance: Callable[..., int]) -> int | None:
    """Return where in a window the text starts with the fewest edits; None if there are too many."""
    best: tuple[int, int] | None = None
    for start in range(min(2 * most, len(window)) + 1):
        for end in range(max(start, start + len(text) - most), min(len(window), start + len(text) + most) + 1):
            edits = distance(text, window[start:end], score_cutoff=most)
            if edits <= most and (best is None or edits < best[0]):
                best = (edits, start)
    return best[1] if best else None


_SIDES = ("up", "down", "left", "right", "top_heading", "left_heading")


def _has_cells(test: Test, page: str) -> bool:
    """Return whether a table has the cell, with the given cells beside it and as its headings."""
    tables = [] if test.get("ignore_markdown_tables") else markdown_tables(page)
    wanted = {side: normal(test[side]) for side in _SIDES if test.get(side)}
    cell = normal(test["cell"])
    return any(
        all(
            any(_alike(test, text, grid.text(near)) for near in _beside(grid, place, side))
            for side, text in wanted.items()
        )
        for grid in map(grid_of, [*tables, *html_tables(page)])
        for place in grid.cells
        if _alike(test, cell, grid.text(place))
    )


def _beside(grid: Grid, place: Place, side: str) -> set[Place]:
    if side == "top_heading":
        return grid.headings(place, "up")
    if side == "left_heading":
        return grid.headings(place, "left")
    return grid.neighbours(place, side)


def _alike(test: Test, text: str, cell: str) -> bool:
    from rapidfuzz import fuzz

    return fuzz.ratio(text, normal(cell)) / 100 >= max(_LEAST, _threshold(test, text))


def _is_sound(test: Test, page: str) -> bool:
    """Return whether a page has text, does not end in repetitions, and holds no other scripts or emoji."""
    if test.get("max_length") is not None:  # a page that should be blank
        shown = _PICTURE.sub("", page) if test.get("max_length_skips_image_alt_tags") else page
        return sum(map(str.isalnum, shown)) <= test["max_length"]
    if not any(map(str.isalnum, page)):
        return False
    words = re.sub(r"\s+", " ", page)
    if any(_repeats(words, size) > test.get("max_repeats", 30) for size in range(1, _LONGEST_NGRAM + 1)):
        return False
    return not (test.get("check_disallowed_characters", True) and _FOREIGN.search(page))


def _repeats(text: str, size: int) -> int:
    """Return how often the last ``size`` characters are repeated at the end of a text."""
    last, count = text[-size:], 0
    at = len(text) - size
    while at >= 0 and text[at : at + size] == last:
        count, at = count + 1, at - size
    return count


def _has_formula(test: Test, page: str) -> bool:
    """Return whether a formula of the page is the given one, in the same LaTeX but for blanks and spacing."""
    wanted = formula_form(test["math"])
    return any(formula_form(formula) == wanted for formula in formulas_in(page))


_KINDS: Mapping[str, tuple[Callable[[Test, str], bool], tuple[str, ...]]] = {
    "present": (_is_present, ("text",)),
    "absent": (_is_absent, ("text",)),
    "order": (_in_order, ("before", "after")),
    "table": (_has_cells, ("cell",)),
    "math": (_has_formula, ("math",)),
    "baseline": (_is_sound, ()),
}


def _ideal_reply(sample: Sample) -> str:
    """Return a page that passes its tests: their texts in the order of the tests, and a table for each cell."""
    parts: list[str] = []
    for test in sample.private["tests"]:
        if test["type"] == "present":
            parts.append(test["text"])
        elif test["type"] == "order":
            parts += [test["before"], test["after"]]
        elif test["type"] == "math":
            parts.append(f"$${test['math'].strip('$')}$$")
        elif test["type"] == "table":
            parts.append(_ideal_table(test))
    return "\n\n".join(parts) or "A"


def _ideal_table(test: Test) -> str:
    rows = [
        ["", "", test.get("top_heading") or "", ""],
        ["", "", test.get("up") or "", ""],
        [test.get("left_heading") or "", test.get("left") or "", test["cell"], test.get("right") or ""],
        ["", "", test.get("down") or "", ""],
    ]
    kinds = [["th"] * 4, *[["th", "td", "td", "td"]] * 3]
    lines = (
        "".join(f"<{kind}>{text}</{kind}>" for text, kind in zip(row, names, strict=True))
        for row, names in zip(rows, kinds, strict=True)
    )
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"

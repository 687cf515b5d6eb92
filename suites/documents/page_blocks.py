"""The blocks of a page, as its annotation lists them and as a transcription in Markdown writes them (OmniDocBench)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .tables import Table, html_tables, latex_tables, markdown_tables

_COUNTED = frozenset(["text_block", "title", "code_txt", "code_txt_caption", "reference"])
_BESIDE = """equation_caption figure_caption figure_footnote table_caption table_footnote code_algorithm
    code_algorithm_caption header footer page_footnote page_number"""
_TEXT = _COUNTED.union(_BESIDE.split())
_MOST = 500  # blocks of a kind
_PICTURE = re.compile(r"!\[[^\]\n]{0,500}\]\([^)\n]{0,500}\)")
_TABLE = re.compile(
    r"<table\b.{0,200000}?(?:</table>|\Z)|\\begin\{tabular\}.{0,200000}?(?:\\end\{tabular\}|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_BARS = re.compile(r"(?:^[ \t]{0,20}\|[^\n]{0,5000}\|[ \t]{0,20}(?:\n|\Z)){2,500}", re.MULTILINE)
_DISPLAY = re.compile(r"\$\$(.{1,2000}?)\$\$|\\\[((?:(?!\\\[).){1,2000}?)\\\]", re.DOTALL)
_INLINE = re.compile(r"\$([^$\n]{1,500})\$|\\\(((?:(?!\\\().){1,500}?)\\\)")
_CODE = re.compile(r"```\w{0,20}\n(.{0,20000}?)```", re.DOTALL)
_COMMAND = re.compile(r"\\(?:title|section|text|textbf)\*?\s?\{([^{}]{0,500})\}")
_STYLE = re.compile(
    r"\\(?:math(?:bf|rm|normal|it|bb|cal|scr|frak|sf|tt)|text(?:bf)?|bold(?:math|symbol)|operatorname|bm|sym(?:bf|bfit)"
    r"|notag|quad|qquad|space|thinspace|medspace|thickspace|enspace)(?![a-zA-Z])"
)
_NOISE = re.compile(r"\\(?:tag|hspace|begin|end)\*?\{[^{}]{0,100}\}|\\[,;:!]|\s+")
_GREEK = re.compile(r"\\([A-Za-z][a-z]{1,10})(?![a-zA-Z])")
_OTHER = re.compile(r"[^\w]")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a page.

    Attributes:
        text: In the form that is compared.
        raw: The words as they are written; of a table its cells.
        order: Its place in the reading order; 0 if it has none.
        counted: False for captions, headers and the like, which are matched lest others be taken for them; and for
            formulas within a line, which may be annotated as set apart.
    """

    text: str
    raw: str = ""
    order: float = 0
    counted: bool = True
    table: Table = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The blocks of a page by kind."""

    texts: tuple[Block, ...] = ()
    formulas: tuple[Block, ...] = ()
    tables: tuple[Block, ...] = ()


def annotated(page: Mapping[str, Any]) -> Page:
    """Return the blocks of an annotation, in reading order; parts of a text that is cut in two are joined."""
    blocks = [block for block in _joined(page) if not block.get("ignore")]
    ordered = sorted(blocks, key=lambda block: block.get("order") or 0)
    texts = [_text(b.get("text"), b.get("order"), b["category_type"]) for b in ordered if b["category_type"] in _TEXT]
    formulas = [b.get("latex") or "" for b in ordered if b["category_type"] == "equation_isolated"]
    tables = [table for b in ordered if b["category_type"] == "table" for table in _tables_of(b)]
    return Page(
        tuple(block for block in texts if block.text),
        tuple(block for latex in formulas if (block := _formula(latex)).text),
        tuple(tables),
    )


def _tables_of(block: Mapping[str, Any]) -> list[Block]:
    found = html_tables(block.get("html") or "") or latex_tables(block.get("latex") or "")
    return [_table(table) for table in found[:1] if table]


def _joined(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    blocks = {block["anno_id"]: dict(block) for block in page["layout_dets"]}
    relations = (page.get("extra") or {}).get("relation") or ()
    groups: list[set[Any]] = []
    for relation in relations:
        if relation.get("relation_type") == "truncated":
            ends = {relation["source_anno_id"], relation["target_anno_id"]}
            touching = [group for group in groups if group & ends]
            groups = [group for group in groups if not group & ends] + [ends.union(*touching)]
    for group in groups:
        parts = sorted((blocks[one] for one in group if one in blocks), key=lambda block: block.get("order") or 0)
        if parts:
            parts[0]["text"] = "".join(str(part.get("text") or "") for part in parts)
            for part in parts[1:]:
                del blocks[part["anno_id"]]
    return list(blocks.values())


def transcription(text: str) -> Page:
    """Return the blocks of a page in Markdown: paragraphs, display formulas, tables in HTML, LaTeX or with bars."""
    page = _PICTURE.sub("", text)
    tables: list[tuple[int, Table]] = []
    for pattern in (_TABLE, _BARS):
        for found in pattern.finditer(page):
            read = html_tables(found[0]) or latex_tables(found[0]) or markdown_tables(found[0])
            tables += [(found.start(), table) for table in read if table]
        page = pattern.sub(_blank, page)
    apart = "\n\n" if "\n\n" in text else "\n"
    formulas = [_formula(next(filter(None, found.groups()))) for found in _DISPLAY.finditer(page)]
    page = _DISPLAY.sub(_blank, page)
    inline = (_formula(next(filter(None, found.groups()))) for found in _INLINE.finditer(page))
    formulas += [replace(formula, counted=False) for formula in inline]
    page = _COMMAND.sub(r"\1", _CODE.sub(_code, page))
    texts = (_text(part) for part in page.split(apart))
    return Page(
        _kept(texts),
        _kept(formulas),
        tuple(_table(table) for _, table in sorted(tables, key=_start)[:_MOST]),
    )


def _start(found: tuple[int, Table]) -> int:
    return found[0]


def _blank(found: re.Match[str]) -> str:
    return "\n\n"


def _code(found: re.Match[str]) -> str:
    return f"\n\n{re.sub(chr(10) + '+', chr(10), found[1])}\n\n"


def _kept(blocks: Iterable[Block]) -> tuple[Block, ...]:
    return tuple([block for block in blocks if block.text][:_MOST])


def _text(text: Any, order: Any = 0, category: str = "text_block") -> Block:
    raw = str(text or "").strip()
    return Block(text_form(raw), raw, float(order or 0), category in _COUNTED)


def text_form(text: str) -> str:
    """Return letters and digits of a text, formulas within it without their commands."""
    plain = _INLINE.sub(lambda found: _GREEK.sub(_letter, found[1] or found[2] or ""), text)
    return _OTHER.sub("", plain.replace("\\t", "").replace("\\n", ""))


def _letter(command: re.Match[str]) -> str:
    size = "CAPITAL" if command[1][0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {command[1].upper()}")
    except KeyError:
        return ""


def _formula(latex: str) -> Block:
    bare = latex.strip()
    for opening, closing in (("$$", "$$"), ("\\[", "\\]"), ("$", "$")):
        bare = bare.removeprefix(opening).removesuffix(closing)
    return Block(_STYLE.sub("", _NOISE.sub("", _STYLE.sub("", bare))).strip(".").lower(), latex)


def _table(table: Table) -> Block:
    rows = (
        "".join(f"<td{_span('col', cell.columns)}{_span('row', cell.rows)}>{cell.text}</td>" for cell in row)
        for row in table
    )
    body = "".join(f"<tr>{unicodedata.normalize('NFKC', row)}</tr>" for row in rows)
    return Block(f'<html><body><table border="1" >{body}</table></body></html>', table=table)


def _span(kind: str, size: int) -> str:
    return f' {kind}span="{size}"' if size > 1 else ""

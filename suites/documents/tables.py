"""Tables in a reply, written in HTML, Markdown or LaTeX, as rows of cells.

Replies are hostile: every expression is bounded, nothing recurses, and a table has at most `MOST_CELLS` cells.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

MOST_CELLS = 4000
_MOST_TABLES = 100
_WIDEST = 100  # rows or columns of one cell
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})([^<>]{0,500})>")
_COMMENT = re.compile(r"<!--.{0,500}?-->", re.DOTALL)
_SPAN = re.compile(r"\b(row|col)span\s?=\s?[\"']?\s?(\d{1,4})", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_RULE = re.compile(r"[\s|:+-]*-[\s|:+-]*")
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, how many rows and columns it fills, and whether it is a heading."""

    text: str
    rows: int = 1
    columns: int = 1
    heading: bool = False


Table = tuple[tuple[Cell, ...], ...]


def html_tables(text: str) -> list[Table]:
    """Return the tables that a text holds in HTML; a table inside a cell is text of the cell."""
    return list(_html(_COMMENT.sub("", text)))[:_MOST_TABLES]


class _Open:
    """A table that is being read."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []
        self.cell: Cell | None = None
        self.words: list[str] = []
        self.inner = 0
        self.in_head = False
        self.cells = 0

    def nested(self, closing: bool) -> bool:
        """Count a tag of a table inside a cell; False if it ends this table."""
        if closing and not self.inner:
            return False
        self.inner += -1 if closing else 1
        self.words.append(" ")
        return True

    def end_cell(self) -> None:
        if self.cell is not None and self.cells < MOST_CELLS:
            words = _BLANKS.sub(" ", html.unescape("".join(self.words))).strip()
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append(replace(self.cell, text=words))
            self.cells += 1
        self.cell, self.words, self.inner = None, [], 0

    def end_row(self) -> None:
        self.end_cell()
        if self.cells < MOST_CELLS and len(self.rows) < MOST_CELLS:
            self.rows.append([])

    def table(self) -> Table:
        self.end_cell()
        rows = [row for row in self.rows if row]
        return tuple(
            tuple(replace(cell, rows=len(rows) - at) if cell.rows == 0 else cell for cell in row)
            for at, row in enumerate(rows)
        )


def _html(text: str) -> Iterator[Table]:
    table: _Open | None = None
    before = 0
    for tag in _TAG.finditer(text):
        if table is not None and table.cell is not None:
            table.words.append(text[before : tag.start()])
        before, closing, name = tag.end(), bool(tag[1]), tag[2].lower()
        if table is None:
            table = _Open() if name == "table" and not closing else None
        elif name == "table" and not (table.cell is not None and table.nested(closing)):
            yield table.table()
            table = None if closing else _Open()
        elif table.inner:
            table.words.append(" ")
        else:
            _part(table, name, closing, tag[3])
    if table is not None:
        if table.cell is not None:
            table.words.append(text[before:])
        yield table.table()


def _part(table: _Open, name: str, closing: bool, attributes: str) -> None:
    """Take a tag inside a table."""
    if name == "tr":
        table.end_row()
    elif name in ("td", "th"):
        table.end_cell()
        if not closing:
            spans = {kind.lower(): min(int(size), _WIDEST) for kind, size in _SPAN.findall(attributes)}
            heading = name == "th" or table.in_head
            table.cell = Cell("", spans.get("row", 1), spans.get("col", 1) or 1, heading)
    elif name in ("thead", "tbody", "tfoot"):
        table.end_row()
        table.in_head = name == "thead" and not closing
    elif name in ("br", "p", "div", "li") and table.cell is not None:
        table.words.append(" ")


def markdown_tables(text: str) -> list[Table]:
    """Return the tables that a text holds as lines with bars; their first rows and columns are headings."""
    found: list[Table] = []
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if "|" in line:
            if len(rows) < MOST_CELLS:
                rows.append(_bar_cells(line))
            continue
        if len(rows) > 1 and len(found) < _MOST_TABLES and (table := _headed([row for row in rows if row])):
            found.append(table)
        rows = []
    return found


def _bar_cells(line: str) -> list[str]:
    """Return the cells of a line; none if it is the rule under the headings."""
    if _RULE.fullmatch(line[:2000]):
        return []
    cells = [cell.strip().replace("\\|", "|") for cell in _BAR.split(line)[:MOST_CELLS]]
    if cells and not cells[0]:
        cells = cells[1:]
    return cells[:-1] if cells and not cells[-1] else cells


def _headed(rows: list[list[str]]) -> Table:
    left = MOST_CELLS
    table: list[tuple[Cell, ...]] = []
    for row in rows:
        table.append(tuple(Cell(text, heading=not table or not at) for at, text in enumerate(row[:left])))
        left -= len(row)
        if left <= 0:
            break
    return tuple(table)


_TABULAR = re.compile(r"\\begin\s?\{(tabular[xy*]?|array|longtable)\}")
_LINES = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|centering|(?:cline|cmidrule)(?:\([lr]{1,2}\))?\s?\{[^{}]{0,20}\})"
)
_MULTI = re.compile(r"\\multi(row|column)\s?(?:\[[^\]]{0,10}\])?\{\s?(\d{1,3})\s?\}\s?(?:\{[^{}]{0,60}\}|\*)\s?\{")
_STYLE = re.compile(
    r"\\(?:textbf|textit|emph|text|mathrm|mathbf|makecell|shortstack|underline|rm|bf|textrm)\s?\{([^{}]{0,500})\}"
)
_AMPERSAND = re.compile(r"(?<!\\)&")


def latex_tables(text: str) -> list[Table]:
    """Return the tables that a text holds in LaTeX (``tabular``, ``array``, ``longtable``); not those inside a cell."""
    found: list[Table] = []
    at = 0
    while len(found) < _MOST_TABLES and (begin := _TABULAR.search(text, at)):
        end = text.find(f"\\end{{{begin[1]}}}", begin.end())
        body = text[_after_columns(text, begin.end()) : end if end >= 0 else len(text)]
        at = end + 1 if end >= 0 else len(text)
        rows = (
            _LINES.sub(" ", row).strip()
            for row in re.split(r"\\\\(?:\[[^\]]{0,10}\])?|\\tabularnewline", body)[:MOST_CELLS]
        )
        cells = [[_latex_cell(cell) for cell in _AMPERSAND.split(row, MOST_CELLS)] for row in rows if row]
        found.append(_below_spans(cells))
    return found


def _after_columns(text: str, start: int) -> int:
    """Return where the specification of the columns, in nested braces, ends."""
    depth, at = 0, start
    for at in range(start, min(len(text), start + 500)):
        sign = text[at]
        depth += (sign == "{") - (sign == "}")
        if depth == 0 and sign not in "}[] tbc\n" and text[at - 1] != "}":
            return at
        if depth == 0 and sign == "}" and text[at + 1 : at + 2] != "{":
            return at + 1
    return at


def _latex_cell(cell: str) -> Cell:
    rows = columns = 1
    for _ in range(2):  # a cell of several rows inside one of several columns, or the other way round
        if not (span := _MULTI.search(cell)):
            break
        rows, columns = (int(span[2]), columns) if span[1] == "row" else (rows, int(span[2]))
        cell = cell[: span.start()] + cell[span.end() :].rstrip().removesuffix("}")
    for _ in range(3):
        cell = _STYLE.sub(r"\1", cell)
    plain = re.sub(r"\\([%$#&_{}])", r"\1", cell.replace("~", " "))
    return Cell(_BLANKS.sub(" ", plain).strip(), min(max(rows, 1), _WIDEST), min(max(columns, 1), _WIDEST))


def _below_spans(rows: list[list[Cell]]) -> Table:
    """Return the rows without the empty cells that LaTeX wants under a cell of several rows."""
    open_until: dict[int, int] = {}
    table: list[tuple[Cell, ...]] = []
    for number, row in enumerate(rows):
        kept: list[Cell] = []
        column = 0
        for cell in row[:MOST_CELLS]:
            covered = open_until.get(column, 0) > number and not cell.text
            if not covered:
                kept.append(cell)
                open_until.update(dict.fromkeys(range(column, column + cell.columns), number + cell.rows))
            column += cell.columns
        table.append(tuple(kept))
    return tuple(table)

"""Verdicts on the options of a question, one a row of a table or a line of a list: ``| B | ✅ Correct |``."""

from __future__ import annotations

import re

from .options import Options, bare, claimed

_LINES = 200
_WIDEST = 2000
_CELLS = 24
_CLAUSE = 400
_RIGHT, _WRONG = "right", "wrong"
_MARKS = {**dict.fromkeys("✅✔☑✓√👍🟢⭕◯○", _RIGHT), **dict.fromkeys("❌✗✘✖✕❎👎🔴⛔🚫☒×", _WRONG)}
_MARK = re.compile(f"[{''.join(_MARKS)}]")
_WORD = re.compile(
    r"(?:the |this is |is |it is |that is |most |clearly |definitely |best |最|是|为){0,3}"
    r"(?:(?P<wrong>incorrect|not (?:correct|right|true|the (?:correct |right |best )?answer)|wrong|false|no|invalid|n|f"
    r"|falsch|inkorrekt|unzutreffend|incorrect[aeo]s?|fals[oa]|fau(?:x|sse)|errad[oa]|errat[oa]|sbagliat[oa]|неверно"
    r"|неправильно"
    r"|不正确|不对|不符合|不成立|错误|错|否|不是|不选|排除|误|eliminated?|ruled out|rejected?|excluded?)"
    r"|(?P<right>correct|right|true|yes|valid|y|t|(?:correct |right |best )?(?:answer|choice|option)|accurate|best"
    r"|richtig|korrekt|zutreffend|correct[aeo]|vrai|juste|cert[oa]|corrett[oa]|verdader[oa]|верно|правильно"
    r"|正确|对|符合|成立|是|真|应选|选择|选))(?![^\W\d_一-鿿])",
    re.IGNORECASE,
)
# Any words may follow these; "no change" and "right angle" are not verdicts.
_PLAINEST = ("correct", "incorrect", "wrong", "answer", "正确", "错误")
_OTHER_WORD = re.compile(
    r" (?!(?:because|as|since|due|it|this|that|answer|option|choice|statement|by)(?![a-z]))[A-Za-z]", re.IGNORECASE
)
_HEADS = re.compile(r"verdict|correct|right|answer|judge?ment|evaluation|结论|判断|正确|是否|评价|结果", re.IGNORECASE)
_RULE = re.compile(r"[\s|:+=-]{3,}")
_HTML = re.compile(r"</?(?:tr|td|th|tbody|thead|table)(?: [^>]{0,80})?>", re.IGNORECASE)
_DRESS = " \t*_`\"'()[]:.,;!~。，；！\ufe0f"
_DASH = re.compile(r"\s?(?:\s[—–-]{1,2}\s|[:：]\s?|->|→|=>)\s?")
_BRACKETED = re.compile(r"[(（]([^()（）]{1,30})[)）]\W{0,4}$")
_ROW_NUMBER = re.compile(
    r"\d{1,2}[.)]\s{1,3}(?=[*_]{0,3}(?:(?:option|choice|answer)\s|选项|\(?[A-Z](?:[).:]|\s?[—–-]|\s?[✅✔☑✓❌✗✘✖])))",
    re.IGNORECASE,
)
# "Option A is incorrect: ..."; a letter alone may be a statement of the question ("A is true").
_OF_OPTION = re.compile(
    r"[*_]{0,3}(?:option|choice|answer|选项)\s{0,2}\(?([A-Z])\)?[*_]{0,3}\s(?:is|was|looks|seems)\s", re.IGNORECASE
)
_NAMED = re.compile(r"(?:option|choice|answer|选项)\s{0,2}", re.IGNORECASE)


def tabled(reply: str, options: Options) -> tuple[str, ...] | None:
    """Return the options that a table or list of verdicts calls right; None without such a list.

    There has to be a verdict on two options at least. One on which the rows of an option disagree is none.
    """
    if not (_MARK.search(reply) or "|" in reply or "\n" in reply or "│" in reply or "<td" in reply):
        return None
    lines = _HTML.sub("|", reply.replace("│", "|").replace("</tr>", "\n")).split("\n")[-_LINES:]
    found: dict[str, set[str]] = {}
    column: int | None = None
    heads: tuple[str | None, ...] = ()
    named: str | None = None  # by the line before, which gives no verdict
    for line in (line[:_WIDEST] for line in lines):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")][:_CELLS]
        if len(cells) > 1 and not _RULE.fullmatch(line):
            if across := _across(heads, cells):
                for head, said in across.items():
                    found.setdefault(head, set()).add(said)
                continue
            heads = _heads(cells, options) or heads
            label, verdict = _row(cells, column, options)
            if label is None:
                column = _headed(cells)
        else:
            label, verdict = _listed(line, options)
            if not label and named and (verdict := _verdict(line.strip(" \t-*•>"))):
                label = named
            named = named if not line.strip() else None if label else _label(line.strip()[:200], options)
        if label:
            found.setdefault(label, set()).add(verdict)
    if sum(verdicts in ({_RIGHT}, {_WRONG}) for verdicts in found.values()) < 2 and len(found) < 2:
        return None
    return tuple(label for label in options.labels if found.get(label) == {_RIGHT}) or None


def _heads(cells: list[str], options: Options) -> tuple[str | None, ...]:
    """Return the labels at the head of the columns of a row; empty when fewer than two cells are one."""
    labels = tuple(bare(cell, options) for cell in cells)
    return labels if sum(label is not None for label in labels) > 1 else ()


def _across(heads: tuple[str | None, ...], cells: list[str]) -> dict[str, str]:
    """Return the verdicts of a row by the labels its columns are headed with; empty if it is not such a row."""
    if len(heads) != len(cells):
        return {}
    said = {label: _verdict(cell) for label, cell in zip(heads, cells, strict=True) if label}
    return said if all(said.values()) else {}


def _headed(cells: list[str]) -> int | None:
    """Return the number of the column whose heading promises a verdict, None when none does, or it is the first."""
    fitting = [number for number, cell in enumerate(cells) if number and _HEADS.search(cell)]
    return fitting[-1] if fitting else None


def _row(cells: list[str], column: int | None, options: Options) -> tuple[str | None, str]:
    """Return the label of a row and its verdict, which is empty when it gives none."""
    labels = [_label(cell, options) for cell in cells[:3]]
    label = next((label for label in labels if label), None)
    if label is None:
        return None, ""
    rest = cells[labels.index(label) + 1 :] or cells[: labels.index(label)]
    said = [_verdict(cell) for cell in cells]
    if column is not None and labels.index(label) < column < len(cells) and said[column]:
        return label, said[column]
    verdicts = [one for cell in rest if options.of_text(cell) != label and (one := _verdict(cell))]
    if verdicts:
        return label, verdicts[-1]
    return label, _marked(cells[labels.index(label)])


def _label(cell: str, options: Options) -> str | None:
    cell = _MARK.sub("", cell).strip(_DRESS)
    if label := bare(cell, options):
        return label
    start = _NAMED.match(cell)
    found = claimed(cell[start.end() :] if start else cell, options, at_start=True)
    return found[0] if found and len(found) == 1 else None


def _verdict(text: str) -> str:
    """Return the verdict a cell begins with; empty when it gives none."""
    if mark := _marked(text):
        return mark
    text = text.strip(_DRESS)
    word = _WORD.match(text)
    if word is None:
        return _last_clause(text)
    if word.end() < len(text) and text[word.end()] not in " ,.;:!()-—–*_`（，。；：、":
        return ""
    if text[word.end() : word.end() + 1] == " " and not word.group().lower().endswith(_PLAINEST):
        return "" if _OTHER_WORD.match(text, word.end()) else (_WRONG if word.group("wrong") else _RIGHT)
    return _WRONG if word.group("wrong") else _RIGHT


def _last_clause(text: str) -> str:
    """Return the verdict that is the last clause of a text: "Follows from the definition; correct"."""
    clause = re.split(r"; |, (?:so |hence |thus |therefore )|\. (?=[A-Z])| [—–-] ", text[-_CLAUSE:])
    word = _WORD.fullmatch(clause[-1].strip(_DRESS)) if len(clause) > 1 else None
    return "" if word is None else _WRONG if word.group("wrong") else _RIGHT


def _marked(text: str) -> str:
    """Return the verdict of the signs in a text; empty when they disagree, or there is none."""
    marks = {_MARKS[sign] for sign in _MARK.findall(text)}
    return marks.pop() if len(marks) == 1 else ""


def _listed(line: str, options: Options) -> tuple[str | None, str]:
    """Return the label a line begins with, and the verdict on it before or after it; otherwise nothing."""
    text = line.strip().lstrip("-•>#+* ").strip()
    text = text[numbered.end() :] if (numbered := _ROW_NUMBER.match(text)) else text
    if (named := _OF_OPTION.match(text)) and named.group(1).upper() in options.labels:
        said = _verdict(text[named.end() :])
        return (named.group(1).upper(), said) if said else (None, "")
    label = _label(text[:200], options)
    if label is None:
        return None, ""
    if mark := _marked(text):
        return label, mark
    parts = _DASH.split(text)
    for part in (*parts[1:2], *parts[-1:]):
        if len(parts) > 1 and options.of_text(part) != label and (said := _verdict(part)):
            return label, said
    mark, rest = text[text.upper().find(label) + 1 :][:1], text[text.upper().find(label) + 2 :]
    if len(parts) == 1 and mark in (".", ")") and options.of_text(rest) != label and (said := _verdict(rest)):
        return label, said
    inside = _BRACKETED.search(text)
    return (label, said) if inside and (said := _verdict(inside.group(1))) else (None, "")

"""Answers to fill in, one or several, in Chinese exams: ``答案(1)：3 答案(2)：5``, ``①3；②5``, ``3，5``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from evalscope_pytest import Sample
from evalscope_pytest.scoring import readers
from evalscope_pytest.scoring.compare.math_equal import Leniency
from evalscope_pytest.scoring.compare.math_equal import same as same_mathematics
from evalscope_pytest.scoring.read.marker import without_lead_in
from evalscope_pytest.scoring.read.visible import fold, visible
from evalscope_pytest.scoring.readers import plain

from .physical_quantity import quantity_of, same_quantity, with_unit

_TAIL = 6000
_LONGEST = 300
_MOST = 20
_NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩"
_CHINESE = "一二三四五六七八九十"
_LABEL = re.compile(
    rf"(?:(?:答案|问题|小题|空格?|填空|blank|answer)\s?[(]?\s?(?P<word>\d{{1,2}})\s?[)]?|[(]\s?(?P<bracket>\d{{1,2}})\s?[)]"
    rf"|(?P<circle>[{_NUMBERS}])|第\s?(?P<nth>[{_CHINESE}]|\d{{1,2}})\s?[个]?\s?[空问题处小]{{1,3}}"
    rf"|(?:^|(?<=\n))\s{{0,3}}(?P<line>\d{{1,2}})\s?[.、:)])"
    r"\s?(?:应?(?:填入?|是|为)|的?答案[是为]?)?\s?[:=]?\s?",
    re.IGNORECASE,
)
_END = re.compile(r"[;；。\n]|\.(?=\s|$)")
_BETWEEN = (
    re.compile(r"\s?[;；\n|]\s?"),
    re.compile(r"\s?[,，、]\s?"),
    re.compile(r"\s?[和与及]\s?|\s(?:and)\s|\s{1,4}"),
)
_LEADS = re.compile(
    r"^(?:(?:所以|因此|故|即|则|空白|空格?|横线|处|上|中|里|的|最终|正确|结果|答案|应该?|填入?|写|是|为|等于|约|[:=≈\"'“”‘’]|\s)){1,8}"
)
_ASIDE = re.compile(r"\([^()]{0,60}\)$|（[^（）]{0,60}）$")
_EDGES = " \t\r\n。.，,、；;：:!！?？\"'“”‘’*_`《》[]【】"
_DENIED = re.compile(r"^(?:不是|并非|不为|不等于|not\b)|而不是|还是|或|不确定")
_HEADING = re.compile(r"(?:答案|answers?)[*_]{0,3}\s?:[*_]{0,3}[ \t]{0,4}\n", re.IGNORECASE)
_COMES_TO = re.compile(r"等于|得到|得出|应为|即为")


def right_blanks(text: str, golds: Sequence[str], question: str = "") -> int:
    """Return how many blanks a reply fills in rightly, of those that ``golds`` fill in.

    Args:
        question: Decides how mathematical answers are compared.
    """
    reply = fold(visible(text)).strip()[-_TAIL:]
    if not reply or not golds:
        return 0
    filled = [_labelled(reply, len(golds)), *_in_order(text, reply, len(golds))]
    return max((_right(given, golds, question) for given in filled if given), default=0)


def _right(given: Sequence[str], golds: Sequence[str], question: str) -> int:
    return sum(same_blank(one, gold, question) for one, gold in zip(given, golds, strict=False))


def _labelled(reply: str, count: int) -> list[str]:
    """Return what follows the labels 1, 2, ... of the blanks, each time the last one; empty if one is missing."""
    found: dict[int, str] = {}
    labels = list(_LABEL.finditer(reply))
    for label, end in zip(labels, [*(after.start() for after in labels[1:]), len(reply)], strict=False):
        value = _END.split(reply[label.end() : min(end, label.end() + _LONGEST)].strip(), maxsplit=1)[0]
        if value.strip(_EDGES):
            found[_number(label)] = value
    return [found[n] for n in range(1, count + 1)] if all(n in found for n in range(1, count + 1)) else []


def _number(label: re.Match[str]) -> int:
    digits = label["word"] or label["bracket"] or label["nth"] or label["line"]
    if label["circle"]:
        return _NUMBERS.index(label["circle"]) + 1
    return _CHINESE.index(digits) + 1 if digits in _CHINESE else int(digits)


def _in_order(text: str, reply: str, count: int) -> list[list[str]]:
    """Return the readings of a reply that has as many parts as there are blanks."""
    readings = readers.phrase(reply, Sample("", ""))
    claims = [claim for reading in readings for claim in without_lead_in(reading[:_LONGEST])]
    with_units = any(with_unit(_LEADS.sub("", claim.strip(_EDGES))) for claim in claims)
    mathematical = [] if with_units else list(readers.math(text, Sample("", "")))
    if count == 1:
        results = [_COMES_TO.split(claim)[-1] for claim in claims if not _DENIED.search(claim)]
        return [[claim] for claim in [*claims, *mathematical, *results]]
    below = _HEADING.split(reply)[-1].split("\n", _MOST)
    parts = [between.split(claim, _MOST) for claim in [*claims, *mathematical, reply] for between in _BETWEEN]
    filled = ([part for part in found if part.strip(_EDGES)] for found in [below, *parts])
    return [found for found in filled if len(found) == count]


def same_blank(given: str, gold: str, question: str = "") -> bool:
    """Return whether an answer is the reference: the same words, quantity or formula."""
    words, right = (_bare(text) for text in (given, gold))
    if not words or (_DENIED.search(words) and not _DENIED.search(right)):
        return False
    if words == right or _ASIDE.sub("", words).strip(_EDGES) == _ASIDE.sub("", right).strip(_EDGES) != "":
        return True
    one, other = quantity_of(gold.strip(_EDGES)), quantity_of(_LEADS.sub("", given.strip(_EDGES)))
    if one is not None and other is not None:
        return same_quantity(one, other)
    return same_mathematics(gold.strip(_EDGES), given.strip(_EDGES), question, Leniency(measured=True)) is True


def _bare(text: str) -> str:
    words = unicodedata.normalize("NFKC", plain(text)).strip(_EDGES)
    return "".join(_LEADS.sub("", words).strip(_EDGES + "$").split())


def members(gold: str) -> list[str]:
    """Return the blanks of a reference that is one text: parts between semicolons, else the whole."""
    parts = [part for part in re.split(r"\s?[;；]\s?", gold) if part.strip()]
    return parts or [gold]

"""Reading a short free answer: "So the answer is ..." (BIG-Bench Hard), or "Answer: ..." (DROP, TriviaQA)."""

from __future__ import annotations

import re

from .boxes import boxes, inline_points, last_points, points
from .json_text import said
from .marker import EMOJI, announcements, without_reason, without_remark
from .visible import fold

_TAIL = 32_000  # Characters before the end that are read.
_SHOWN = 4000
# A sentence that retracts the text before it is a part of it.
_SENTENCE_END = re.compile(
    r"[.!?](?=\s)(?!\s{1,3}(?:(?:no|wait|sorry|hmm|actually)[,.:!]|(?:or|rather|alternatively|correction)(?![a-z])))|。"
    rf"|\s?(?:{EMOJI}|[✅✔☑✓👍])\ufe0f?(?=\s|$)",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"(?:\b[A-Z]|\b(?:St|Dr|Mr|Mrs|Ms|Jr|Sr|Mt|Ft|No|vs|Prof))$")
_TAG_END = re.compile(r"</[a-z_ ]{0,16}(?:answer|response|solution)>|\[/(?:final[_ ]?)?answer\]", re.IGNORECASE)
_FENCE = re.compile(r"^[\s:*_]{0,8}(?:```|~~~)[a-z]{0,10}[ \t]{0,8}\n")
_WORD_A_LINE = re.compile(
    r"[ \t*_:]{0,8}\n\s{0,8}(?:\*{0,3}[^\W_][\w'-]{0,40}\*{0,3}[ \t]{0,4}\n\s{0,4}){1,200}"
    r"\*{0,3}[^\W_][\w'-]{0,40}\*{0,3}[ \t]{0,4}(?=\n|\Z)"
)
_EDGES = " \t\r\n.…。*_`"
_WRAPPINGS = (("**", "**"), ("\\boxed{", "}"), ("\\text{", "}"), ("$", "$"), ('"', '"'), ("'", "'"), ("`", "`"))
_BRACKETS = (("[", "]"), ("(", ")"), ("<", ">"), ("{", "}"))


def read_phrase(text: str) -> tuple[str, ...]:
    """Return what the reply may be taken to answer, the most literal reading first; empty when it says nothing.

    The readings differ in what belongs to the answer: the points of a list, the rest of the line, its first sentence,
    that without a reason or a remark behind it, each with and without brackets around it (the benchmark's own format
    has some).
    """
    reply = fold(said(text, " "))
    if not reply:
        return ()
    claim = _FENCE.sub("\n", claimed(reply)[:_SHOWN], count=1)
    line = claim.lstrip(" \t\r\n:*_").partition("\n")[0]
    readings = [line, *_parts(line)]
    if listed := points(claim) or inline_points(line):
        readings = [" ".join(map(unwrapped, listed)), " ".join(_parts(point)[-1] for point in listed)]
        readings += [line] if len(listed) == 1 else []
    elif words := _WORD_A_LINE.match(claim):
        readings.append(" ".join(words.group().replace("*", "").strip(" \t\n_:").split()))
    found: dict[str, None] = {}
    for reading in readings:
        bare = unwrapped(reading)
        for candidate in (bare, without_brackets(bare)):
            if candidate:
                found[candidate] = None
    return tuple(found)


def _parts(line: str) -> tuple[str, ...]:
    """Return the first sentence of a line, and that without a reason, a remark, or more than its first word."""
    sentence = first_sentence(line)
    reasonless = without_reason(unwrapped(sentence))
    remarkless = without_remark(unwrapped(reasonless))
    word, _, rest = sentence.partition(",")
    one_word = " " not in word.strip() and (" " in rest.strip() or not rest.strip())  # "True, False" are two answers
    return (*((word,) if one_word else ()), sentence, reasonless, unwrapped(remarkless))


def claimed(reply: str) -> str:
    """Return the text after the last announcement, otherwise in the last box, otherwise on the last line."""
    reply = reply[-_TAIL:]
    claim = _announced(reply)
    if claim is None:
        reply = _TAG_END.sub("", reply)
        box = next(boxes(reply), None)
        claim = box.content if box else last_points(reply[-_SHOWN:]) or reply[-_SHOWN:].splitlines()[-1]
    return claim


def first_sentence(line: str, *, abbreviated: bool = False) -> str:
    """Return ``line`` up to the first full stop; with ``abbreviated`` that of an initial or title ends nothing."""
    for end in _SENTENCE_END.finditer(line):
        if not (abbreviated and _ABBREVIATION.search(line, max(0, end.start() - 6), end.start())):
            return line[: end.start()]
    return line


def _announced(reply: str) -> str | None:
    for marker in announcements(reply):
        claim = reply[marker.end() : marker.end() + _SHOWN]
        claim = _TAG_END.split(claim, 1)[0]
        if claim.strip(_EDGES):
            return claim
    return None


def unwrapped(text: str) -> str:
    """Return ``text`` without the quotes, bold, box or dollars around it."""
    text = edged(text)
    for _ in range(4):
        for opening, closing in _WRAPPINGS:
            if len(text) > len(opening) + len(closing) and text.startswith(opening) and text.endswith(closing):
                text = edged(text[len(opening) : -len(closing)])
                break
        else:
            break
    return text


def edged(text: str, edges: str = _EDGES) -> str:
    """Return ``text`` without the characters ``edges`` at its ends; the point of ``.5`` stays."""
    bare = text.strip(edges)
    before = text[: text.index(bare)] if bare[:1].isdigit() else ""
    return f".{bare}" if before.endswith(".") and not before.endswith("..") else bare


def without_brackets(text: str) -> str:
    """Return ``text`` without the one pair of brackets around it."""
    for opening, closing in _BRACKETS:
        if len(text) > 2 and text.startswith(opening) and text.endswith(closing):
            return unwrapped(text[1:-1])
    return text


_SEPARATORS = (";", "\n", ",", " & ")
_JOINS = ("and ", "& ")
_LONGEST = 1000
_BRACKETED_POINT = re.compile(r"^[(\[](-?\.\d{1,30})[)\]]")  # "(.5)": without its brackets the point would be lost
# Names on lines that end the reply: none of them is a sentence.
_LINES = re.compile(r"[^\n.:;!?]{1,60}(?:\n[^\n.:;!?]{1,60}){1,15}")
MOST = 64  # Members of a list that are read.


def read_spans(text: str) -> tuple[str, ...]:
    """Return what the reply may be taken to answer, the most literal reading first; empty when it says nothing.

    The readings are the announced line, its first sentence, and that without a reason or a remark behind it. Of a list
    they are its points, joined by semicolons.
    """
    reply = fold(said(text, "; "))
    claim = (claimed(reply) if reply else "")[:_LONGEST]
    listed = points(claim)
    claim = claim.lstrip(" \t\r\n:")
    if claim.startswith('"') and '"' in claim[1:]:  # quoted, or a field of JSON
        quoted = claim[1:].partition('"')[0]
        return tuple(dict.fromkeys((quoted, unwrapped(quoted) or quoted)))
    line = _BRACKETED_POINT.sub(r"\1", claim.lstrip(" *_").partition("\n")[0])
    if listed := listed or inline_points(line):
        found = [
            "; ".join(listed),
            "; ".join(_bare(point) for point in listed),
            "; ".join(_headed(point) for point in listed),
        ]
        found += [line] if len(listed) == 1 else []
    else:
        sentence = first_sentence(line)
        found = [unwrapped(line), unwrapped(sentence), unwrapped(without_reason(sentence)), _bare(sentence)]
        found += [_bare(first_sentence(line, abbreviated=True)), without_brackets(unwrapped(sentence))]
        found += ["; ".join(map(unwrapped, lines.group().split("\n")))] if (lines := _LINES.fullmatch(claim)) else []
    return tuple(dict.fromkeys(reading for reading in found if reading))


def _headed(point: str) -> str:
    """Return the text before a colon: ``Ann Lee`` of ``**Ann Lee**: scored first``."""
    return _bare(re.split(r":(?:\*\*)?\s", point, maxsplit=1)[0])


def _bare(text: str) -> str:
    """Return ``text`` without its dress, and without a reason or a remark behind it."""
    return unwrapped(without_remark(unwrapped(without_reason(unwrapped(text)))))


def members(answer: str) -> tuple[str, ...]:
    """Return the members of a list as people write it: ``a; b``, ``a, b and c``, ``a & b``."""
    answer = re.sub(r"^both\s(?=.{1,400}\s(?:and|&)\s)", "", answer, flags=re.IGNORECASE)
    separator = next((mark for mark in _SEPARATORS if mark in answer), " and ")
    parts = [part.strip() for part in answer.split(separator, MOST)]
    if separator == ",":
        head, joined, tail = parts[-1].partition(" and ")
        parts = [*parts[:-1], head, tail] if joined else parts
    bare = (next((part[len(join) :] for join in _JOINS if part.startswith(join)), part) for part in parts)
    return tuple(kept for part in bare if (kept := edged(part, " .")))[:MOST]

"""Reading a free answer that a sentence announces: "So the answer is [ANSWER]." (BIG-Bench Hard)."""

from __future__ import annotations

import re

from .boxes import boxes
from .json_text import said
from .marker import announcements
from .visible import fold

_TAIL = 32_000  # Characters before the end that are read.
_SHOWN = 4000
_SENTENCE_END = re.compile(r"[.!?](?=\s)|。")
_REASON = re.compile(r",?\s(?:\(?not|because|since|which|rather than|instead of)(?![a-z])", re.IGNORECASE)
_EDGES = " \t\r\n.。*_`"
_WRAPPINGS = (("**", "**"), ("\\boxed{", "}"), ("\\text{", "}"), ("$", "$"), ('"', '"'), ("'", "'"), ("`", "`"))
_BRACKETS = (("[", "]"), ("(", ")"), ("<", ">"), ("{", "}"))


def read_phrase(text: str) -> tuple[str, ...]:
    """Return what the reply may be taken to answer, the most literal reading first; empty when it says nothing.

    The readings differ in what belongs to the answer: the rest of the line, its first sentence, that without a
    reason behind it, each with and without brackets around it (the benchmark's own format has some).
    """
    reply = fold(said(text, " "))
    if not reply:
        return ()
    line = claimed(reply)[:_SHOWN].lstrip(" \t\r\n:*_").partition("\n")[0]
    sentence = first_sentence(line)
    reasonless = sentence[: reason.start()] if (reason := _REASON.search(sentence)) else sentence
    word = sentence.partition(",")[0]
    readings = [line, sentence, reasonless, *([word] if " " not in word.strip() else [])]
    found: dict[str, None] = {}
    for reading in readings:
        bare = unwrapped(reading)
        for candidate in (bare, _without_brackets(bare)):
            if candidate:
                found[candidate] = None
    return tuple(found)


def claimed(reply: str) -> str:
    """Return what stands behind the last announcement, else in the last box, else on the last line."""
    reply = reply[-_TAIL:]
    claim = _announced(reply)
    if claim is None:
        box = next(boxes(reply), None)
        claim = box.content if box else reply[-_SHOWN:].splitlines()[-1]
    return claim


def first_sentence(line: str) -> str:
    """Return ``line`` up to the first full stop."""
    end = _SENTENCE_END.search(line)
    return line[: end.start()] if end else line


def _announced(reply: str) -> str | None:
    for marker in announcements(reply):
        claim = reply[marker.end() : marker.end() + _SHOWN]
        if claim.strip(_EDGES):
            return claim
    return None


def unwrapped(text: str) -> str:
    """Return ``text`` without the quotes, bold, box or dollars around it."""
    text = text.strip(_EDGES)
    for _ in range(4):
        for opening, closing in _WRAPPINGS:
            if len(text) > len(opening) + len(closing) and text.startswith(opening) and text.endswith(closing):
                text = text[len(opening) : -len(closing)].strip(_EDGES)
                break
        else:
            break
    return text


def _without_brackets(text: str) -> str:
    for opening, closing in _BRACKETS:
        if len(text) > 2 and text.startswith(opening) and text.endswith(closing):
            return unwrapped(text[1:-1])
    return text

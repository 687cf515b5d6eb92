"""Rewriting the markup of a reply that hides its values: HTML, struck-out text, table rows, ``x**10``, ``0.666...``.

Every pattern is bounded, so the time is linear in the length of the reply.
"""

from __future__ import annotations

import re

# What is struck out does not count; what is raised or lowered is an exponent or an index.
_STRUCK = re.compile(r"~~[^~\n]{1,200}~~|<(del|strike)>[^<>\n]{1,200}</\1>", re.IGNORECASE)
_RAISED = re.compile(r"<sup>([^<>\n]{1,40})</sup>", re.IGNORECASE)
_LOWERED = re.compile(r"<sub>([^<>\n]{1,40})</sub>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s?/?>|</(?:p|div|li)>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:b|i|u|p|em|strong|span|mark|code|font|center|div|ins|big|small|li|ul|ol|h[1-6])(?:\s[^<>\n]{0,120})?>",
    re.IGNORECASE,
)
_ROW = re.compile(r"^[ \t]{0,8}\|[ \t]([^\n]{1,400})\|[ \t]{0,8}$", re.MULTILINE)
_STARS = re.compile(r"(?<=[\d)\]}])\*\*(?=\d|\{|\(|-\d)|(?<![A-Za-z][A-Za-z])(?<=[A-Za-z])\*\*(?=\d|\{|\(|-\d)")
_RUNNING_ON = re.compile(r"(?<![\d.])(\d{0,12}\.\d{3,24})(?:\s?…|\.{3})(?![.\d])")


_REMARK_ZH = re.compile(r"(?<=\d)（(?=[\d\s+*×÷/=-])")


def unmarked(reply: str) -> str:
    """Return ``reply`` with its markup written as plain text or LaTeX; emphasis (``**``) stays."""
    if "<" in reply:
        for pattern, plain in ((_RAISED, r"^{\1}"), (_LOWERED, r"_{\1}"), (_BREAK, "\n")):
            reply = pattern.sub(plain, reply)
        reply = _TAG.sub("", _STRUCK.sub(" ", reply))
    elif "~~" in reply:
        reply = _STRUCK.sub(" ", reply)
    if "..." in reply or "…" in reply:
        reply = _RUNNING_ON.sub(r"\1\\ldots ", reply)
    if "（" in reply:
        reply = _REMARK_ZH.sub(" （", reply)
    return "\n".join(map(_power, reply.split("\n"))) if "**" in reply else reply


def rows_apart(reply: str) -> str:
    """Return ``reply`` with the cells of each table row as parts of a sentence."""
    return _ROW.sub(lambda match: match.group(1).replace("|", "; "), reply) if "|" in reply else reply


def _power(line: str) -> str:
    """Return a line in which stars that are no pair of bold marks raise to a power."""
    return _STARS.sub("^", line) if line.count("**") % 2 and len(line) <= 2000 else line

"""What a reply says once its thinking is taken out, in one alphabet."""

from __future__ import annotations

_OPEN, _CLOSE = "<think>", "</think>"
_LONG_OPEN, _LONG_CLOSE = "<thinking>", "</thinking>"

# Full-width forms, CJK brackets and typographic quotes, each to one ASCII character: positions stay what they were.
_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord(wide): ord(narrow)
    for wide, narrow in zip("　【】〔〕〖〗「」『』“”‘’−–﹣：", ' [][][]""""""\'\'---:', strict=True)
}


def visible(text: str) -> str:
    """Return ``text`` without its thinking.

    Closed ``<think>`` blocks are removed, an unclosed one hides all that follows it, and a ``</think>`` whose opening
    was part of the prompt hides all that precedes it.
    """
    if "think" not in text:
        return text
    for opening, closing in ((_OPEN, _CLOSE), (_LONG_OPEN, _LONG_CLOSE)):
        if opening in text or closing in text:
            text = _without(text, opening, closing)
    return text


def _without(text: str, opening: str, closing: str) -> str:
    kept: list[str] = []
    position = 0
    while True:
        start = text.find(opening, position)
        end = text.find(closing, position)
        if end != -1 and (start == -1 or end < start):
            kept.clear()
            position = end + len(closing)
            continue
        if start == -1:
            kept.append(text[position:])
            return "".join(kept)
        kept.append(text[position:start])
        if end == -1:
            return "".join(kept)
        position = end + len(closing)


def fold(text: str) -> str:
    """Return ``text`` with full-width letters, digits, brackets and quotes as ASCII; its length is unchanged."""
    return text if text.isascii() else text.translate(_FOLD)

"""The visible text of a reply: without its thinking, in one alphabet."""

from __future__ import annotations

from ...core.reply_marks import without_marks

# Full-width forms, digits of other scripts, CJK brackets and typographic quotes, each to one ASCII character: positions
# stay what they were. The digits are Arabic, Persian, Devanagari, Bengali, Telugu and Thai. Of traditional characters,
# those in which a choice is announced are made simplified ones.
_FOLD = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | {
        ord(wide): ord(narrow)
        for wide, narrow in zip("　【】〔〕〖〗《》「」『』“”‘’−–﹣：", ' [][][]<>""""""\'\'---:', strict=True)
    }
    | {ord(old): ord(new) for old, new in zip("選項為對錯與題確應還", "选项为对错与题确应还", strict=True)}
    | {zero + digit: ord("0") + digit for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xC66, 0xE50) for digit in range(10)}
)


def visible(text: str) -> str:
    """Return what a reply says: ``text`` without its thinking, and without the tokens of a chat template around it.

    Every reader calls this first. The marks are those of `core.reply_marks`.
    """
    return without_marks(text)


def fold(text: str) -> str:
    """Return ``text`` with full-width letters, other digits, brackets and quotes as ASCII; its length is unchanged."""
    return text if text.isascii() else text.translate(_FOLD)

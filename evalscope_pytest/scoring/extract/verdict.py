"""Reading yes, no or maybe out of a reply, in English and Chinese.

The readings, from the most to the least explicit; the first that says something decides:

1. the whole reply is one word for it;
2. an explicit claim (``ANSWER: yes``, "the answer is no", ``答案：是``, ``\\boxed{no}``, a JSON field): the last one;
3. the reply's last line is one word for it;
4. the reply begins with the word, as an answer does ("Yes, there is", "No.", ``不是，图中没有``).

A word inside a sentence says nothing, and neither do two verdicts at once ("yes and no").
"""

from __future__ import annotations

import re

from .json_text import said
from .marker import announcement, announcements
from .visible import fold

YES, NO, MAYBE = "yes", "no", "maybe"
_NOTHING = "nothing"  # A claim of two verdicts: no weaker reading is tried.
_WORDS = {
    YES: "yes yeah yep true 是 是的 对 对的 有 有的 正确 真 存在 可以 能 会",
    NO: "no nope nay false 否 不 不是 不是的 不对 没有 没 无 错 错误 不正确 假 不存在 不可以 不能 不会",
    MAYBE: "maybe perhaps 也许 可能 或许 不确定",
}
_VERDICTS = {word: verdict for verdict, words in _WORDS.items() for word in words.split()}
_TAIL, _HEAD = 16_000, 4_000  # Characters of a long reply that are read.
_EDGES = " \t\r\n.,;:!?*_`\"'()[]{}<>$#~\\。，、；！=-"
_DRESS = re.compile(
    r"(?:[\s*_`\"'$(\[{<>:=#~-]|\\(?:boxed|text(?:bf|it|rm)?|math(?:bf|rm|sf)|[(\[]))"
    r"{0,24}(?:(?:definitely|clearly|certainly|probably|simply|just|likely|应该|应当)(?![a-z])\s?)?(?:[*_`\"'(\[{]{0,4})"
)
_WORD = re.compile(r"[a-z]+|[一-鿿]+")
_MARKER = announcement(
    english="judge?ments?|verdict|conclusion|decision",
    chinese="判断|结论|结果|回答",
    also=r"\bactually,?\s|\\?\bboxed\s{0,3}(?=\{)",
)
# Words that open the sentence after a "yes" or "no" that has no comma; before any other, "no" belongs to it ("no dog").
_OPENING = "there it this that the they he she we you i a an because since as in based according and but"
_GOES_ON = frozenset(_OPENING.split())
_BOTH = re.compile(r"\s{0,2}(?:/|,?\s?(?:and|or)(?![a-z])|[和或与])[\s/]{0,2}(?:also |both )?")
_NEXT_WORD = re.compile(r"[ \t]{1,4}([a-z]+)")


def read_verdict(text: str, *, maybe: bool = False) -> str | None:
    """Return ``yes``, ``no`` or ``maybe``, None when the reply gives no verdict.

    Args:
        text: The reply; thinking in it is not read.
        maybe: Whether the question allows ``maybe``; else such a reply has no answer.
    """
    reply = said(text)
    ends = [reply] if len(reply) <= _TAIL else [reply[-_TAIL:], reply[:_HEAD]]
    parts = [fold(part).casefold() for part in ends]
    found = _bare(parts[0]) if len(parts) == 1 else None
    found = found or next((claim for part in parts if (claim := _claimed(part))), None)
    found = found or _bare(parts[0].rpartition("\n")[2]) or _opening(parts[-1])
    return None if found == _NOTHING or (found == MAYBE and not maybe) else found


def _bare(text: str) -> str | None:
    return _VERDICTS.get(text.strip(_EDGES)) if len(text) <= 80 else None


def _claimed(reply: str) -> str | None:
    for marker in announcements(reply, _MARKER):
        claim = reply[marker.end() : marker.end() + 200]
        if found := _first_word(claim.lstrip()):
            return found
    return None


def _opening(reply: str) -> str | None:
    return _first_word(reply[:400], opening=True)


def _first_word(text: str, *, opening: bool = False) -> str | None:
    """Return the verdict a text begins with, `_NOTHING` when it gives two.

    Args:
        opening: The text follows no marker, so a verdict that goes on without a comma has to open a sentence.
    """
    start = _DRESS.match(text).end()  # type: ignore[union-attr]
    word = _WORD.match(text, start)
    verdict = _VERDICTS.get(word.group()) if word else None
    if word is None or verdict is None:
        return None
    joint = _BOTH.match(text, word.end())
    other = _WORD.match(text, joint.end()) if joint else None
    if other and _VERDICTS.get(other.group(), verdict) != verdict:
        return _NOTHING
    if text[word.end() : word.end() + 1] == "?":
        return None
    following = _NEXT_WORD.match(text, word.end())
    if following and following.group(1) not in _GOES_ON and (opening or verdict == NO):
        return None
    return verdict

"""Reading yes, no or maybe out of a reply, in English and Chinese.

The readings, from the most to the least explicit; the first that says something decides:

1. the whole reply is one word for it;
2. an explicit claim (``ANSWER: yes``, "the answer is no", ``答案：是``, ``\\boxed{no}``, a JSON field): the last one;
3. the reply's last line is one word for it;
4. the reply begins with the word, as an answer does ("Yes, there is", "No.", ``不是，图中没有``);
5. a clause at its beginning or in its last line leads up to the word ("Based on the picture, yes", "I'd say no").

Signs say the same as words: ``✅ Yes``, ``❌``. A word that is denied or depends on something is not a verdict.

A word inside a sentence says nothing, and neither do two verdicts at once ("yes and no").
"""

from __future__ import annotations

import re

from .json_text import last_json, said
from .marker import WORDS, announcement, announcements
from .visible import fold

YES, NO, MAYBE = "yes", "no", "maybe"
_NOTHING = "nothing"  # A claim of two verdicts: no weaker reading is tried.
_WORDS = {
    YES: "yes yeah yep yup true ja sí si oui sim да はい evet 是 是的 对 对的 有 有的 正确 真 存在 可以 能 会",
    NO: "no nope nah nay false nein non não нет いいえ hayır 否 不 不是 不是的 不对 没有 没 无 错 错误 不正确 假 不存在"
    " 不可以 不能 不会",
    MAYBE: "maybe perhaps 也许 可能 或许 不确定",
}
_VERDICTS = {word: verdict for verdict, words in _WORDS.items() for word in words.split()}
_TAIL, _HEAD = 16_000, 4_000  # Characters of a long reply that are read.
_EDGES = " \t\r\n.,;:!?*_`\"'()[]{}<>$#~\\。，、；！=-"
_YES_SIGNS, _NO_SIGNS = "✅✔☑✓👍", "❌✗✘✖❎👎"
_DRESS = re.compile(
    r"(?:[\s\ufe0f→➔▶•✅✔☑✓👍❌✗✘✖❎👎*_`\"'$(\[{<>:=#~-]|\\(?:boxed|text(?:bf|it|rm)?|math(?:bf|rm|sf)|[(\[]))"
    r"{0,24}(?:(?:definitely|clearly|certainly|probably|simply|just|likely|应该"
    r"|应当)(?![a-z])\s?)?(?:[*_`\"'(\[{]{0,4})"
)
_WORD = re.compile(r"[^\W\d_]+")
_MARKER = announcement(
    english="judge?ments?|verdict|conclusion|decision",
    chinese="判断|结论|结果|回答",
    also=r"\bactually,?\s|\banswer[*_]{0,3} -{1,2} (?=\S)|\\?\bboxed\s{0,3}(?=\{)",
)
_MARKER_WORDS = (
    *WORDS, "judg", "verdict", "conclusion", "decision", "actually", "box", "判断", "结论", "结果",
)  # fmt: skip
_SIGNS = f"{_YES_SIGNS}{_NO_SIGNS}\ufe0f"
# Words that are a verdict only if nothing is beside them.
_ALONE = {
    **dict.fromkeys(("y", "affirmative", "absolutely", "certainly", "definitely", "indeed", "sure"), YES),
    **dict.fromkeys(("correct", "that is correct", "that's correct", "this is correct", "it is correct"), YES),
    **dict.fromkeys(("incorrect", "that is incorrect", "that's incorrect", "this is incorrect", "wrong"), NO),
    **dict.fromkeys(("that is not correct", "this is not correct", "it is not correct", "it is not true"), NO),
    **dict.fromkeys(("of course", "yes indeed", "it is true", "that is true", "this is true"), YES),
    **dict.fromkeys(("n", "negative", "definitely not", "certainly not", "absolutely not", "of course not"), NO),
    **dict.fromkeys(("it is false", "that is false", "this is false", "not at all"), NO),
}
_SENTENCE = 400
# Clauses that a verdict follows. None of them denies it or makes it depend on something.
_CLAUSE = re.compile(
    r"(?:(?:^|(?<=[.!?:;\n]\s)|(?<=\n))[\s*_`\"'>#-]{0,6}(?:so|and|but|well|hmm|ok|okay),?\s"
    r"|(?:^|(?<=[.!?:;\n]\s)|(?<=\n))[\s*_`\"'>#-]{0,6}"
    r"(?:(?:based|judging|going|looking|relying|depending) (?:on|at|from|by)|according to|from|in|given|considering"
    r"|after"
    r"|upon|on|with|as|by|having|per|to|looking|judging|therefore|thus|hence|consequently|overall|ultimately"
    r"|accordingly|clearly|finally|yes|no)(?![a-z])[^.!?,;:\n]{0,120},\s(?:(?!yes,|no,)[^.!?,;:\n]{1,80},\s)?"
    r"|\b(?:i'd|i would|i will|i'll|i can|i must|i am going to|i'm going to|i) "
    r"(?:have to |definitely |confidently |rather |simply |just |also |only |safely ){0,2}"
    r"(?:say|(?:answer|reply|respond)(?: with)?|go with|guess|conclude|think|believe|choose|pick|vote)"
    r"(?: that)?(?: the answer is)?(?: it's| it is)?(?: an?)?[\s:]{1,2}[\"'*`_]{0,4}"
    r"|\b(?:it's|it is|that's|that is|this is|it would be|that would be|that'd be|my guess is|the short version is)"
    r"(?: definitely| clearly| certainly| probably| simply)? an?\s[\"'*`_]{0,4}"
    r"|\b(?:therefore|thus|hence|so|consequently)[,:]?\s[\"'*`_]{0,4}(?=(?:yes|no|true|false)(?![a-z]))"
    r"|(?:根据|从|基于|看)[^。,，\n]{1,60}[,，]\s?|(?:所以|因此|我(?:认为|觉得|会说)(?:答案)?(?:是)?)[,，:]?\s?)"
)
_MARKED_OFF = re.compile(
    r"[\s\ufe0f✅✔☑✓👍❌✗✘✖❎👎*_`\"'>#-]{0,12}[a-z一-鿿]{1,5}[*_`\"']{0,4}\s{0,2}[.,;:!。，；！—–-]"
)
_CLAUSE_END = re.compile(r"[.!?\n。]")
_SUPPOSED = re.compile(
    r"(?:\b(?:if|unless|whether|suppose|supposing|assuming|hypothetically|some|others|people|many"
    r"|one (?:might|could|may)"
    r"|might|could|may|can't|cannot|wouldn't|not|never|either|neither|or)(?![a-z])|n't(?![a-z])|如果|假如|是否|不能)"
    r"[^.!?\n。]{0,200}$"
)
# "❌ No bench is visible.": the sign is the verdict, and the sentence behind it says the same in words.
_STATED = re.compile(
    r"(?:there (?:is|are)(?:n't)?|the (?:image|picture|photo|scene)|i (?:can )?(?:don't |do not |clearly )?see"
    r"|no|it|this|a|an|one|you can see|not)(?![a-z])"
    r"(?![^.!?\n]{0,200}(?:\b(?:unable|cannot|unclear|unsure|maybe|perhaps|whether|if)(?![a-z])|can't))"
)
_AGREED = re.compile(
    r"(?:(?P<yes>correct|right|indeed|affirmative)|incorrect|wrong|negative)[,.!:;] {1,2}"
    r"(?=there |the (?:image|picture|photo)|i (?:can )?(?:do not |don't |cannot |can't )?see)"
    r"(?(yes)(?![^.!?\n]{0,200}(?:\b(?:no|not|none|unable|cannot|whether|if)(?![a-z])|n't))"
    r"|(?=[^.!?\n]{0,200}(?:\b(?:no|not|none)(?![a-z])|n't)))"
)
# Words that open the sentence after a "yes" or "no" that has no comma; before any other, "no" belongs to it ("no dog").
_OPENING = "there it this that the they he she we you i a an because since as in based according and but from"
_GOES_ON = frozenset(_OPENING.split())
_BOTH = re.compile(r"\s{0,2}(?:/|,?\s?(?:and|or)(?![a-z])|[和或与])[\s/]{0,2}(?:also |both )?")
_COMPOUND = re.compile(r"-\w")  # "non-existent", "no-one"
# "After checking the image: yes."; words that make it depend on something, or leave it open, are looked for in front.
_AT_END = re.compile(
    r"[,:—–-]\s{0,2}(?:(?:so|thus|hence|therefore),?\s)?[*_`\"']{0,3}(yes|no|true|false)[*_`\"']{0,3}(?:[.!]|\s{0,2}\Z|\n|,\s(?:there|it|this|that|i)(?![a-z]))"
)
_OPEN = re.compile(
    r"\b(?:if|unless|whether|suppos\w{1,4}|assuming|hypothetically|some|others|people|many|might|could|may|either|neither|or"
    r"|maybe|perhaps|can't|cannot|unable|not sure|yes|no)(?![a-z])|如果|是否"
)
_NEXT_WORD = re.compile(r"[ \t]{1,4}([a-z]+)")


def read_verdict(text: str, *, maybe: bool = False) -> str | None:
    """Return ``yes``, ``no`` or ``maybe``, None when the reply gives no verdict.

    Args:
        text: The reply; thinking in it is not read.
        maybe: True if the question allows ``maybe``; otherwise such a reply has no answer.
    """
    reply = said(text) or _only_field(text)
    ends = [reply] if len(reply) <= _TAIL else [reply[-_TAIL:], reply[:_HEAD]]
    parts = [fold(part).casefold() for part in ends]
    found = _bare(parts[0]) if len(parts) == 1 else None
    found = found or next((claim for part in parts if (claim := _claimed(part))), None)
    found = found or _bare(parts[0].rpartition("\n")[2]) or _opening(parts[-1])
    found = found or _last_line(parts[0]) or _last_sentence(parts[0]) or _said(parts[0]) or _at_end(parts[0])
    return None if found == _NOTHING or (found == MAYBE and not maybe) else found


def _bare(text: str) -> str | None:
    if len(text) > 80 or "?" in text:
        return None
    word = text.strip(_EDGES + _SIGNS)
    if word:
        found = _VERDICTS.get(word) or _ALONE.get(word)
    else:
        found = YES if _signed(text, _YES_SIGNS) else NO if _signed(text, _NO_SIGNS) else None
    return None if found and _contradicted(text, found) else found


def _only_field(text: str) -> str:
    """Return the one field of a JSON reply that is a verdict, such as ``{"exists": true}``; empty when it has none."""
    found = last_json(text, "{", lambda value: isinstance(value, dict)) if "{" in text else None
    values = [str(value).casefold() for value in (found or {}).values() if isinstance(value, (bool, str))]
    verdicts = [value for value in values if value in _VERDICTS]
    return verdicts[0] if len(verdicts) == 1 else ""


def _signed(text: str, signs: str) -> bool:
    """Return whether a text has some of these signs, and none of the opposite ones."""
    others = _SIGNS.translate(dict.fromkeys(map(ord, signs)))
    return any(sign in text for sign in signs) and not any(sign in text for sign in others if sign != "\ufe0f")


def _contradicted(text: str, verdict: str) -> bool:
    """Return whether a sign is the opposite of a word: ``❌ Yes``. A tick beside "no" may say that this is settled."""
    return verdict == YES and any(sign in text for sign in _NO_SIGNS)


def _said(reply: str) -> str | None:
    """Return the verdict that a clause leads up to: "Based on the picture, yes.", "I'd say no"."""
    for sentence in (reply[:400], reply[reply.rfind("\n") + 1 :][-_SENTENCE:]):
        for clause in reversed(list(_CLAUSE.finditer(sentence))):
            if _SUPPOSED.search(sentence[: clause.start() + 1]) or _SUPPOSED.match(clause.group().lstrip()):
                continue
            end = _CLAUSE_END.search(sentence, clause.end())
            if _SUPPOSED.search(sentence, clause.end(), end.end() if end else len(sentence)):
                continue
            if found := _first_word(sentence[clause.end() : clause.end() + 200], opening=True):
                return found
    return None


def _at_end(reply: str) -> str | None:
    """Return the verdict a short reply's first sentence or last line ends with: "To answer your question: yes."."""
    for sentence in (reply[:_SENTENCE], reply[reply.rfind("\n") + 1 :][:_SENTENCE]):
        found = _AT_END.search(sentence)
        if found and not _OPEN.search(sentence[: found.start()]) and not _CLAUSE_END.search(sentence[: found.start()]):
            verdict = _VERDICTS[found.group(1)]
            if verdict == NO or not _SUPPOSED.search(sentence[: found.start() + 1]):
                return verdict
    return None


def _claimed(reply: str) -> str | None:
    for marker in announcements(reply, _MARKER, words=_MARKER_WORDS):
        claim = reply[marker.end() : marker.end() + 200]
        if found := _first_word(claim.lstrip()) or _bare(claim.partition("\n")[0]):
            return found
    return None


def _opening(reply: str) -> str | None:
    return _first_word(reply[:400], opening=True) or _sign_first(reply[:400]) or _agreed(reply[:400])


def _agreed(reply: str) -> str | None:
    """Return the verdict of a word that goes with a sentence which does not contradict it: "Correct, there is one."."""
    word = _AGREED.match(reply, _DRESS.match(reply).end())  # type: ignore[union-attr]
    if word is None or _signed(reply[: word.start()], _NO_SIGNS if word.group("yes") else _YES_SIGNS):
        return None
    return YES if word.group("yes") else NO


def _sign_first(reply: str) -> str | None:
    """Return the verdict of the sign that a sentence begins with, if the reply has no sign that contradicts it."""
    start = _DRESS.match(reply).end()  # type: ignore[union-attr]
    if not _STATED.match(reply, start):
        return None
    verdict = YES if _signed(reply[:start], _YES_SIGNS) else NO if _signed(reply[:start], _NO_SIGNS) else None
    return verdict if verdict and _signed(reply, _YES_SIGNS if verdict == YES else _NO_SIGNS) else None


def _last_line(reply: str) -> str | None:
    """Return the verdict that the last line begins with and marks off: "Yes, there is." behind the reasoning."""
    line = reply[reply.rfind("\n") + 1 :][:_SENTENCE]
    return _first_word(line, opening=True) if _MARKED_OFF.match(line) else None


def _last_sentence(reply: str) -> str | None:
    """Return the verdict that is a reply's last sentence: "The picture shows a beach. No."."""
    before, end, last = reply.rstrip(" \t\r\n.!*_")[-_SENTENCE:].rpartition(". ")
    return _VERDICTS.get(last.strip(" *_`\"'")) if end and not _SUPPOSED.search(before[-200:]) else None


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
    if _contradicted(text[:start], verdict):
        return None
    joint = _BOTH.match(text, word.end())
    other = _WORD.match(text, joint.end()) if joint else None
    if other and _VERDICTS.get(other.group(), verdict) != verdict:
        return _NOTHING
    if text[word.end() : word.end() + 1] == "?" or _COMPOUND.match(text, word.end()):
        return None
    following = _NEXT_WORD.match(text, word.end())
    if following and following.group(1) not in _GOES_ON and (opening or verdict == NO):
        return None
    return verdict

r"""Finding where a reply announces its answer: ``Answer: ...``, "the answer is ...", ``答案是``, ``####``.

One pattern for every reader. A reader whose questions have more nouns for an answer (choice: "the best option is")
makes the pattern with them; the forms around the noun are the same for all.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from functools import cache

_MOST = 48  # Announcements that are tried, from the last: bounds the work on a reply that repeats one for ever.
CLOSING = r"(?:[*_`\"'\])}#]|</?b>|</?strong>){0,4}"
_QUALIFIERS = r"(?:final|correct|right|best|my|your|the|short|exact|numeric(?:al)?|predicted|model)"
_EN_WORDS = r"(?:\s(?:choices?|options?|letters?|values?|text|here|below|above|therefore|thus|then|now))?"
# "Answer (a):", "Answer 2:", "the answer to part (b) is", "the answer to this question is", "the answer (in cm) is"
_EN_OF = (
    r"(?:\s?[(\[][^()\[\]\n]{1,40}[)\]]|\s(?:no\.\s?|#\s?)?\d{1,2}(?=[.):*]))?"
    r"(?:\s(?:to|for|of)\s(?:this|the|your|our|that|part|question|problem|exercise|both|[(])[\w() ]{0,40}?)?"
)
_EN_VERB = (
    r"(?::|=|—|–|-?>|=>|[→➔➜⇒]|是|为|-(?=\s?[(\[*$\\]{0,3}(?:-?\.?\d|[A-Za-z](?![A-Za-z])|\\[A-Za-z(\[]|[√π∞∅-]))"
    r"|(?:is|are|equals|(?:would|should|must|will|has\sto)(?:\s(?:most|likely|probably|definitely|certainly)){0,2}\sbe"
    r"|comes(?:\sout)?\sto|turns\sout\sto\sbe)(?![a-z]))"
)
_ZH = r"(?:答案|答)"
_ZH_VERB = r"(?::|=|(?:应该|应当|应|就|当|即)?(?:是|为|等于))"
# Spanish, French, German, Italian, Portuguese, Dutch, Indonesian, Swahili, Yoruba, Russian, Turkish.
_LATIN = r"\b(?:antwort|réponse|reponse|respuesta|resposta|risposta|antwoord|jawaban(?:nya)?|jibu|ìdáhùn|ответ|cevap)"
_LATIN_VERB = (
    r"(?::|=|[—–-](?!\w)|(?:ist|lautet|est|es|é|è|is|adalah|ni|jẹ́|это|равен|равно)(?!\w))"
    r"(?:\s(?-i:die|der|a|la|le|el)(?=\s)|\sl')?"
    r"(?:\s(?:opción|opção|opzione|pilihan|lettre|letra|lettera|buchstabe)(?!\w))?"
)
# Arabic, Bengali, Hindi and its neighbours, Tamil, Telugu, Kannada, Malayalam, Thai, Korean, Japanese.
_EASTERN = (
    r"(?:الإجابة|الجواب|উত্তর(?:টি)?|उत्तर|ઉત્તર|ਉੱਤਰ|ଉତ୍ତର|பதில்|సమాధానం|ಉತ್ತರ|ഉത്തരം|คำตอบ|정답|답변|答え|正解)"
    r"(?:\sالصحيحة|\sالصحيح|\sالنهائية|สุดท้าย(?:คือ)?)?"
)
_EASTERN_VERB = (
    r"(?::|=|(?:は|은|는|\s?هي|\s?هو|\s?হলো?|\s?হবে|\s?है|\s?คือ|\s?అంటే):?"
    r"|(?=[\s(\[*\"'{$\\]{0,6}(?:\d|[A-Za-z](?![A-Za-z]))))"
)
# "Answer - Hanoi": with blanks around the dash, and written as a heading is, for "the answer - as we saw - is 5".
_DASHED = (
    r"(?<![A-Za-z])(?-i:Answer|ANSWER|(?:Final|My|Correct|Short) [Aa]nswer|FINAL ANSWER)[*_]{0,3}[ ]-{1,2}[ ]"
    r"(?=\S)(?!(?:part|step|question|problem|exercise|as|which)(?![a-z]))"
)
_HEADING = (
    r"^[ \t#*_>-]{0,8}(?:\d{1,2}[.)][ \t])?(?:(?:the|my|final|correct|short)[ \t]){0,2}"
    r"(?:answer|antwort|réponse|respuesta|jibu|ответ|答案|最终答案|答え|คำตอบ|উত্তর|సమాధానం)"
    r"[*_:.]{0,5}[ \t]{0,4}\n"
)
# One of these is in every line where an announcement begins, in lower case: the pattern reads those lines only.
WORDS = (
    "ans", "####", "antwort", "réponse", "reponse", "respuesta", "resposta", "risposta", "antwoord", "jawaban", "jibu",
    "ìdáhùn", "ответ", "cevap", "答", "الإجابة", "الجواب", "উত্তর", "उत्तर", "ઉત્તર", "ਉੱਤਰ", "ଉତ୍ତର", "பதில்",
    "సమాధానం", "ಉತ್ತರ", "ഉത്തരം", "คำตอบ", "정답", "답변", "正解",
)  # fmt: skip
_REACH = 600  # Characters behind its first line that an announcement may take, or look at.


@cache
def announcement(english: str = "", chinese: str = "", also: str = "") -> re.Pattern[str]:
    """Return the pattern of an announcement, which ends where the answer begins.

    Args:
        english: More nouns for an answer, as alternatives of a regular expression.
        chinese: More of them in Chinese.
        also: Whole further forms.
    """
    nouns = rf"answers?|ans{'|' + english if english else ''}"
    chinese = rf"(?:{_ZH}|{chinese})" if chinese else _ZH
    return re.compile(
        rf"\b(?<!</)(?<!\[/)(?:{_QUALIFIERS}[_-]?)?(?:{nouns}){_EN_WORDS}{_EN_OF}\s{{0,2}}{CLOSING}\s{{0,3}}{_EN_VERB}"
        rf"|{chinese}{CLOSING}\s{{0,2}}{_ZH_VERB}"
        rf"|{_LATIN}(?:\s[^\W\d_]{{1,12}}){{0,2}}?\s?{CLOSING}\s?{_LATIN_VERB}"
        rf"|{_EASTERN}{CLOSING}\s?{_EASTERN_VERB}"
        rf"|{_DASHED}|####|[<\[](?:final[_ ]?)?answer[>\]]|\[(?:最[终后後終]|正[确確]|参考)?{chinese}\]:?"
        rf"|\bans\.\s|{_HEADING}{'|' + also if also else ''}",
        re.IGNORECASE | re.MULTILINE,
    )


ANNOUNCEMENT = announcement()

# "the answer is not 17", "unlike the answer", "a wrong answer is"
_DENIED = re.compile(
    r"(?:\b(?:not|never|nor|neither|unlike|except|than|instead of|excluding)|n't"
    r"|[不别非](?:能|应该?|该|可以?|会|要|宜|得)?|并非|而非|排除|除了)"
    r"(?:\s{0,2}(?:be|is|are|option|options|choice|choose|pick|select|to|the|a|an|simply|just|final|correct|right|best"
    r"|选项|选择|选|是|为)(?![a-z])){0,3}[\s*_`\"'$(\[]{0,4}$"
    r"|\b(?:wrong|incorrect|false|tempting|mistaken|erroneous|incomplete|common|initial|first|old|previous|naive"
    r"|student's|错误的?|falsche|incorrecta|mauvaise)[\s*_`\"'_-]{1,2}$",
    re.IGNORECASE,
)
_ARROWS = "→⇒➔➜=-"
_HEDGED = re.compile(
    r"(?:\b(?:whether|if|suppose|assume|assuming|imagine|unless|why"
    r"|(?:might|may|could|would|some|people) (?:say|think))"
    r"(?: that)?(?: the| this| my)?(?: correct| right| final| best| option| choice)?"
    r"|(?:如果|假如|假设|是否|若|为什么)(?:正确|最终)?)\s?$",
    re.IGNORECASE,
)

# "The answer is not 17." to the end of its line: it denies, and puts nothing in the place of what it denies.
_NOT_THIS = re.compile(
    r"[\s*_`\"']{0,4}(?:not|nicht|pas|niet)\s(?!(?:only|just|merely|nur|seulement)(?![a-z]))(?:(?!\s(?:but|rather|instead|it|it's|so|sondern|mais|maar)(?![a-z]))[^:=\n]){1,120}"
    r"(?:\n|\Z)",
    re.IGNORECASE,
)
# "la respuesta no es", and what denies behind the answer: "答えは18ではありません".
_DENIED_VERB = re.compile(r"\s(?:no|não|non)\s(?:es|é|è)(?!\w)", re.IGNORECASE)
_DENIED_BEHIND = re.compile(r"[^\n、。，,]{1,40}?(?:では(?:ありません|ない)|じゃない|(?:이|가) 아닙니다)")
# "If it were raining, the answer would be 17."

_WOULD = re.compile(r"\b(?:would|might|could)\s", re.IGNORECASE)
_COUNTERFACTUAL = re.compile(
    r"(?:\b(?:were|weren't|had|hadn't|otherwise|without|unless)(?![a-z]))[^.!?\n]{0,120}$", re.IGNORECASE
)


def announcements(
    reply: str,
    pattern: re.Pattern[str] = ANNOUNCEMENT,
    *,
    words: tuple[str, ...] = WORDS,
    not_this: bool = False,
) -> Iterator[re.Match[str]]:
    """Yield the announcements that stand, the last first: those denied or only supposed are left out.

    Args:
        reply: Folded text (`visible.fold`).
        pattern: Made by `announcement`.
        words: One of them is in every line where a match begins, as `WORDS` are for what every reader takes for an
            announcement; empty to search all lines.
        not_this: Yield "the answer is not ..." too, for a reader whose answers may begin so.
    """
    for match in reversed(deque(_matches(reply, pattern, words), maxlen=_MOST)):
        if _denied(reply, match, not_this=not_this) or hedged(reply, match.start()) or _counterfactual(reply, match):
            continue
        yield match


def _matches(reply: str, pattern: re.Pattern[str], words: tuple[str, ...]) -> Iterator[re.Match[str]]:
    """Yield what ``pattern.finditer`` does; the lines without any of ``words`` cost a tenth of it."""
    text = reply.lower() if words else ""
    if len(text) != len(reply):
        yield from pattern.finditer(reply)
        return
    at = 0
    for start, end in _lines_with(text, words):
        at = max(at, start)
        while (match := pattern.search(reply, at, end + _REACH)) and match.start() < end:
            yield match
            at = match.end()


def _lines_with(text: str, words: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Yield where the lines with one of ``words`` begin and end; those closer than `_REACH` are one."""
    lines: dict[int, int] = {}
    for word in words:
        at = -1 if text.isascii() and not word.isascii() else text.find(word)
        while at >= 0:
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            lines[text.rfind("\n", 0, at) + 1] = end
            at = text.find(word, end)
    joined: list[tuple[int, int]] = []
    for start, end in sorted(lines.items()):
        if joined and start - joined[-1][1] < _REACH:
            start, _ = joined.pop()
        joined.append((start, end))
    yield from joined


def _denied(reply: str, match: re.Match[str], *, not_this: bool) -> bool:
    # An arrow is no noun that "false" or "wrong" in front of it could belong to: "B is false → C".
    if match.group()[:1] not in _ARROWS and _DENIED.search(reply[max(0, match.start() - 48) : match.start()]):
        return True
    if _DENIED_VERB.search(match.group()) or _DENIED_BEHIND.match(reply, match.end()):
        return True
    return not not_this and match.group()[-1:].isalpha() and _NOT_THIS.match(reply, match.end()) is not None


def _counterfactual(reply: str, match: re.Match[str]) -> bool:
    before = reply[max(0, match.start() - 160) : match.start()]
    return _WOULD.search(match.group()) is not None and _COUNTERFACTUAL.search(before) is not None


def hedged(text: str, position: int) -> bool:
    """Tell whether what stands at ``position`` is only supposed, or asked ("whether", "if", "some may say that")."""
    return _HEDGED.search(text[max(0, position - 48) : position]) is not None

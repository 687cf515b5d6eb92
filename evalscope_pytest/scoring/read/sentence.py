r"""Finding the value that a sentence gives among the numbers it mentions.

"In 2 days, Janet has 36 apples (3 boxes of 12)." gives 36. Every number or formula of a sentence is a candidate, and
the words around it say how much it counts (`Weight`): one behind "so" or "making" concludes, one behind a preposition
gives a time or a person, one in brackets or in a clause with "since" explains, one behind "not" is denied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from .expressions import Token, is_value, listed, result_of, tokens_of

_LONGEST = 2000  # Characters of a sentence that are read.
_SENTENCE_END = re.compile(r"[.!?](?:(?:\$\$?|\\[)\]])(?=\s{0,3}(?:[A-Z]|$))|(?=\s|$|[\"')\]*]))|[。！？\n]")
_ALIGNED = re.compile(
    r"\\begin\{(?:align(?:ed)?|gather(?:ed)?|equation|eqnarray|split)\*?\}(.{1,1500}?)"
    r"\\end\{(?:align(?:ed)?|gather(?:ed)?|equation|eqnarray|split)\*?\}",
    re.DOTALL,
)
_DISPLAYED = re.compile(r"\\\[.{1,1500}?\\\]|\$\$.{1,1500}?\$\$", re.DOTALL)
_MATRIX = re.compile(r"\\begin\{([a-z]?matrix|array|cases)\}.{1,1500}?\\end\{\1\}", re.DOTALL)
_FACTORIAL = re.compile(r"\s?(?:[-=+*/·,<>]|\\)")
_ABBREVIATED = re.compile(r"(?:^|[\s(])(?:[A-Za-z]|i\.e|e\.g|approx|ca|No|Nr|Mr|Mrs|Ms|Dr|St|vs|cf|resp)$")


class Weight(IntEnum):
    """Rank of a value as the subject of its sentence."""

    DENIED = -1
    ASIDE = 0
    BESIDE = 1
    PLAIN = 2
    CONCLUDES = 3


class Value(NamedTuple):
    """A number or formula of a sentence; ``text`` is without the marks around it."""

    start: int
    end: int
    text: str
    weight: Weight


_ADVERBS = (
    r"(?:\s(?:the|a|all|any|about|around|only|just|exactly|first|last|next|another"
    r"|remaining|other|same|original|initial|least|up|to|approximately)){0,3}"
)
# Words directly before a number that give a time, place, duration, subject or person.
_BESIDE_BEFORE = re.compile(
    r"(?:(?<!\w)(?:"
    r"(?:after|by|from|before|when|while|of) [a-z]{2,12}ing(?: away| up| out| off)?|in|after"
    r"|before|within|for|from|at|on|by|over|during|per|every|than|using|among|between|until|through|across"
    r"|(?<!left )(?<!up )(?<!ends )(?<!end )(?<!remains )(?<!be )with|out of|instead of|since"
    r"|steps?|days?|weeks?|months?|years?|hours?|parts?|questions?|problems?|grades?|pages?|chapters?|cases?|lines?"
    r"|equations?|methods?|numbers?|rows?|ages?|aged|levels?|rounds?|stages?|phases?|trials?|sections?|exercises?|examples?"
    r"|tables?|figures?|lessons?|no\.?|the|these|those|both|all|his|her|their|its|our|my"
    # German, French, Spanish, Russian, Swahili
    r"|nach|innerhalb(?: von)?|vor|bei|mit|für|pro|je|seit|bis|während|den|die|ihren|seinen|an|auf"
    r"|après|dans|avant|pendant|pour|avec|depuis|chaque|les|ses|en|au bout de|sur"
    r"|después de|tras|por|para|durante|con|cada|hace|dentro de|los|las|sus|al cabo de"
    r"|через|за|после|спустя|в|на|до|из|по|от|для|каждые"
    r"|baada ya|katika|kwa|kila|ndani ya|siku|saa|wiki|miezi|mwezi|miaka|mwaka|dakika|hatua"
    rf"){_ADVERBS}\s?"
    r"|(?:หลังจาก|หลัง|ใน|ภายใน|ทุก|สำหรับ|ต่อ)\s?"
    r"|(?:每|分给|在|经过|过了?|第|对于|平均分给|平均分成|分成)\s?)[$*(\[]{0,3}$",
    re.IGNORECASE,
)
_BESIDE_BEHIND = re.compile(
    r"\s{0,2}(?:[^\W\d_]{1,14}\s){0,2}?(?:later|ago|earlier|from now|hence|each (?:get|gets|got"
    r"|have|has|had|receive|eat|pay|need|earn|take|buy|make|own)|times (?:as|more|the|that|less))(?![a-z])"
    r"|\s{0,2}(?:[^\W\d_]{1,14}\s){0,1}?(?:später|lang|plus tard|después(?! de)|más tarde|спустя)(?!\w)"
    r"|\s{0,2}[天日周月年小时分钟步个次]{1,3}[后後内里前间]|\s{0,2}(?:日|時間|分|週間|ヶ月|か月|年|回|ステップ)(?:後|で|間|以内"
    r"|前"
    r"|かけて)"
    r"|\s{0,2}\S{1,16}\s?(?:পরে|পর|মধ্যে|আগে|ধরে|తర్వాత|తరువాత|లో|లోపు)"
    r"|\s{0,2}(?:দিনে|সপ্তাহে|মাসে|বছরে|মিনিটে|ঘণ্টায়|ঘন্টায়|রోజుల్లో|రోజుల్లో|గంటల్లో)",
    re.IGNORECASE,
)
_ASIDE_BEHIND = re.compile(
    r"\s{0,2}(?:[^\W\d_]{1,14}\s)?of (?:(?:them|which|whom)(?![a-z])"
    r"|(?:these|those) (?:are|were|is|was|have|had|will|can)(?![a-z]))|\s{0,2}(?:davon|d'entre|de ellos|из них)",
    re.IGNORECASE,
)
_FOR_ALL = (
    r"for (?:all|every|any|each|some) (?:(?:real|positive|negative|natural|whole|integers?|numbers?|values? of) ){0,3}"
    r"(?:[$\\]|[A-Za-z](?![A-Za-z]))"
)
_ASIDE = re.compile(
    rf"\W{{0,4}}(?:(?:and|but|or|und|et|y)\s)?(?:since|because|where|when|whenever|whose|if|as"
    rf"|given|{_FOR_ALL}|provided|assuming"
    r"|which (?:is|are|was|were|has|have|had|can|could|cost|we|he|she|they|it|you|I)(?![a-z])"
    r"|who|of (?:which|these|those|whom|them)|up from|down from|compared|instead|rather|not"
    r"|unlike|versus|vs|whereas|while"
    r"|including|attained|achieved|reached|obtained|occurring|taken|realized|at|on|in(?! which"
    r"| total| all| fact)|although"
    r"|though|even though|found|using|via|after|before|with|from|note|notice|recall|checking|check|verified"
    r"|weil|da|wobei|wenn|davon|denn|nicht|car|puisque|parce que|dont|où|si|porque|ya que|pues"
    r"|donde|cuando|de los cuales"
    r"|так как|потому что|где|если|из которых|kwa sababu|ambapo|"
    r"其中|因为|由于|因為|当|如果|而不是|不是|相比)(?![A-Za-z])",
    re.IGNORECASE,
)
_ASIDE_WITHIN = re.compile(
    r"\s(?=(?:since|because|where|whenever|given that|(?:when|if) (?:[$\\]|[A-Za-z][ =<>])"
    r"|provided|assuming|which (?:is|are|was|were|has|have)"
    r"|of which|up from|down from|compared (?:to|with)|instead of|rather than|unlike|versus|whereas|weil|wobei|denn"
    r"|puisque|parce que|dont|porque|ya que|так как|потому что|из которых|kwa sababu)(?![a-z]))"
    r"|\s(?=by [a-z]{2,12}ing(?![a-z]))"
    rf"|\s(?={_FOR_ALL})|(?<=[^,])(?=其中|因为|由于)",
    re.IGNORECASE,
)
_CONCLUDES_CLAUSE = re.compile(
    r"\W{0,4}(?:and\s)?(?:so|thus|hence|therefore|then|giving|making|leaving|totall?ing"
    r"|for a total|which (?:gives|makes|leaves|means|totals|yields)"
    r"|meaning|resulting|adding up|also|insgesamt|somit|donc|soit|por lo tanto|así que|итого|всего|значит"
    r"|所以|因此|一共|共|总共|合计|还剩|剩下|等于|即)(?![A-Za-z])",
    re.IGNORECASE,
)
_CONCLUDES_BEFORE = re.compile(
    r"(?:(?<!\w)(?:making|giving|gives?|yields?|yielding|leaving|leaves|totals?|totaling"
    r"|totalling|equals?|is equal to|comes? (?:out )?to|amounts? to"
    r"|adds? up to|total of|altogether|insgesamt|en tout|en total|всего|jumla ya)"
    r"|[一总]?共[\u4e00-\u9fff]{0,3}|合计|还剩下?|剩下?|等于)"
    r"(?:\s(?:of|is|are|a|about|exactly|only))?\s?[$*:]{0,3}\s?$",
    re.IGNORECASE,
)
_CONCLUDES_BEHIND = re.compile(
    r"\s{0,2}(?:[^\W\d_]{1,14}\s){0,2}?(?:in total|altogether|in all|overall|total|insgesamt"
    r"|en tout|en total|всего|kwa jumla)(?![a-z])",
    re.IGNORECASE,
)
_WAYS = re.compile(r"\s(?:(?:different|distinct|possible)\s){0,2}ways(?![a-z])")
_OPENING_BESIDE = re.compile(
    r"\W{0,4}(?:after|before|with|by|from|starting|beginning|once|having|using|at|on|of|during|within|out of|for"
    r"|in(?! total| all| the end| conclusion| summary| sum)|nach|mit|bei|von|in|après|avec|dans"
    r"|avant|en(?! tout| total)"
    r"|después|tras|con|de|durante|antes|через|после|за|с|из|baada|kwa|katika|経|每|在|经过|过)(?![A-Za-zа-я])",
    re.IGNORECASE,
)
DENIED_BEFORE = re.compile(
    r"(?:\bnot|\bnever|\bunlike|\bthan|\binstead of|n't|不是|并非|而非|不等于|不为|≠|\\neq?)"
    r"(?:\s{0,2}(?:equal|equals|to|be|the|answer|simply|just|is|a)(?![a-z])){0,4}[\s$:(*]{0,6}(?:\\[(\[])?\s?$"
    r"|(?<!\w)(?:nicht|keine?|(?:ne |n')est pas|pas|no (?:es|son|será)|não (?:é|são)|non è|niet|не|jibu si)(?!\w)"
    r"(?:\s(?:gleich|égale? à|igual a|равен|равно)(?!\w))?[\s$:(*]{0,6}$"
    r"|\b(?:wrong|incorrect|false)[\s_-](?:answer|result|solution|value)\W{0,4}(?:(?:is|was|would be)\s)?[\s$:=]{0,4}$",
    re.IGNORECASE,
)
DENIED_BEHIND = re.compile(
    r"[*$\s]{0,4}\S{0,4}?(?:では(?:ありません|ない|なく)|じゃな[いく]|(?:이|가) 아닙니다|नहीं है|নয়)"
)
_CLAUSE_END = re.compile(
    r"[;；]\s?|(?<=\()|,\s|,(?=[^\x00-\x7f])|(?<=[^\x00-\x7f]),|\s[—–-]\s|[—–](?=[A-Za-z])|:\s|\s(?=then\s)"
)
_CHINESE = re.compile("[一-鿿]")
_WHICH_IS = re.compile(r"which (?:is|are|equals|has|gives|makes)\s[$*(]{0,3}$")
_ENDS = re.compile(r"[$*)]{0,3}(?:\s[a-z]{1,14})?[.\s]{0,3}$", re.IGNORECASE)
_PLAIN_NUMBER = re.compile(r"[$*(]{0,3}[-+]?\d[\d.,]{0,30}%?[*.,;:]{0,4}\$?[*.,;:]{0,4}")
_BETWEEN = re.compile(r"(?:between|from|zwischen|entre|между|kati ya)\s[$*(]{0,3}$", re.IGNORECASE)
_WHICH = re.compile(r"\W{0,4}which (?:is|are|was|were)(?![a-z])")
_RELATION = re.compile(r"[=<>≤≥≠]|\\(?:le|leq|ge|geq|ne|neq|in|equiv|lt|gt|to)(?![a-z])")
_CONDITION_BEFORE = re.compile(
    r"(?<!\w)(?:with|for|when|if|where|at|occurs (?:at|when)|(?:for )?(?:all|every|any|each)"
    r"|such that|as|wenn|für|si|pour)"
    r"(?:\s(?:all|every|any|each|the|values?|of|integers?|real|positive|numbers?)){0,3}\s[$*(]{0,3}$",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"\W{0,4}(?:note|remark|hint|p\.s"
    r"|(?:double|cross|sanity)?[-\u2010\u2011 ]?check(?:ing|ed)?|verification|recall|remember)(?![a-z])",
    re.IGNORECASE,
)
# "14π, or about 43.98": the rounded form of the value before.
_ROUNDED_BEFORE = re.compile(
    r"(?:,|\(|\bor|\bis|—|-)\s{1,2}(?:or |which is |that is |i\.e\.,? )?"
    r"(?:about|approximately|approx\.?|roughly|around|nearly)\s[$*(]{0,3}$",
    re.IGNORECASE,
)
_EXACT = re.compile(r"[π√]|\\(?:pi|sqrt|[dt]?frac)(?![A-Za-z])")
_SUM = re.compile(r"\d\s?[%)]?\s?=")
_MONEY = re.compile(r"(?:for|at|by)\s[$£€¥]?$")


def one_line(text: str) -> str:
    """Return ``text`` with each displayed formula on one line, and the lines of aligned ones joined by semicolons."""
    text = _ALIGNED.sub(lambda match: match.group(1).replace("\\\\", "; ").replace("&", " "), text)
    for formula in (_DISPLAYED, _MATRIX):
        text = formula.sub(lambda match: match.group().replace("\n", " "), text)
    return text


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of ``text``, each without its full stop, at most `_LONGEST` characters of each."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        factorial = end.group()[0] == "!" and _FACTORIAL.match(text, end.end())
        if factorial or text[end.start() - 1 : end.start()] == "\\":  # `\!` is a space of LaTeX
            continue
        if end.group()[0] == "." and _ABBREVIATED.search(text[max(0, end.start() - 8, start) : end.start()]):
            continue
        sentence = text[start : end.start() if len(end.group()) == 1 else end.end()]
        if sentence.strip():
            yield sentence[:_LONGEST]
        start = end.end()
    if text[start:].strip():
        yield text[start:][:_LONGEST]


def values(sentence: str) -> list[Value]:
    """Return the numbers and formulas of a sentence in their order, members of a list as one."""
    tokens = tokens_of(sentence)
    formulas = [(token.start, token.end) for token in tokens if token.formula]
    clauses = _clauses(sentence, formulas)
    found: list[Value] = []
    for run in listed(sentence, tokens):
        text = result_of(sentence[run.start : run.end])
        if is_value(text):
            found.append(Value(run.start, run.end, text, _weight(sentence, run, clauses)))
    return found


def announced_value(sentence: str) -> Value | None:
    """Return the value of a sentence that announces it: the first, or the one it concludes."""
    found = values(sentence)
    if not found:
        return None
    if worded := [value for value in found if sentence[value.start] == "=" and value.weight > Weight.ASIDE]:
        return worded[-1]  # "3 boxes x 12 apples = 36 apples"
    if _CHINESE.search(sentence) and (given := _given_in_chinese(sentence, found)):
        return given
    first = found[0]
    if (
        first.weight > Weight.DENIED
        and not sentence[: first.start].strip(" \t*_`\"'$(~=:")
        and not _BESIDE_BEHIND.match(sentence, first.end)
    ):
        return first
    concluding = [value for value in found if value.weight is Weight.CONCLUDES]
    plain = [value for value in found if value.weight is Weight.PLAIN]
    beside = [value for value in found if value.weight is Weight.BESIDE]
    aside = [value for value in found if value.weight is Weight.ASIDE]
    return next((chosen for chosen in (concluding[-1:], plain[:1], beside[-1:], aside[:1]) if chosen), [None])[0]


def _given_in_chinese(sentence: str, found: list[Value]) -> Value | None:
    """Return the last value of the first clause that gives one: a Chinese clause has its statement at the end."""
    if concluding := [value for value in found if value.weight is Weight.CONCLUDES]:
        return concluding[-1]
    plain = [value for value in found if value.weight is Weight.PLAIN]
    same = [value for value in plain if not _CLAUSE_END.search(sentence, plain[0].end, value.start)]
    return same[-1] if same else None


def concluding_value(sentence: str) -> Value | None:
    """Return the value of a sentence that a reply ends with: the last of those that count most."""
    found = [value for value in values(sentence) if value.weight > Weight.DENIED]
    if not found:
        return None
    return max(found, key=lambda value: (min(value.weight, Weight.PLAIN), value.start))


def _weight(sentence: str, run: Token, clauses: list[tuple[int, Weight]]) -> Weight:
    before, behind = sentence[max(0, run.start - 60) : run.start], sentence[run.end : run.end + 60]
    start, clause = next((at, weight) for at, weight in reversed(clauses) if at <= run.start)
    if DENIED_BEFORE.search(before) or DENIED_BEHIND.match(behind):
        return Weight.DENIED
    if _WHICH_IS.search(before) and _ENDS.match(behind):
        return Weight.PLAIN
    if clause is Weight.ASIDE and _SUM.search(run.text) and _WHICH.match(sentence, start):
        return Weight.PLAIN
    if clause is Weight.ASIDE or _in_brackets(sentence, run):
        return Weight.ASIDE
    if _RELATION.search(run.text) and not _SUM.search(run.text) and _CONDITION_BEFORE.search(before):
        return Weight.ASIDE
    if _EXACT.search(sentence, 0, run.start) and (run.text[:1] == "≈" or _ROUNDED_BEFORE.search(before)):
        return Weight.ASIDE
    number = _PLAIN_NUMBER.fullmatch(run.text) or _BETWEEN.search(before)
    beside = number and _BESIDE_BEFORE.search(before) and not _WAYS.match(behind)
    money = sentence[run.start : run.start + 1] in ("$", "£", "€", "¥") and _MONEY.search(before)
    if run.text[:1] == "=" or (run.text[-1:] != "=" and _SUM.search(run.text)):
        return Weight.CONCLUDES
    if clause is Weight.BESIDE or (beside and not money) or _BESIDE_BEHIND.match(behind) or _ASIDE_BEHIND.match(behind):
        return Weight.BESIDE
    concludes = _CONCLUDES_BEFORE.search(before) or _CONCLUDES_BEHIND.match(behind)
    return Weight.CONCLUDES if concludes or clause is Weight.CONCLUDES else Weight.PLAIN


def _clauses(sentence: str, formulas: list[tuple[int, int]]) -> list[tuple[int, Weight]]:
    """Return where the clauses begin, and what kind each is of."""
    starts = [0]
    starts += [match.end() for match in _CLAUSE_END.finditer(sentence)]
    starts += [match.end() for match in _ASIDE_WITHIN.finditer(sentence)]
    outside = sorted(at for at in set(starts) if not any(begin < at < end for begin, end in formulas))
    if _REMARK.match(sentence):
        return [(0, Weight.ASIDE)]
    followed = len(outside) > 1 and "," in sentence[: outside[1]]
    return [(at, _kind(sentence, at, followed=followed)) for at in outside]


def _kind(sentence: str, at: int, *, followed: bool) -> Weight:
    if at and _ASIDE.match(sentence, at):
        return Weight.ASIDE
    if not at and followed and _OPENING_ASIDE.match(sentence):
        return Weight.ASIDE
    if not at and followed and _OPENING_BESIDE.match(sentence):
        return Weight.BESIDE
    if at and _BESIDE_CLAUSE.match(sentence, at):
        return Weight.BESIDE
    return Weight.CONCLUDES if at and _CONCLUDES_CLAUSE.match(sentence, at) else Weight.PLAIN


# "by selling the other 9 eggs", "比乙数多20"
_BESIDE_CLAUSE = re.compile(r"\W{0,4}(?:by [a-z]{2,12}ing(?![a-z])|比)", re.IGNORECASE)
_OPENING_ASIDE = re.compile(
    r"\W{0,4}(?:since|because|if|when|given|as|for (?:all|every|any)|assuming|weil|da|wenn"
    r"|puisque|si|porque|como|так как|если"
    r"|因为|由于|如果|当)(?![A-Za-z])",
    re.IGNORECASE,
)


def _in_brackets(sentence: str, run: Token) -> bool:
    """Return whether a value is in brackets after words: a pair such as ``(3, 4)`` does not."""
    before = sentence[: run.start]
    if run.text.startswith("(") and (")" not in run.text or (before[-2:-1].isalpha() and "," not in run.text)):
        return True
    return before.count("(") > before.count(")") or before.count("[") > before.count("]")

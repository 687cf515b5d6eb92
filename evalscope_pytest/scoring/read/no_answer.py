"""Finding the statement that there is no answer: "The answer cannot be determined.", ``无法确定答案。``.

It takes back what the reply gives before it; what comes after it counts.
"""

from __future__ import annotations

import re
from collections import deque

_TAIL = 800  # Characters before the end in which a statement is looked for.
_LAST = 8  # Statements that are tried, from the last.
_ANSWER = (
    r"(?:the |an |any |a |my |its |one )?(?:(?:final|exact|correct|right|definite|definitive|unique|single|numerical"
    r"|numeric|true|actual) ){0,2}(?:answer|solution|result)s?"
    r"(?: (?:to|of|for) (?:this|the|that) (?:question|problem|exercise|puzzle))?"
)
_TASK = r"(?:the|this|that) (?:question|problem|exercise|puzzle|task)"
_CANNOT = (
    r"(?:(?:cannot|can ?not|can't|could not|couldn't|may not|is not able to|is unable to)"
    r"(?: possibly| actually| really| yet)? be|is impossible to|is not possible to)"
)
_FIND = (
    r"(?:determined?|found|find|known?|computed?|calculated?|derived?|deduced?|inferred?|infer|established?|concluded?"
    r"|obtained?|given?|give|provided?|stated?|solved?|answer(?:ed)?|identif(?:y|ied)|figured? out|worked? out"
    r"|pinned? down)"
)
_BEHIND = (
    r"(?:(?: (?:exactly|precisely|uniquely|reliably|definitively|here|at all))?"
    r"(?: (?:from|with|by|on|using|based on|given|without|due to)(?![a-z])"
    r"(?:(?! alone| only| inspection)[^.!?,\n\d]){0,120}"
    r"|,? (?:because|since|as)(?![a-z])[^.!?\n]{0,160})?[\s*_)\"'`]{0,6}(?:[.!;]|—|\n|\Z))"
)
_OPENS = (
    r"(?:(?:^|(?<=[.!?:;,\n]\s)|(?<=[.!?:;,\n*_(]))[\s*_>#(-]{0,6}"
    r"(?:(?:so|but|and|thus|therefore|hence|however|unfortunately|no|sorry|actually|in conclusion|then),?\s){0,3}"
    r"|(?<=\sbut\s)|(?<=\sand\s))"
)
_FIRST_PERSON = (
    r"(?:(?:i|we)|(?<=but )|(?<=and ))(?:'m| am|'re| are| was| were| have been)?"
    r"(?: (?:just|simply|really|still|honestly|afraid i)){0,2}"
    r"\s?(?:(?:cannot|can ?not|can't|could not|couldn't|did not|didn't|do not know how to|unable to|not able to"
    r"|failed to|was unable to))"
)
_NO_ANSWER = re.compile(
    rf"\b{_ANSWER} {_CANNOT} {_FIND}{_BEHIND}"
    rf"|\b{_TASK} {_CANNOT} (?:solved?|answer(?:ed)?|determined?){_BEHIND}"
    rf"|{_OPENS}(?:it|this|that) {_CANNOT} {_FIND}{_BEHIND}"
    rf"|\b{_ANSWER} (?:is|are|remains?) (?:therefore |thus |simply |still )?"
    rf"(?:unknown|undetermined|indeterminate|indeterminable|unclear|not determinable){_BEHIND}"
    rf"|\b(?:it is|it's|is) (?:not possible|impossible) to {_FIND} (?:{_ANSWER}|it|{_TASK}){_BEHIND}"
    rf"|{_OPENS}{_FIRST_PERSON} (?:actually )?{_FIND} (?:{_ANSWER}|(?:the|a) value|it|this|that|{_TASK}){_BEHIND}"
    rf"|{_OPENS}i (?:do not|don't) know(?: {_ANSWER}| it)?{_BEHIND}"
    rf"|\b(?:there is|there's|we have|i have) (?:not enough|insufficient|too little) (?:information|data)(?: to {_FIND}"
    rf"(?: (?:{_ANSWER}|it|this))?)?{_BEHIND}"
    rf"|\b(?:there is|there's) no way to {_FIND} (?:{_ANSWER}|it|this){_BEHIND}"
    rf"|\b(?:there is|there's) no (?:definite|definitive|unique) answer{_BEHIND}"
    rf"|\bno (?:(?:definite|definitive|unique) )?(?:answer|solution) can be {_FIND}{_BEHIND}"
    r"|(?:答案|结果|本题|此题|该题|题目)(?:是|目前|还|仍然?)?(?:无法|不能|难以)(?:被)?(?:唯一)?"
    r"(?:确定|求出|求解|得出|计算|解答|回答|判断)[。.!！;\s]{0,4}(?:$|(?<=[。.!！;\n]))"
    r"|(?:^|(?<=[。！？，；,.!?;:\s]))(?:所以|因此|但是?|然而|不过|抱歉|很遗憾|我们?|实在|仍然?|还是|[,，]){0,4}"
    r"(?:无法|不能|没法)(?:唯一)?(?:确定|求出|得出|给出|算出|计算出?|回答|解答)"
    r"(?:最终|正确|确切)?的?(?:答案|结果|此题|本题|这道题|该问题|这个问题)?[。.!！;\s]{0,4}(?:$|(?<=[。.!！;\n]))"
    r"|(?:我)?不知道(?:答案)?[。.!！]|(?:条件|信息)(?:不足|不够)(?:以)?(?:[，,]?(?:无法|不能)[^。\n\d]{0,20})?[。.!！]"
    # German, French, Spanish, Italian, Portuguese
    r"|\b(?:die (?:antwort|lösung)|das ergebnis|sie|es) (?:lässt sich|kann) nicht (?:eindeutig )?(?:bestimm|ermittel"
    r"|berechne)\w{1,4}(?: werden)?[.!]"
    r"|\b(?:la (?:réponse|solution)|le résultat) ne peut (?:pas )?être (?:déterminée?|trouvée?|calculée?)[.!]"
    r"|\bje ne (?:sais|trouve) pas(?: la réponse)?[.!]|\bich weiß (?:es |die antwort )?nicht[.!]"
    r"|\b(?:la (?:respuesta|solución)|el resultado) no (?:se )?puede (?:ser )?"
    r"(?:determina|calcula|halla|encontra)\w{1,4}[.!]"
    r"|\bno (?:lo )?sé(?: la respuesta)?[.!]|\bnon lo so[.!]|\bnão sei(?: a resposta)?[.!]",
    re.IGNORECASE,
)
# A statement has one of these; most replies have none.
_HINTS = (
    "cannot", "can not", "can't", "could not", "couldn't", "may not", "able to", "possible", "determin", "unknown",
    "unclear", "did not", "didn't", "failed", "know", "enough", "insufficient", "too little", "no way", "no answer",
    "no solution", "no unique", "no definit", "无法", "不", "难以", "没法", "nicht", " pas", "no se", "no lo s",
    "no sé", "no puede", "non lo so", "não sei",
)  # fmt: skip
# "If y were unknown, the answer could not be determined." supposes; "without more information" does not.
_SUPPOSED = re.compile(
    r"\b(?:if|unless|otherwise|had|were|whether|why|when|claims? that|(?:say|says|said|think|thinks|thought) that"
    r"|without (?!(?:more|further|additional|any|other|extra)(?![a-z])))(?![a-z])[^.!?\n]{0,160}$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?。！？\n](?=\s|$|[^\x00-\x7f])")


def no_answer_end(reply: str) -> int | None:
    """Return where the last statement ends that there is no answer; None without one.

    Args:
        reply: Folded text (`visible.fold`).
    """
    begin = max(0, len(reply) - _TAIL)
    near = reply[begin:].lower()
    if not any(hint in near for hint in _HINTS):
        return None
    for found in reversed(deque(_NO_ANSWER.finditer(reply, begin), maxlen=_LAST)):
        before = reply[max(begin, found.start() - 160) : found.start()]
        cut = 0
        for end in _SENTENCE_END.finditer(before):
            cut = end.end()
        if not _SUPPOSED.search(before[cut:]):
            return found.end()
    return None

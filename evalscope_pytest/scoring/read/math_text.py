r"""Reading the final answer of a mathematical question out of a reply.

From the most to the least explicit; the first that says something decides:

1. the last ``\boxed{...}`` that is not taken back ("it is not \boxed{17}"); boxes joined by "and" are one answer;
2. the last phrase that announces an answer ("the answer is", ``ANSWER:``, ``答案是``, ``####``, a JSON field);
3. the last expression in bold, on its own;
4. the last expression or number of the reply; a reply of one or two words stands for itself.

A statement that there is no answer ("the answer cannot be determined") takes back all before it.
"""

from __future__ import annotations

import re
from itertools import islice

from ..compare.number_words import last_spoken_zh
from .boxes import Box, boxes, last_points, points
from .expressions import formula_at, is_value, mathematical, mathematical_only, tokens_of
from .json_text import json_answer
from .marker import announcements, without_closing
from .no_answer import no_answer_end
from .sentence import (
    DENIED_BEFORE,
    DENIED_BEHIND,
    Value,
    Weight,
    announced_value,
    concluding_value,
    one_line,
    sentences,
    values,
)
from .visible import fold, visible

_TAIL = 32_000  # Characters before the end that are read if no box is found.
_SHORT = 2  # Lines of a part with the heading "Answer" that announce it.
_SENTENCES = 6  # Sentences behind a phrase in which its value is looked for.
_SENTENCES_BACK = 40
_SHOWN = 2000  # Characters read after a phrase or before the end.
_TAKEN_BACK_AFTER = re.compile(
    r"[\s$)*]{0,4}(?:\\[)\]])?,?\s{0,2}(?:(?:is|was|would be|which is|seems)\s(?:clearly |definitely |obviously )?"
    r"(?:not|wrong|incorrect|false|invalid|impossible)(?![a-z])|isn't|不对|错|不正确|是错)",
    re.IGNORECASE,
)
_TWO_BOXES = re.compile(
    r"[\s$.]{0,4}(?:\\[)\]])?(?:,|;|、)?\s{0,3}(?:and|or|和|或|与)?\s{0,3}(?:\\[(\[])?[\s$]{0,4}"
    r"(?:[A-Za-z](?:_\w)?\s?=\s?)?$"
)
_LIST_WORD = re.compile(r",|;|、|and|or|和|或|与")
_FILLER = re.compile(
    r"(?:[\s:=,~≈]|(?:is|are|be|equals?|exactly|approximately|about|around|roughly|simply|just"
    r"|only|found|to|thus|therefore|so|now|then"
    r"|that|all|indeed|at|least|most|also|given|by|as follows|genau|ungefähr|exactement|environ|exactamente"
    r"|aproximadamente|ровно|примерно)(?![^\W_])){0,16}",
    re.IGNORECASE,
)
_OPENING = " \t\r\n:*_`\"'#>"
_BULLET = re.compile(r"\s{0,20}\n\s{0,20}(?:[-*•+]|1[.)])\s{1,4}(?=\S)")
_DENIED = re.compile(r"(?:not|nicht|keine?|pas|não|niet|не)\b|n't|不", re.IGNORECASE)
_NO_ANSWER = re.compile(r"unknown|undetermined|impossible to|unclear|无法|未知", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:\*\*)?(?:\(([A-E])\)|([A-E])[.)])(?:\*\*)?(?:[\s:,]{1,3}|\s?[–—-]\s)(?=[-+$(]{0,3}(?:\d|\\|[√π.]|[a-z](?![a-z])))"
)
_SUPPOSED = re.compile(r"(?:should|must|would|will|has to)\s(?:\w{1,10}\s){0,2}be$", re.IGNORECASE)
# Emoji, their joiners and ticks; arrows of the same blocks announce.
_PICTURES = re.compile("[\u2600-\u2793\u2b50\u2b55\ufe0f\u200d\u20e3\U0001f000-\U0001faff]+")
_UNKNOWN = r"\$?[A-Za-z](?:_\w)?\s?=\s?[^\s,;=$*]{0,39}[^\s,;=$*.]\$?"
_UNKNOWNS = re.compile(rf"{_UNKNOWN}(?:(?:,|;|,?\s?and)\s?{_UNKNOWN}){{1,7}}(?=[\s*`_.]{{0,6}}(?:\n|$))")  # "x=2, y=3"
_MOST_POINTS = 24
_STEP = re.compile(r"[\d)%]\s?=")  # "9 * 2 = 18"
_LONGEST_POINT = 120
_BASE_BEHIND = re.compile(
    r"[\s$*]{0,4}\(?(?:in )?base[ -](\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|twelve|sixteen)(?![\d\w])"
)
_EMPTY_SET = re.compile(
    r"(?<![a-z])(?:is|be|are|=)(?: therefore| thus| just| simply)? (?:the )?empty(?: set)?[\s.*$)!]{0,6}$"
)
_WORDS = 4  # A longer claim without a value is prose; the value is looked for behind it.
_ZH_COUNTED = re.compile(r"-?\d[\d,.]{0,40}(?:/\d{1,20}|%)?[\u0e00-\u0eff\u3040-\u30ff一-鿿]{1,4}")
_GIVES_BACK = re.compile(r"[\s*_`\"')\]}.,;:!?$]")
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
_BOLD = re.compile(r"\*\*")
_OPENS = re.compile(r"(?<![\w)\]}.%$°])\*\*(?=\S)")
_RUNNING_ON = re.compile(r"(?<![\d.])(\d{0,12}\.\d{3,24})(?:\s?…|\.{3})(?![.\d])")
_REMARK_ZH = re.compile(r"(?<=\d)（(?=[\d\s+*×÷/=-])")


def read_math(text: str) -> str | None:
    """Return the final answer as it is written in the reply, None when there is none."""
    reply = visible(text).strip()
    if not reply.isascii():
        reply = _PICTURES.sub(" ", reply).strip()
    reply = _unmarked(reply)
    members = json_answer(reply)
    if members is not None:
        return _member(", ".join(members))
    tail = without_closing(fold(reply[-_TAIL:]))
    if (end := no_answer_end(tail)) is not None:
        reply = tail = tail[end:]
    if answer := _boxed(reply):
        return answer
    announced = _announced(tail)
    return (_bold(tail) or _last_expression(tail)) if announced is None else announced or None


def _member(answer: str) -> str | None:
    """Return what a field of JSON answers: a value, a sentence about it, or a whole reply."""
    if "\\" in answer and "$" not in answer and mathematical_only(answer):
        return answer.strip()
    return _boxed(answer) or _announced(folded := fold(answer)) or _claim(folded) or None


def _boxed(reply: str) -> str | None:
    if "box" not in reply:
        return None
    chosen: list[Box] = []
    for box in boxes(reply):
        if chosen:
            between = reply[box.end : chosen[-1].start]
            if len(between) > 24 or not _LIST_WORD.search(between) or not _TWO_BOXES.match(between):
                break
        elif _taken_back(reply, box):
            continue
        if box.content.strip(" .$\\{}") or "\\{" in box.content:
            chosen.append(box)
    return ", ".join(box.content.strip() for box in reversed(chosen)) or None


def _taken_back(reply: str, box: Box) -> bool:
    before, after = reply[max(0, box.start - 48) : box.start], reply[box.end : box.end + 40]
    return bool(DENIED_BEFORE.search(before) or _TAKEN_BACK_AFTER.match(after))


def _announced(reply: str) -> str | None:
    """Return what the last phrase announces; empty if all of them deny that there is an answer."""
    silent = False
    for phrase in announcements(reply):
        claim = reply[phrase.end() : phrase.end() + _SHOWN]
        supposed = _SUPPOSED.search(phrase.group()) is not None
        heading = phrase.group().endswith("\n")
        if answer := _headed(claim) if heading else _claim(claim, needs_value=supposed):
            return answer
        silent = silent or answer == ""
    return "" if silent else None


def _headed(text: str) -> str | None:
    """Return the answer of a part with the heading "Answer": a short one announces it, a long one ends with it."""
    if sum(1 for line in text.splitlines() if line.strip()) > _SHORT:
        return _bold(text) or _last_expression(text)
    return _claim("\n" + text)


def _claim(claim: str, *, needs_value: bool = False) -> str | None:
    """Return what a phrase announces: a value, or the words of its clause.

    Args:
        needs_value: Words alone are not an answer ("the answer should be positive").
    """
    if len(several := points(claim)) > 1 and (answer := _listed(claim, several)):
        return answer
    claim = _without_opening(claim)
    if formula := _opening_formula(claim):
        return formula
    words = ""
    for sentence in islice(sentences(claim), _SENTENCES):
        if _NO_ANSWER.match(sentence):
            return ""
        value = announced_value(sentence)
        if value is None and _DENIED.match(sentence):
            return ""
        if value and (value.weight is not Weight.ASIDE or not _before(sentence, value)):
            return _with_unit(sentence, value)
        words = words or _before(sentence, value)
        if words and len(words.split()) <= _WORDS:
            break
    if needs_value:
        return None
    return (None if words.isascii() else last_spoken_zh(words)) or words or None


def _without_opening(claim: str) -> str:
    """Return the line of a claim without the bullet, filler words and label before it."""
    if bullet := _BULLET.match(claim):
        claim = claim[bullet.end() :]
    claim = one_line(claim.lstrip(_OPENING).partition("</")[0])
    claim = claim[_FILLER.match(claim).end() :].lstrip(_OPENING)  # type: ignore[union-attr]
    label = _LABEL.match(claim)
    return claim[label.end() :] if label else claim


def _opening_formula(claim: str) -> str:
    """Return the value or the unknowns that a claim begins with, "" if neither does."""
    formula = formula_at(claim, 0)
    if (
        formula
        and is_value(formula.text)
        and not (_joined(claim[formula.end :]) or DENIED_BEHIND.match(claim, formula.end))
    ):
        return formula.text
    unknowns = _UNKNOWNS.match(claim)
    return unknowns.group().replace("$", "") if unknowns else ""


def _listed(claim: str, several: tuple[str, ...]) -> str | None:
    """Return the result of a list's points: the last step of a calculation, or all values."""
    if any(map(_STEP.search, several)):
        return _bold(claim) or _last_expression(claim)
    return _values_of(several)


def _values_of(listed: tuple[str, ...]) -> str | None:
    """Return the values of a list with one on each point, None when a point holds anything else."""
    found: list[str] = []
    for point in listed if 1 < len(listed) <= _MOST_POINTS else ():
        here = values(point) if not _STEP.search(point) and len(point) <= _LONGEST_POINT else []
        if len(here) != 1 or (point[: here[0].start] + point[here[0].end :]).strip(" $*_`.,;\\()[]"):
            return None
        found.append(here[0].text)
    return ", ".join(found) or None


def _joined(behind: str) -> bool:
    """Return whether a formula goes on with another value: "$3$, $5$ and $7$", "$x = 2$ or $x = -2$"."""
    return re.match(r",?\s{0,2}(?:and|or|,)\s{0,2}[$\\\d-]|,\s{0,2}[$\\\d-]", behind) is not None


def _before(sentence: str, value: Value | None) -> str:
    """Return the words of a clause, up to a remark that holds a value."""
    if value is None and all(token.formula or mathematical(token.text) for token in tokens_of(sentence)):
        return sentence.strip(" \"'`*_.,;")  # "p - q"
    end = len(sentence) if value is None else value.start
    return re.split(r",\s|\s\(|;|\s[—–-]\s", sentence[:end], maxsplit=1)[0].strip(" \"'`*_.,;}").rstrip("( ")


def _with_unit(sentence: str, value: Value) -> str:
    """Return a value; with its unit when a sentence in Chinese or Japanese is nothing else."""
    whole = sentence.strip(" *_`")
    return whole if _ZH_COUNTED.fullmatch(whole) else _with_base(sentence, value)


def _with_base(sentence: str, value: Value) -> str:
    """Return a value, with the base that the words behind it name."""
    base = _BASE_BEHIND.match(sentence, value.end)
    return f"{value.text} (base {base.group(1)})" if base and value.text.isalnum() else value.text


def _bold(reply: str) -> str | None:
    """Return the last bold text that is an expression, with or without a unit: headings and emphasis are not."""
    pieces = reply.split("**")
    for inner in reversed(pieces[1:-1:2] if len(pieces) % 2 else pieces[1::2]):
        if len(inner) > 200 or not is_value(inner):
            continue
        found = values(inner.strip())
        if found and not inner[: found[0].start].strip(" $*") and len(inner[found[0].end :].split()) <= 2:
            return found[0].text
    return None


def _is_short_text(reply: str) -> bool:
    return len(reply) <= 60 and len(reply.split()) <= 2 and not is_value(reply)


def _last_expression(reply: str) -> str | None:
    """Return the value that the reply's last sentence with one gives, or a reply of at most two words itself."""
    reply = _rows_apart(reply)
    if (several := points(last_points(reply))) and (answer := _values_of(several)):
        return answer
    tail = one_line(reply.replace("\\boxed{}", " "))[-_SHOWN:]
    if _EMPTY_SET.search(tail, max(0, len(tail) - 60)):
        return "\\emptyset"
    fallback: str | None = None
    for sentence in islice(reversed(list(sentences(tail))), _SENTENCES_BACK):
        value = concluding_value(sentence)
        if value and value.weight is not Weight.ASIDE:
            return _with_base(sentence, value)
        fallback = fallback or (value.text if value else None)
        if not sentence.isascii() and (number := last_spoken_zh(sentence)):
            return number
    return fallback or (reply.strip(" .*_`\"'。") or None if _is_short_text(reply) else None)


def _unmarked(reply: str) -> str:
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


def _rows_apart(reply: str) -> str:
    """Return ``reply`` with the cells of each table row as parts of a sentence."""
    return _ROW.sub(lambda match: match.group(1).replace("|", "; "), reply) if "|" in reply else reply


def _power(line: str) -> str:
    """Return a line in which stars that are not a pair of bold marks raise to a power.

    Stars between two values raise, unless one of them has to close a bold mark (or to open one): ``**5**2``.
    """
    if len(line) > 2000:
        return line
    raised = {match.start() for match in _STARS.finditer(line)}
    marks = [m.start() for m in _BOLD.finditer(line) if m.start() not in raised]
    opening = sum(_OPENS.match(line, at) is not None for at in marks)
    balanced = 2 * opening == len(marks)
    return _STARS.sub("^", line) if balanced or (len(marks) + len(raised)) % 2 else line

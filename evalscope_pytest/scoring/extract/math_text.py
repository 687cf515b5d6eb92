r"""Reading the final answer of a mathematical question out of a reply.

From the most to the least explicit; the first that says something decides:

1. the last ``\boxed{...}`` that is not taken back ("it is not \boxed{17}"); boxes joined by "and" are one answer;
2. the last phrase that announces an answer ("the answer is", ``ANSWER:``, ``答案是``, ``####``, a JSON field);
3. the last expression in bold, on its own;
4. the last expression or number of the reply; a reply of one or two words stands for itself.
"""

from __future__ import annotations

import re

from ..number_words_zh import last_spoken_zh
from .boxes import Box, boxes
from .json_text import json_answer
from .marker import announcements
from .visible import fold, visible

_TAIL = 32_000  # Characters before the end that are read, where no box is found.
_SHOWN = 2000  # Characters read after a phrase or before the end.
_TAKEN_BACK_BEFORE = re.compile(
    r"(?:\bnot|\bnever|\bunlike|\bthan|\binstead of|n't|不是|并非|而非|不等于|不为|≠|\\neq?)"
    r"(?:\s{0,2}(?:equal|equals|to|be|the|answer|simply|just|is|a)(?![a-z])){0,4}[\s$:(*]{0,6}(?:\\[(\[])?\s?$",
    re.IGNORECASE,
)
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
    r"(?:[\s:=,]|(?:is|are|be|equals?|exactly|approximately|about|around|roughly|simply|just|only|found|to|thus|therefore|so|now|then"
    r"|that|indeed|at|least|most|also|given|by)(?![A-Za-z])){0,16}",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?](?=\s|$|[\"')\]*])|[。！？\n]")
_TOKEN = re.compile(r"\S+")
_LETTERS = re.compile(r"\\[A-Za-z]+|(?<![A-Za-z\\])(?:sqrt|pi|sin|cos|tan|log|ln)(?![A-Za-z])")
_WORD = re.compile(r"[A-Za-z]{2,}|[\u0400-\u1eff\u3040-\u30ff一-鿿]")  # none of them Greek
_OPERATOR = re.compile(r"[-+*/^=<>|×÷·±≤≥≠∈∪,;:()\[\]{}$&.!°%]+")
_GLUED = re.compile(r"(?<![A-Za-z\d.])-?\d[\d,.]*\d|(?<![A-Za-z\d.])-?\d")
_COUNTED = re.compile(r"(?<![A-Za-z\d.])-?\d[\d,.]{0,40}(?:/\d{1,20}|%)?[\u0e00-\u0eff\u3040-\u30ff一-鿿]{0,4}")
_VALUE = re.compile(r"\d|\\(?:frac|sqrt|pi|infty|emptyset|text|begin|[dt]frac|sin|cos|tan|log|ln|e|i)")


def read_math(text: str) -> str | None:
    """Return the final answer as it is written in the reply, None when there is none."""
    reply = visible(text).strip()
    members = json_answer(reply)
    if members is not None:
        return _member(", ".join(members))
    if answer := _boxed(reply):
        return answer
    tail = fold(reply[-_TAIL:])
    return _announced(tail) or _bold(tail) or _last_expression(tail)


def _member(answer: str) -> str | None:
    """Return what a field of JSON answers: a value, a sentence about it, or a whole reply."""
    return _boxed(answer) or _announced(folded := fold(answer)) or _claim(folded)


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
        if box.content.strip(" .$\\{}"):
            chosen.append(box)
    return ", ".join(box.content.strip() for box in reversed(chosen)) or None


def _taken_back(reply: str, box: Box) -> bool:
    before, after = reply[max(0, box.start - 48) : box.start], reply[box.end : box.end + 40]
    return bool(_TAKEN_BACK_BEFORE.search(before) or _TAKEN_BACK_AFTER.match(after))


def _announced(reply: str) -> str | None:
    for phrase in announcements(reply):
        if answer := _claim(reply[phrase.end() : phrase.end() + _SHOWN]):
            return answer
    return None


def _claim(claim: str) -> str | None:
    """Return what a phrase announces: delimited mathematics, bold text, an expression, or the words of its clause."""
    claim = claim.lstrip(" \t\r\n:*_`\"'#")
    for opening, closing in (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$")):
        if claim.startswith(opening) and not claim.startswith("$ ") and not _currency(claim):
            inner, closed, _ = claim[len(opening) :].partition(closing)
            if closed and inner.strip():
                return inner.strip()
    line = claim.partition("\n")[0].partition("</answer>")[0]
    end = _SENTENCE_END.search(line)
    sentence = line[: end.start()] if end else line
    sentence = sentence.partition("**")[0] or sentence
    sentence = sentence[_FILLER.match(sentence).end() :]  # type: ignore[union-attr]
    if re.match(r"not\b|n't|unknown|不", sentence):
        return None
    leading = _leading_expression(sentence)
    if leading:
        return leading
    clause = sentence.split(", ", 1)[0].strip(" \"'`*_.,;}")
    if _VALUE.search(clause):
        return _first_expression(clause) or _last_counted(clause) or clause
    return (None if clause.isascii() else last_spoken_zh(clause)) or clause or None


def _last_counted(clause: str) -> str | None:
    """Return the last number of a clause in a script that puts no blanks around it, with its unit."""
    numbers = _COUNTED.findall(clause)
    return str(numbers[-1]).rstrip(".,") if numbers else None


def _currency(claim: str) -> bool:
    """Tell whether a leading dollar sign is money ("$5 a day"), not the begin of a formula."""
    inner = claim[1:60].split("$", 1)
    return claim[1:2].isdigit() and (len(inner) == 1 or bool(_WORD.search(_LETTERS.sub("", inner[0]))))


def _mathematical(token: str) -> bool:
    """Tell whether a word of a sentence belongs to an expression: no letters but LaTeX and single variables."""
    return not _WORD.search(_LETTERS.sub(" ", token.replace("{cm}", "")))


def _leading_expression(sentence: str) -> str | None:
    """Return the expression a sentence begins with; "and"/"or" between two values belongs to it."""
    end = 0
    tokens = list(_TOKEN.finditer(sentence, 0, _SHOWN))
    depth = 0
    for index, token in enumerate(tokens):
        word = token.group()
        joins = (
            index > 0
            and word in ("and", "or", "和", "或")
            and index + 1 < len(tokens)
            and _VALUE.search(tokens[index + 1].group()) is not None
            and _mathematical(tokens[index + 1].group())
        )
        if depth <= 0 and not joins and not _mathematical(word):
            glued = re.match(r"[-+]?[$£€¥]?\d[\d,.]*", word)
            if glued and index == 0:
                return word.rstrip(".,;")
            break
        depth += word.count("{") - word.count("}")
        end = token.end()
    expression = sentence[:end].strip(" ,;:.")
    if not expression:
        return None
    if end == len(sentence.rstrip()) and not _WORD.search(_LETTERS.sub(" ", expression)):
        return expression
    expression = re.sub(r"(?:\s[A-Za-z])+$", "", expression).strip(" ,;:.")
    return expression if _VALUE.search(expression) else None


def _first_expression(clause: str) -> str | None:
    for token in _TOKEN.finditer(clause):
        if _VALUE.search(token.group()) and (found := _leading_expression(clause[token.start() :])):
            return found
    return None


def _bold(reply: str) -> str | None:
    """Return the last bold text that is an expression, with or without a unit: headings and emphasis are not."""
    pieces = reply.split("**")
    for inner in reversed(pieces[1:-1:2] if len(pieces) % 2 else pieces[1::2]):
        if len(inner) <= 200 and _VALUE.search(inner):
            leading = _leading_expression(inner.strip())
            if leading and len(inner.split()) <= len(leading.split()) + 2:
                return leading.rpartition(" = ")[2]
    return None


def _last_expression(reply: str) -> str | None:
    """Return the last run of mathematical tokens that holds a value, or a reply of at most three words itself."""
    tail = reply[-_SHOWN:].replace("\\boxed{}", " ")
    run: list[str] = []
    for token in reversed(tail.split()):
        if _mathematical(token):
            run.append(token)
        elif any(_VALUE.search(part) for part in run):
            break
        else:
            run.clear()
            if glued := _GLUED.findall(token[-200:]):
                return str(glued[-1])
    while len(run) > 1 and run[-1].isalpha() and not _OPERATOR.fullmatch(run[-2]):
        run.pop()
    if any(_VALUE.search(part) for part in run):
        return _result(" ".join(reversed(run))) or None
    if not tail.isascii() and (number := last_spoken_zh(tail.rpartition("\n")[2])):
        return number
    return reply.strip(" .*_`\"'。") or None if len(reply) <= 60 and len(reply.split()) <= 2 else None


def _result(run: str) -> str:
    """Return the right side of the last equation in ``run``, and of a list of values the last one."""
    run = run.strip(" .,;:。*_`").removesuffix("\\]").removesuffix("\\)").removesuffix("$").strip(" .,;:")
    for opening in ("\\[", "\\(", "$$", "$"):
        if opening in run and run.count(opening) == 1 and not re.match(r"\$\d", run[run.rfind(opening) :]):
            before, _, after = run.rpartition(opening)
            run = after if _VALUE.search(after) else before
    depth, start = 0, 0
    for position, character in enumerate(run):
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif depth == 0 and (character == "=" or (character == "," and run[position + 1 : position + 2] == " ")):
            start = position + 1
    result = run[start:].strip(" .,;:$")
    if result.endswith(")") and "(" not in result and "[" not in result:
        result = result.rstrip(")")
    return result if _VALUE.search(result) else run

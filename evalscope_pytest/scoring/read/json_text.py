"""Finding JSON in a reply: bare, fenced, or within prose; the last that fits is what the model settled on."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from .boxes import boxes
from .marker import announcements, without_closing
from .visible import visible

_TAIL = 100_000  # Characters before the end that are read.
_ANSWER_TAIL = 32_000
_TRIED = 64
_DEEPEST = 4
_MOST_MEMBERS = 64
_LONGEST_BEHIND = 2000
_LONGEST_FIELD = 200  # Characters of a field with a key.
_DIGIT = re.compile(r"\d")
_NO_JSON = (ValueError, RecursionError)

# Keys are compared in lower case, without what separates their words: `final_answer`, `finalAnswer`, "Final Answer".
_BETWEEN_WORDS = re.compile(r"[\s_.:-]+")
_PLAIN = (
    "answer", "answers", "result", "value", "solution", "output", "response", "conclusion", "verdict", "prediction",
    "total", "final", "span", "count", "guess", "pick", "choice", "option", "label", "letter", "selection", "decision",
    "judgement", "judgment",
)  # fmt: skip
_WORD_BEFORE = (
    r"(?:the|my|your|our|final|correct|right|best|true|short|exact|direct|overall|numeric|numerical|math|predicted"
    r"|model|selected|chosen|concise|simplified|proposed|boxed|computed|calculated"
    r"|estimated|derived|resulting|inferred)"
)
_FIRST_RANK = re.compile(rf"{_WORD_BEFORE}{{0,3}}(?:answers?)(?:value|text|number|letter|choice|option|label)?")
_SECOND_RANK = re.compile(rf"{_WORD_BEFORE}{{0,3}}(?:{'|'.join(_PLAIN[2:])})(?:value|text|number)?")
_ABROAD = frozenset(
    [
        "答案",
        "最终答案",
        "正确答案",
        "最后答案",
        "最終答案",
        "结果",
        "最终结果",
        "解答",
        "回答",
        "选项",
        "选择",
        "判断",
        "结论",
        "答え",
        "最終的な答え",
        "正解",
        "정답",
        "답",
        "답변",
        "respuesta",
        "respuestafinal",
        "resultado",
        "réponse",
        "réponsefinale",
        "reponse",
        "résultat",
        "antwort",
        "endantwort",
        "ergebnis",
        "resposta",
        "risposta",
        "ответ",
        "результат",
        "jibu",
        "คำตอบ",
        "উত্তর",
        "సమాధానం",
    ]
)
# Keys of what precedes or accompanies an answer, or is not an answer.
_WORKING = re.compile(
    r"answer|id$|reason|thought|think|thinking|explan|rationale|analysis|step|calculation|work|process|evidence|support|quote"
    r"|confiden|certain|probab|score|note|comment|remark|message|question|prompt|error|status|context|passage|source"
    r"|summary|hint|wrong|incorrect|reject|alternativ|unlikely|discard|elimin|exclud|previous|initial|first|second|old"
    r"|guessed|not|task|推理|思考|解释|分析|解析|理由|步骤|过程|问题"
)
_INSIDE = ("value", "answer", "text", "content", "number", "result", "label", "option", "letter", "choice", "amount")
_Rank = Callable[[str], object]
_RANKS: tuple[_Rank, ...] = (_FIRST_RANK.fullmatch, _ABROAD.__contains__, _SECOND_RANK.fullmatch)

# In JSON `\f`, `\b`, `\t`, `\n` and `\r` are characters, in mathematics the beginnings of commands.
_BACKSLASH = re.compile(
    r"\\\\|\\(?=(?:frac|forall|boxed|binom|begin|beta|bar|big|bmod|text|times|theta|tan|tau|to|top|triangle|tfrac"
    r"|neq?|nu|not|nabla|right|rho|rangle|rm|rfloor|rceil|mathbb)(?![a-z])|text[a-z]{2}\{)|\\(?![\"\\/bfnrtu])"
)
_OBJECT_BEGINS = re.compile(r"(?:```[a-zA-Z]{0,10}|~~~[a-zA-Z]{0,10})?\s{0,8}\{\s{0,20}[\"']")
_FIELD = re.compile(
    r"[\"']([^\"'\n]{1,40})[\"']\s{0,4}:\s{0,4}(\"[^\"]{0,4000}|'[^'\n]{0,4000}|[^\s,}\]\"'{\[]{1,400})"
)


class _Found(NamedTuple):
    value: Any
    start: int
    end: int


def last_json(text: str, opening: str, fits: Callable[[Any], bool]) -> Any:
    """Return the last outermost JSON value that begins with ``opening`` and ``fits``; None when there is none.

    Args:
        opening: ``[`` or ``{``, with more of what the value begins with; blanks may be between its characters.
    """
    found = _last(visible(text)[-_TAIL:], opening, fits, json.JSONDecoder(strict=False))
    return found.value if found else None


def json_answer(reply: str) -> tuple[str, ...] | None:
    """Return what a reply in JSON answers: the members of its field for the answer, which is mostly one.

    The field may have any usual key (``answer``, ``final_answer``, ``finalAnswer``, ``result``, ``value``,
    ``solution``, ``答案``), and may hold an object with the value. Numbers come as they are written, true and false as
    ``True`` and ``False``.

    Args:
        reply: The rest left by `visible`.

    Returns:
        None when the reply is not JSON: another reading has to find the answer. Empty when it is and answers nothing:
        then the reply has no answer.
    """
    reply = reply[-_ANSWER_TAIL:]
    if "{" not in reply or ":" not in reply:  # most replies, at the cost of two searches
        return None
    reply = without_closing(reply).strip()
    source = _BACKSLASH.sub(lambda match: "\\\\" if match.group() == "\\" else match.group(), reply)
    decoder = json.JSONDecoder(strict=False, parse_int=_Number, parse_float=_Number)
    found = _last(source, "{", lambda value: isinstance(value, dict) and bool(value), decoder)
    if found is None:
        return _broken(reply) if _OBJECT_BEGINS.match(reply) else None
    behind = source[found.end :].strip("`~ \n\r\t.]")
    # Within prose only a key that names the answer counts: `f({"value": 3})` may be an example.
    apart = not behind or (_on_its_own_lines(source, found) and not _DIGIT.search(behind))
    answer = _answer_of(found.value, _RANKS if apart else _RANKS[:2])
    if answer is None:
        alone = not behind and not source[: found.start].strip("`~ \n\r\tjsonJSON[")
        return _only_field(found.value) if alone else None
    return None if _goes_on(behind) else answer


def _on_its_own_lines(source: str, found: _Found) -> bool:
    """Return whether the lines of a JSON value hold nothing else."""
    before, behind = source[: found.start].rpartition("\n")[2], source[found.end :].partition("\n")[0]
    return not before.strip("`~ jsonJSON") and not behind.strip("`~ \r")


def said(text: str, joint: str = ", ") -> str:
    """Return what a reply says: the answer of a reply in JSON, its members joined; else all that is visible of it."""
    reply = without_closing(visible(text)).strip()
    members = json_answer(reply)
    return reply if members is None else joint.join(members)


class _Number(str):
    """A number as it is written."""


def _last(reply: str, opening: str, fits: Callable[[Any], bool], decoder: json.JSONDecoder) -> _Found | None:
    start = re.compile(r"\s{0,20}".join(map(re.escape, opening)))
    found, end = None, 0
    for match in deque(start.finditer(reply), maxlen=_TRIED):
        if match.start() < end:
            continue  # inside the one before
        try:
            value, after = decoder.raw_decode(reply, match.start())
        except _NO_JSON:
            continue
        if fits(value):
            found, end = _Found(value, match.start(), after), after
    return found


def _answer_of(value: dict[str, Any], ranks: tuple[_Rank, ...], depth: int = 0) -> tuple[str, ...] | None:
    """Return the members of the field for the answer, None if an object has none."""
    keys = {_bare(key): key for key in value}
    for fits in ranks:
        for name, key in keys.items():
            if fits(name):
                return _members(value[key], depth)
    if len(value) == 1 and depth < _DEEPEST and isinstance(inner := next(iter(value.values())), dict):
        return _answer_of(inner, ranks, depth + 1)  # {"data": {"answer": ...}}
    return None


def _only_field(value: dict[str, Any]) -> tuple[str, ...]:
    """Return the one field that is not about how the answer came about, whatever its key; empty when there are more."""
    fields = [field for key, field in value.items() if not _WORKING.search(_bare(key))]
    text = str(fields[0]).strip() if len(fields) == 1 and isinstance(fields[0], (str, bool)) else ""
    return (text,) if 0 < len(text) <= _LONGEST_FIELD else ()


def _bare(key: str) -> str:
    return _BETWEEN_WORDS.sub("", key).casefold()


def _members(value: object, depth: int) -> tuple[str, ...]:
    if isinstance(value, dict):
        if depth >= _DEEPEST:
            return ()
        keys = {str(key).casefold(): key for key in value}
        inside = next((value[keys[name]] for name in _INSIDE if name in keys), None)
        if inside is not None:
            return _members(inside, depth + 1)
        return _answer_of(value, _RANKS, depth + 1) or ()
    if isinstance(value, list):
        if depth >= _DEEPEST:
            return ()
        return tuple(member for one in value[:_MOST_MEMBERS] for member in _members(one, depth + 1))
    text = "" if value is None else str(value).strip()
    return (text,) if text else ()


def _goes_on(behind: str) -> bool:
    """Return whether the text after an object repeats the answer, or is too long for a closing remark."""
    if len(behind) > _LONGEST_BEHIND:
        return True
    return next(boxes(behind), None) is not None or next(announcements(behind), None) is not None


def _broken(reply: str) -> tuple[str, ...]:
    """Return the last field for an answer in JSON that is cut off or otherwise damaged; empty when it has none."""
    fields = [(_bare(key), value) for key, value in _FIELD.findall(reply)]
    for fits in _RANKS:
        values = [value for name, value in fields if fits(name)]
        text = values[-1].strip().strip("\"'").replace("\\\\", "\\").strip() if values else ""
        if text and text != "null":
            return (text,)
    return ()

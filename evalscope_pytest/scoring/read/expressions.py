r"""Numbers and formulas within a sentence: split into words, and joined again if they belong together."""

from __future__ import annotations

import re
from typing import NamedTuple

_LONGEST = 2000
_MOST = 400  # Words of a sentence that are read.
_SCRIPTS = "\u0900-\u0dff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # whose letters are next to digits
_LETTERS = re.compile(r"\\[A-Za-z]+|(?<![A-Za-z\\])(?:sqrt|pi|sin|cos|tan|log|ln|cm|km|mm|kg)(?![A-Za-z])")
_WORD = re.compile(r"[A-Za-z]{2,}|[\u0400-\u1eff\u3040-\u30ff一-鿿]")  # none of them Greek
_VALUE = re.compile(
    r"\d|\\(?:[dt]?frac|sqrt|pi|infty|emptyset|varnothing|text|begin|sin|cos|tan|log|ln|e|i)(?![A-Za-z])|[π√∛∞∅⁰¹²³⁴-⁹]"
)
_TOKEN = re.compile(rf"[{_SCRIPTS}]+|[^\s{_SCRIPTS}]+")
_TEXT = re.compile(r"\\(?:text|mathrm|textbf|mathbf|operatorname|mbox)\s?\{[^{}]{0,60}(?:\}|$)|\{(?:cm|km|mm)\}")
_COLOR = re.compile(r"\\(?:text)?color\s?\{[a-zA-Z]{1,20}\}")
_ABBREVIATION = re.compile(r"\(?(?:i\.e|e\.g)\.?,?$", re.IGNORECASE)
_GLUED = re.compile(
    r"(?:[*_(]{0,4}|[-\d+*/x×()., $]{1,60}=\s?)"
    r"([-+]?[$£€¥]?\d[\d,.]{0,40})([A-Za-z]{2,12}|[-/][A-Za-z]{2,20})?[*_.,;:!?)]{0,4}$"
)
_NUMBER = re.compile(r"[-+]?[$£€¥]?\d[\d,./]{0,40}(?:%|\\ldots)?")
# Brackets behind a number that say how it was found: "36 (3 boxes", "36 (12 x 3)"; "2 (x + 1)" is a product.
_REMARK = re.compile(r"\((?:[\d\s,.+*/×÷x=$%-]{1,80}\)|[^()]{0,80}=|[\d$]{0,12}\s?[A-Za-z]{2,})")
_DANGLING = re.compile(r"[-–—|/*+<>=~&]{1,3}")
_LABELLED = re.compile(r"[A-Za-z][A-Za-z'-]{1,30}[:=](?=[-(]{0,2}[\d$.\\])")  # "Total:15"
_ORDER = re.compile(r"[<>≤≥]|\\(?:le|leq|ge|geq)(?![a-z])")
_NO_VARIABLE = re.compile(r"\\[A-Za-z]+|(?<=[\d%)])\s?[xX]\s?(?=[\d$.(])")  # "80 x 0.50" is a product
_INDEX = re.compile(r"(?<=^[xzrtk])(?:_\{?\d\}?|[₀-₉])$")  # "x_1 = 2 and x_2 = 5" are roots
_ORDINAL = ("st", "nd", "rd", "th")
_DELIMITERS = (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$"))
_JOINS = ("and", "or", "和", "或", "与", "及", "或者", "und", "oder", "et", "ou", "y", "o", "и", "или", "na", "au")
_ENVIRONMENT = re.compile(
    r"(?:\\left\s?[(\[|.])?\s?\\begin\{([a-zA-Z]{1,20}\*?)\}.{0,1500}?\\end\{\1\}(?:\s?\\right\s?[)\]|.])?", re.DOTALL
)
_OPERATOR = re.compile(r"[-+*/^=<>|×÷·±≤≥≠∈∪,;:()\[\]{}$&.!°%]+")
_SEPARATOR = re.compile(
    r"[(\[{]|[)\]}]|,\s(?:(?:and|or)\s)?|\s(?:and|or|und|oder|et|ou|и|или|na|au)\s|(?<![-+*/=<>^])\s[yo]\s(?![-+*/=<>^])|\s?(?:或者|[和或与及、;])\s?"
)
_EDGES = " \t.,;:*_`"
_CALL = re.compile(r"[A-Za-z]{1,3}\([^()]{1,30}\)|\|[^|]{1,30}\||[A-Z]{2,4}|\\(?:angle|triangle|overline)\b.{1,20}")


class Token(NamedTuple):
    """A word of a sentence, or several that belong together."""

    start: int
    end: int
    text: str
    formula: bool = False


def is_value(text: str) -> bool:
    """Return whether an expression has a value: a digit, or a function or constant of LaTeX."""
    return _VALUE.search(text) is not None


def mathematical(word: str) -> bool:
    """Return whether a word belongs to an expression: no letters but LaTeX and single variables."""
    if _ABBREVIATION.match(word):
        return False
    return not _WORD.search(_LETTERS.sub(" ", _TEXT.sub(" ", word)))


def mathematical_only(text: str) -> bool:
    r"""Return whether ``text`` is one formula: no words but those in ``\text{...}``."""
    bare = _COLOR.sub(" ", _TEXT.sub(" ", text))
    return "box" not in text and "\\(" not in text and "\\[" not in text and all(map(mathematical, bare.split()))


def tokens_of(sentence: str) -> list[Token]:
    """Return the words of a sentence; a formula between its delimiters is one."""
    found: list[Token] = []
    at = 0
    while at < len(sentence) and len(found) < _MOST:
        formula = formula_at(sentence, at)
        if formula:
            found.append(formula)
            at = formula.end
            continue
        match = _TOKEN.match(sentence, at)
        if match is None:
            at += 1
            continue
        end = match.end()
        end = min((cut for mark in ("$", "\\(") if (cut := _formula_within(sentence, mark, at, end))), default=end)
        label = _LABELLED.match(sentence, at, end)
        end = label.end() if label else end
        found.append(Token(at, end, sentence[at:end]))
        at = end
    return found


def _formula_within(sentence: str, mark: str, at: int, end: int) -> int:
    """Return where a formula begins within a word ("x=$5$"), 0 when none does."""
    cut = sentence.find(mark, at + 1, end)
    return cut if cut > 0 and formula_at(sentence, cut) else 0


def formula_at(sentence: str, at: int) -> Token | None:
    """Return the formula between delimiters that begins at ``at``; money ("$5 a day") is none.

    A matrix or another environment is one without delimiters.
    """
    if environment := _ENVIRONMENT.match(sentence, at):
        return Token(at, environment.end(), environment.group(), formula=True)
    for opening, closing in _DELIMITERS:
        if not sentence.startswith(opening, at):
            continue
        begin = at + len(opening)
        end = _closing(sentence, closing, begin)
        inner = sentence[begin:end] if end > begin else ""
        if inner.strip() and not (opening == "$" and _money(inner, sentence[end + 1 : end + 2])):
            return Token(at, end + len(closing), inner.strip(), formula=True)
    return None


def _closing(sentence: str, closing: str, begin: int) -> int:
    """Return the position of a formula's closing mark: not a dollar sign with a backslash."""
    end = sentence.find(closing, begin, begin + _LONGEST)
    while closing[0] == "$" and end > 0 and sentence[end - 1] == "\\":
        end = sentence.find(closing, end + 1, begin + _LONGEST)
    return end


def _money(inner: str, behind: str) -> bool:
    """Return whether the text between two dollar signs is prose between two prices."""
    if not inner[:1].isdigit():
        return "\n" in inner
    return behind.isdigit() or inner[-1].isspace() or bool(_WORD.search(_LETTERS.sub("", _TEXT.sub("", inner))))


def listed(sentence: str, tokens: list[Token]) -> list[Token]:
    """Return the expressions of a sentence; values joined by commas, "and" or "or" are one."""
    runs: list[Token] = []
    run: list[Token] = []
    depth = 0
    for index, token in enumerate(tokens):
        opening = token.text.count("{") - token.text.count("}")
        if (run and (depth > 0 or (_belongs(token) and not _apart(sentence, run, token)))) or (
            run
            and token.text in _JOINS
            and not _ends_open(run[-1])
            and _joins(sentence, run, tokens[index + 1 : index + 3])
        ):
            run.append(token)
        else:
            _close(sentence, run, runs)
            run = [token] if _belongs(token) else []
            depth = 0
            if not run and (glued := _glued(token)):
                runs.append(glued)
        if run and not token.formula:
            depth = max(0, depth + opening)
    _close(sentence, run, runs)
    return runs


def _belongs(token: Token) -> bool:
    return token.formula or (token.text != "—" and mathematical(token.text))


def _apart(sentence: str, run: list[Token], token: Token) -> bool:
    """Return whether a mathematical word begins a new expression: behind a semicolon, or a remark in brackets."""
    if run[-1].text.endswith((";", "；")) and _balanced("".join(one.text for one in run)):
        return True
    bracket = _REMARK.match(sentence, token.start)
    return bracket is not None and _NUMBER.fullmatch(run[-1].text.strip("*$")) is not None


def _balanced(text: str) -> bool:
    return text.count("(") <= text.count(")") and text.count("[") <= text.count("]")


def _joins(sentence: str, run: list[Token], behind: list[Token]) -> bool:
    """Return whether a joining word is between two values, and the second one is separate."""
    if not behind or not any(is_value(token.text) for token in run) or not _belongs(behind[0]):
        return False
    if behind[0].formula or is_value(behind[0].text):
        return is_value(behind[0].text) and not sentence[behind[0].end :].lstrip(" *,.").startswith(
            ("of them", "of these", "a ", "an ", "per ", "each ", "every ", "apiece")
        )
    return behind[0].text.isalpha()  # "x = 2 or x = -2"


def _close(sentence: str, run: list[Token], runs: list[Token]) -> None:
    """Take a run for an expression, without single letters at its edges that are words ("a", "I")."""
    while len(run) > 1 and not run[-1].formula and run[-1].text.strip(_EDGES).isalpha() and not _ends_open(run[-2]):
        run = run[:-1]
    while len(run) > 1 and _DANGLING.fullmatch(run[-1].text):
        run = run[:-1]
    while len(run) > 1 and run[-1].text.startswith("(") and not _balanced(run[-1].text):
        run = run[:-1]
    while len(run) > 1 and not run[0].formula and run[0].text.isalpha() and _begins_value(run[1].text):
        run = run[1:]
    if any(token.formula or is_value(token.text) for token in run):
        runs.append(Token(run[0].start, run[-1].end, sentence[run[0].start : run[-1].end]))


def _begins_value(text: str) -> bool:
    text = text.lstrip("*_`")
    return text[:1].isdigit() or text[:1] == "$" or text.startswith(("\\frac", "\\sqrt", "\\("))


def _ends_open(token: Token) -> bool:
    return bool(_OPERATOR.search(token.text[-1:])) and token.text[-1:] not in ",.;:)%"


def _glued(token: Token) -> Token | None:
    """Return the number that a word begins with ("36cm", "6th", "10-year")."""
    match = _GLUED.match(token.text)
    if match is None:
        return None
    number = match.group(1).rstrip(".,")
    keep = number + (match.group(2) or "") if match.group(2) and match.group(2)[:2] not in _ORDINAL else number
    start = token.start + match.start(1)
    return Token(
        start, start + len(number) + len(match.group(2) or ""), number if re.search("[-/]", keep[1:]) else keep
    )


def result_of(run: str) -> str:
    """Return the value of an expression: the right side of a sum, a list as a whole, without the marks around it.

    Equations with an unknown keep their left side, for it may be another unknown than the one in question.
    """
    text = undelimited(run)
    members = members_of(text)
    if len(members) < 2:
        return _right_side(text)
    if _restated(text, members):
        return _right_side(members[-1])
    if len(members) == 2 and "\\in" in members[1] and _ORDER.search(members[0]):
        return members[1]
    if all("=" in member for member in members[1:]) and not _same_names(members):
        return _right_side(members[-1])  # steps: "3 + 4 = 7, 7 * 5 = 35"
    return text if text.isascii() else ", ".join(members)


def _restated(text: str, members: list[str]) -> bool:
    """Return whether the second of two members is the first in another form ("$\\pi/18$, or $10^\\circ$")."""
    plain = all(_NUMBER.fullmatch(member) for member in members)
    return len(members) == 2 and ", or " in text and not plain and not _same_names(members)


def undelimited(run: str) -> str:
    """Return an expression without dollars, bold and punctuation around its parts."""
    text = _stripped(run)
    pieces: list[str] = []
    at = 0
    while at < len(text):
        formula = formula_at(text, at) if text[at] in "$\\" else None
        if formula:
            pieces.append(formula.text)
            at = formula.end
        else:
            pieces.append(text[at])
            at += 1
    bare = "".join(pieces).replace("**", "")
    bare = _stripped(bare).rstrip("([" + _EDGES)
    if bare.endswith("}") and bare.count("}") > bare.count("{"):
        bare = bare.rstrip("}" + _EDGES)
    if bare.startswith("(") and not _balanced(bare):
        bare = bare.lstrip("(")
    if bare.startswith(")"):
        bare = bare.lstrip(")" + _EDGES)
    for opening, closing in (("(", ")"), ("[", "]")):
        if bare.endswith(closing) and opening not in bare and "(" not in bare and "[" not in bare:
            bare = bare.rstrip(closing)
    return _stripped(re.sub(r"^(?:[=-]>|[⇒→➔]|=|\\approx|≈|~|\\sim(?:eq)?)\s?", "", bare))


def _stripped(text: str) -> str:
    """Return ``text`` without the marks at its edges; the point of ``.5`` is none of them."""
    bare = text.rstrip(_EDGES)
    inner = bare.lstrip(_EDGES)
    return f".{inner}" if inner[:1].isdigit() and bare[: -len(inner)].endswith(".") else inner


def members_of(text: str) -> list[str]:
    """Return the parts of an expression that commas and joining words separate outside brackets."""
    parts: list[str] = []
    depth, start = 0, 0
    for match in _SEPARATOR.finditer(text):
        mark = match.group()
        if mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
        elif depth <= 0:
            parts.append(text[start : match.start()])
            start = match.end()
    parts.append(text[start:])
    return [part for part in (part.strip() for part in parts) if part]


def _same_names(members: list[str]) -> bool:
    """Return whether the members say what one unknown may be ("x = 2, x = -2")."""
    names = {_INDEX.sub("", member.partition("=")[0].strip()) for member in members}
    return len(names) == 1 and not is_value(next(iter(names)))


def _right_side(equation: str) -> str:
    sides = _sides(equation)
    if len(sides) == 1:
        return equation
    left, right = sides[0].strip(), sides[-1].strip(_EDGES + "$")
    if not is_value(right):
        return equation
    letters = re.search(r"[A-Za-zα-ω]", _NO_VARIABLE.sub("", _TEXT.sub("", left)))
    if letters is None or _CALL.fullmatch(left):
        return right
    return equation if len(sides) == 2 else f"{left} = {right}"


def _sides(equation: str) -> list[str]:
    sides: list[str] = []
    depth, start = 0, 0
    for position, character in enumerate(equation):
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == "=" and depth <= 0 and equation[position - 1 : position] not in ("<", ">", "!"):
            sides.append(equation[start:position])
            start = position + 1
    sides.append(equation[start:])
    return sides

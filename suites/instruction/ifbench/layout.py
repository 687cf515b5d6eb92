"""``format:*``: brackets, quotation marks, lines, bullets, emojis."""

from __future__ import annotations

import re
import string
from itertools import pairwise

from ..ifeval.arguments import Arguments
from .text import AROUND, sentences, without_punctuation
from .word import capitals

MIN_BRACKETS, MIN_QUOTES, MIN_BULLETS = 5, 3, 2
_CLOSES = {")": "(", "]": "[", "}": "{"}
# Unicode's emojis of one code point.
_EMOJIS = """
A9 AE 203C 2049 2122 2139 2194-2199 21A9-21AA 231A-231B 2328 23CF 23E9-23F3 23F8-23FA 24C2 25AA-25AB 25B6 25C0 25FB-25FE
2600-2604 260E 2611 2614-2615 2618 261D 2620 2622-2623 2626 262A 262E-262F 2638-263A 2640 2642 2648-2653 265F-2660 2663
2665-2666 2668 267B 267E-267F 2692-2697 2699 269B-269C 26A0-26A1 26A7 26AA-26AB 26B0-26B1 26BD-26BE 26C4-26C5 26C8
26CE-26CF 26D1 26D3-26D4 26E9-26EA 26F0-26F5 26F7-26FA 26FD 2702 2705 2708-270D 270F 2712 2714 2716 271D 2721 2728
2733-2734 2744 2747 274C 274E 2753-2755 2757 2763-2764 2795-2797 27A1 27B0 27BF 2934-2935 2B05-2B07 2B1B-2B1C 2B50 2B55
3030 303D 3297 3299 1F004 1F0CF 1F170-1F171 1F17E-1F17F 1F18E 1F191-1F19A 1F201-1F202 1F21A 1F22F 1F232-1F23A
1F250-1F251 1F300-1F321 1F324-1F393 1F396-1F397 1F399-1F39B 1F39E-1F3F0 1F3F3-1F3F5 1F3F7-1F4FD 1F4FF-1F53D 1F549-1F54E
1F550-1F567 1F56F-1F570 1F573-1F57A 1F587 1F58A-1F58D 1F590 1F595-1F596 1F5A4-1F5A5 1F5A8 1F5B1-1F5B2 1F5BC 1F5C2-1F5C4
1F5D1-1F5D3 1F5DC-1F5DE 1F5E1 1F5E3 1F5E8 1F5EF 1F5F3 1F5FA-1F64F 1F680-1F6C5 1F6CB-1F6D2 1F6D5-1F6D9 1F6DC-1F6E5 1F6E9
1F6EB-1F6EC 1F6F0 1F6F3-1F6FC 1F7E0-1F7EB 1F7F0 1F90C-1F93A 1F93C-1F945 1F947-1F9FF 1FA70-1FA7C 1FA80-1FAC6 1FAC8
1FACC-1FADD 1FADF-1FAEB 1FAEF-1FAFA
"""
EMOJIS = frozenset(
    chr(code)
    for first, _, last in (part.partition("-") for part in _EMOJIS.split())
    for code in range(int(first, 16), int(last or first, 16) + 1)
)

title_case = capitals


def parentheses(text: str, arguments: Arguments) -> bool:
    """Brackets five deep, of which one is closed again."""
    opened: list[str] = []
    deepest = 0
    for character in text:
        if character in "([{":
            opened.append(character)
            deepest = max(deepest, len(opened))
        elif character in _CLOSES:
            if not opened or opened.pop() != _CLOSES[character]:
                opened, deepest = [], 0
            elif deepest >= MIN_BRACKETS:
                return True
    return False


def quotes(text: str, arguments: Arguments) -> bool:
    """Quotations three deep, all closed again."""
    opened: list[str] = []
    deepest = 0
    for character in text:
        if opened and character == opened[-1]:
            opened.pop()
            if deepest - len(opened) >= MIN_QUOTES:
                return True
        elif character in "\"'":
            opened.append(character)
            deepest = max(deepest, len(opened))
    return False


def options(text: str, arguments: Arguments) -> bool:
    """The reply is one of the options: letters to the character, words but for punctuation and case."""
    given = arguments.text("options")
    separator = "/" if "/" in given else "or" if "or" in given else ","
    allowed = [option.strip() for option in given.split(separator)]
    if re.match(r"\W*[aA]\W*[bB]\W*[cC]", given[:50]):
        return text in allowed
    return text.strip(AROUND).lower() in [option.strip(AROUND).lower() for option in allowed]


def newline(text: str, arguments: Arguments) -> bool:
    """Check that every word is on a separate line."""
    bare = without_punctuation(text).strip()
    return len([line for line in bare.split("\n") if line]) == len(bare.split())


def emoji(text: str, arguments: Arguments) -> bool:
    """Every sentence ends with an emoji, or is followed by one."""
    found = [without_punctuation(sentence).strip() for sentence in sentences(text)]
    for bare, following in zip(found, [*found[1:], ""], strict=True):
        if not bare or not (EMOJIS & {*bare[-2:]} or following[:1] in EMOJIS):
            return False
    return True


def line_indent(text: str, arguments: Arguments) -> bool:
    """Each line is indented more than the one before; blank lines do not count."""
    indents = [len(line) - len(line.lstrip(" ")) for line in text.split("\n") if line.strip()]
    return all(left < right for left, right in pairwise(indents))


def quote_unquote(text: str, arguments: Arguments) -> bool:
    """Every quotation is followed by its explanation."""
    joined = "".join(text.replace("'\"'", "").split())
    rest = joined.strip(string.digits + string.punctuation.replace('"', ""))
    return '""' not in joined and not rest.endswith('"')


def bullets(text: str, arguments: Arguments) -> bool:
    """Two points marked with the given sign."""
    return text.count(arguments.text("sep")) >= MIN_BULLETS


def thesis(text: str, arguments: Arguments) -> bool:
    """A thesis in italics, in HTML, and something behind it."""
    begin = text.find("<i>")
    begin = text.find("<em>") if begin < 0 else begin
    end = text.find("</i>", max(begin, 0))
    end = text.find("</em>", max(begin, 0)) if end < 0 else end
    return begin >= 0 <= end and bool(text[begin + 3 : end].strip()) and bool(text[end + 4 :].strip())


def sub_bullets(text: str, arguments: Arguments) -> bool:
    """Every point with ``*`` has one with ``-`` below it."""
    return all("-" in bullet for bullet in text.split("*")[1:])


def no_bullets_bullets(text: str, arguments: Arguments) -> bool:
    """Two sentences without points, then two points, and nothing else."""
    before, points, in_text = 0, 0, True
    for line in map(str.strip, text.split("\n")):
        if line.startswith("*"):
            in_text = False
            points += 1
            if before < 2:
                return False
        elif in_text:
            found = sentences(line)
            before += len(found)
            in_text = bool(found)
        else:
            return False
    return points >= MIN_BULLETS


def output_template(text: str, arguments: Arguments) -> bool:
    """Three headings."""
    return all(heading in text for heading in ("My Answer:", "My Conclusion:", "Future Outlook:"))


def no_whitespace(text: str, arguments: Arguments) -> bool:
    """No blanks of any kind."""
    return not any(map(str.isspace, text))

"""``custom:*``: tasks of a prompt each, such as a list of capitals or a table."""

from __future__ import annotations

import csv
import io
import re
import string
from itertools import pairwise

from ..ifeval.arguments import Arguments
from .text import AROUND, in_ascii, sentences, without_punctuation

_CAPITALS = """
Reykjavik Helsinki Oslo Tallinn Stockholm Riga Moscow Copenhagen Vilnius Minsk Dublin Berlin Amsterdam Warsaw London
Brussels Prague Luxembourg Paris Vienna Bratislava Budapest Vaduz Chisinau Bern Ljubljana Zagreb
"""
CAPITALS = _CAPITALS.split()
_SHOP = ("ProductID", "Category", "Brand", "Price", "Stock")
_SCHOOL = ("StudentID", "Subject", "Grade", "Semester", "Score")
_QUESTION = re.compile(r"Question \d+[.|):;]?\s*")
_OPTION = re.compile(r"[A-Ea-e][.|)]\s*\w")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def multiples(text: str, arguments: Arguments) -> bool:
    """The multiples of 7 from 10 to 50 and no other number."""
    return re.findall(r"\d+", text.replace(",", ", ")) == [str(n) for n in range(14, 51, 7)]


def mcq_count_length(text: str, arguments: Arguments) -> bool:
    """Four questions, each longer than the one before, with five options each."""
    if not text.startswith("Question"):
        return False
    parts = _QUESTION.split(text)
    found = [_question(part.strip()) for part in parts if part.strip()]
    if len(found) != 4 or any(options != 5 for _, options in found):
        return False
    return all(left < right for left, right in pairwise(length for length, _ in found))


def _question(text: str) -> tuple[int, int]:
    """Return a question's length and how many options it has."""
    words, options = "", 0
    for line in map(str.strip, text.split("\n")):
        if _OPTION.match(line):
            options += 1
        elif not options:
            words += f" {line}"
    return len(words.strip()), options


def reverse_newline(text: str, arguments: Arguments) -> bool:
    """The countries of Africa, a line each, from Zimbabwe backwards."""
    lines = [line for line in (line.strip(AROUND) for line in text.split("\n")) if line]
    begin = next((at for at, line in enumerate(lines) if "Zimbabwe" in line), len(lines))
    names = list(map(in_ascii, lines[begin:]))
    return len(names) >= 52 and names == sorted(names, reverse=True)


def word_reverse(text: str, arguments: Arguments) -> bool:
    """A sentence on the bald eagle with its words in reverse."""
    words = " ".join(without_punctuation(text.lower().strip()).split()[::-1])
    return "bald eagle" in words and words in sentences(words)


def character_reverse(text: str, arguments: Arguments) -> bool:
    """The bald eagle with its letters in reverse."""
    return "elgae dlab" in text.lower()


def sentence_alphabet(text: str, arguments: Arguments) -> bool:
    """26 sentences that begin with the letters of the alphabet."""
    found = sentences(text)
    return [sentence.lstrip()[:1].lower() for sentence in found] == list(string.ascii_lowercase)


def european_capitals_sort(text: str, arguments: Arguments) -> bool:
    """Capitals of Europe from north to south, with commas between."""
    return [name.strip() for name in in_ascii(text).split(",") if name.strip()] == CAPITALS


def csv_city(text: str, arguments: Arguments) -> bool:
    """A table of seven cities, with commas."""
    rows = _rows(text)
    return len(rows) == 8 and rows[0] == ["ID", "Country", "City", "Year", "Count"] and all(len(r) == 5 for r in rows)


def csv_special_character(text: str, arguments: Arguments) -> bool:
    """A table of fourteen products, with a special character in a quoted field."""
    if not _is_header(text, _SHOP, r",[ \t]*"):
        return False
    rows = _rows(text.replace('"', '"""'))
    if len(rows) != 15:
        return False
    for row in rows[1:]:
        if len(row) != 5:
            return False
        if any(map(_holds_special, row)):
            return True
    return False


def _holds_special(field: str) -> bool:
    line = field.partition("\n")[0]
    inside = line[1 : line.rfind('"')] if line.startswith('"') and len(line) > 1 else ""
    return any(not (c.isalnum() or c == "_" or c.isspace()) for c in inside)


def csv_quotes(text: str, arguments: Arguments) -> bool:
    """A table of three grades, with tabs and every field in quotation marks."""
    if not _is_header(text, _SCHOOL, r"\t *"):
        return False
    rows = _rows(text.replace('"', '"""'), "\t")
    quoted = all(field.strip()[:1] == field.strip()[-1:] == '"' for row in rows for field in row)
    return len(rows) == 4 and all(len(row) == 5 for row in rows) and quoted


def _is_header(text: str, names: tuple[str, ...], between: str) -> bool:
    header = text.split("\n")[0].strip()
    return bool(re.fullmatch(between.join(f'(?:{name}|"{name}")' for name in names), header))


def _rows(text: str, delimiter: str = ",") -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        return []


def date_format_list(text: str, arguments: Arguments) -> bool:
    """Dates of Napoleon's life as YYYY-MM-DD, with commas between."""
    return all(map(_is_date, map(str.strip, text.strip().split(","))))


def _is_date(text: str) -> bool:
    if not _DATE.match(text):
        return False
    year, month, day = map(int, text.split("-"))
    return 1769 <= year <= 1821 and month <= 12 and (not month or day <= _DAYS[month - 1])

"""What follows a short answer without being part of it: a reason, a remark in brackets.

All functions take one line of folded text (`visible.fold`) and look at a bounded stretch of it.
"""

from __future__ import annotations

import re

from .lead_in import KINDS

_LONGEST = 1000
_SUBJECTS = r"(?:it|its|this|that|these|those|the|both|all|there|they|he|she|we|you|I|because|since|as)(?![A-Za-z])"
_REASON = re.compile(
    r",?\s(?:[—–-]{1,3}\s)?\(?(?:not(?! (?:sure|certain|quite|really|necessarily|exactly)(?![a-z]))"
    r"|because|since|which|rather than|instead of|given (?:that|the)|due to|thanks to|owing to"
    r"|seeing that|inasmuch as|as opposed to)(?![a-z])"
    r"|,\s(?:as|for|who|whose|where|when|while|whereas|although|though|according to|based on|considering|in view of"
    r"|so|i\.e\.|namely|that is|meaning|consisting of|made up of)(?![a-z])"
    r"|\sas (?:stated|said|given|mentioned|shown|described|written|noted|seen|per|the (?:passage|text|question))"
    r"(?![a-z])"
    r"|\sas (?:they|he|she|we|it|there|both|all|only) "
    r"|,\s(?:weil|parce qu[e'’]|puisque|porque|ya que|perché|omdat|потому что)(?:(?<=')|(?!\w))"
    rf"|\s?[;:]\s(?={_SUBJECTS})"
    r"|\s(?:-{1,3}|[—–])\s(?=(?-i:[a-z]|(?:It|This|That|The|They|He|She|We|As|Because|Since|Both)\s))"
    r"(?!(?:no|not|or|and|nor|wait|actually|maybe|possibly|perhaps)(?![a-z]))"
    r"|,?\s?(?:因为|由于|而非|而不是)",
    re.IGNORECASE,
)
# A second name would stand without an article, or be a proper one; "and", "or" would join another to it.
_APPOSITION = re.compile(
    r",\s(?:(?:an?|the|one of the)\s(?:[a-z][a-z-]{1,20}\s){0,3}"
    rf"(?:{KINDS}|[a-z]{{3,16}}(?:er|or|ist|ian))s?(?![a-z])|(?:{KINDS}|[a-z]{{3,16}}(?:er|or)) of(?=\s))"
    r"(?:\s(?!(?:and|or|but|not)\s)[^\s,;]{1,40}){0,12}\s{0,2}$"
)
_BRACKET = re.compile(r"\s?\(([^()]{1,400}(?:\([^()]{0,100}\)[^()]{0,200}){0,3})\)\s{0,3}[.!]?\s{0,3}$")
# In brackets these go on with the answer instead of explaining it.
_NO_REMARK = re.compile(
    r"\s?(?:or|and|nor|also|maybe|possibly|perhaps|plus|minus|times|to|hundred|thousand|million|billion|trillion|dozen"
    r"|percent|squared|cubed)(?![a-z])",
    re.IGNORECASE,
)
_ALPHANUMERIC = re.compile(r"[^\W_]")


def without_reason(text: str) -> str:
    """Return ``text`` up to a reason or an afterthought: ``Hanoi`` of ``Hanoi, because it is stated``."""
    found = _REASON.search(text, 1, _LONGEST)
    return text[: found.start()] if found else text


def without_apposition(text: str) -> str:
    """Return a name without what tells its kind behind it: ``Chad`` of ``Chad, a country in Africa``."""
    found = _APPOSITION.search(text[:_LONGEST])
    return text[: found.start()] if found and text[:1].isupper() else text


def without_remark(text: str) -> str:
    """Return ``text`` without the brackets at its end: ``True`` of ``True (both sides hold)``.

    Brackets stay when they add an alternative or a scale (``2 (million)``), or hold no letter or digit.
    """
    found = _BRACKET.search(text[:_LONGEST])
    if found is None or not found.start() or _NO_REMARK.match(found.group(1)):
        return text
    return text[: found.start()] if _ALPHANUMERIC.search(found.group(1)) else text

"""Reading whether something is there out of a reply without a yes or no: "It is there.", "I see no dog."."""

from __future__ import annotations

import re

from .verdict import NO, YES
from .visible import fold, visible

_LONGEST = 400
_PLACE = r"(?:in|on|within) (?:the|this|that) (?:image|picture|photo|photograph|scene|frame)"
_SEEN = rf"(?:there|present|visible|shown|seen|depicted|pictured|here|{_PLACE})(?![a-z])"
_ASKED = re.compile(
    rf"\b(?:is|are) there (?:an? |any |some |the )?([a-z][a-z -]{{0,60}}?) {_PLACE}"
    rf"|(?:do|can) you see (?:an? |any |some |the )?([a-z][a-z -]{{0,60}}?) {_PLACE}"
)
# What each says is there; its subject is looked for in the question.
_STATED = (
    re.compile(rf"^(?:yes,? )?(?P<it>it|they|one|that|this)(?:'s| is| are)(?:n't| not)?(?: clearly| indeed)? {_SEEN}"),
    re.compile(r"\bthere(?:'s| is| are|'re)(?:n't| not)?(?P<what> [^.,;:!?\n]{1,80})"),
    re.compile(
        r"\b(?:the|this) (?:image|picture|photo|photograph|scene)(?: clearly)?(?: does not| doesn't| do not)? "
        r"(?:shows?|contains?|has|have|includes?|depicts?|features?)(?P<what> [^.,;:!?\n]{1,80})"
    ),
    re.compile(
        r"\b(?:i|you|we|one)(?: can| do|'m able to)?(?: clearly)?(?: not| don't| do not| can't| cannot|n't)? "
        r"(?:see|spot|notice|find|observe)(?P<what> [^.,;:!?\n]{1,80})"
    ),
    re.compile(rf"^(?P<what>(?:an?|the|one|some|no|two|several|at least one) [^.,;:!?\n]{{1,60}}) (?:is|are|can be)"
               rf"(?:n't| not)?(?: clearly| indeed)? {_SEEN}"),
)  # fmt: skip
_NEGATED = re.compile(r"\b(?:no|not|none|nothing|never|neither|without|cannot|absent|missing)(?![a-z])|n't(?![a-z])")
_OPEN = re.compile(
    r"\b(?:maybe|perhaps|possibly|probably|might|may|could|would|if|whether|unclear|unsure|not sure|not certain"
    r"|either|or|unable|seems?|appears?|but|however|except|although"
    r"|(?:can't|cannot|can not) (?:tell|say|determine|confirm|view|access|see (?:the|this|any) (?:image|picture)))"
    r"(?![a-z])|\?"
)
_PRONOUNS = re.compile(r" (?:it|one|some|none|any|them)(?![a-z])")


def read_existence(text: str, question: str) -> str | None:
    """Return ``yes`` or ``no`` if a short reply states whether the thing in question is there; else None.

    Args:
        question: "Is there a dog in the image?": what is not about its thing is no answer to it.
    """
    reply = fold(visible(text)).casefold().replace("’", "'").strip(' \n\t*_`"')
    wanted = _ASKED.search(fold(question).casefold())
    if len(reply) > _LONGEST or not wanted or _OPEN.search(reply):
        return None
    thing = (wanted[1] or wanted[2]).split()[-1]
    verdicts = {found for sentence in re.split(r"[.;!\n]", reply) if (found := _of_sentence(sentence.strip(), thing))}
    return verdicts.pop() if len(verdicts) == 1 else None


def _of_sentence(sentence: str, thing: str) -> str | None:
    """Return the verdict of one sentence; None if it states nothing about the thing, or denies a denial."""
    for pattern in _STATED:
        if not (stated := pattern.search(sentence)):
            continue
        what = stated.groupdict().get("what")
        if what is not None and not _is_about(what, thing):
            continue
        denials = len(_NEGATED.findall(sentence[: stated.end()]))
        return None if denials > 1 else NO if denials else YES
    return None


def _is_about(what: str, thing: str) -> bool:
    stem = thing.removesuffix("es").removesuffix("s") if len(thing) > 3 else thing
    return bool(re.search(rf"\b{re.escape(stem)}(?:s|es)?(?![a-z])", what) or _PRONOUNS.match(what))

"""The options of a multiple-choice question, as a reader needs them."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass

from .boxes import braced
from .visible import fold

LETTERS = string.ascii_uppercase
_EDGES = " \t\r\n.,;:!?*_`\"'$。、；！"
_LATEX_DRESS = re.compile(
    r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathit|mathsf|mbox)\s?\{([^{}]{0,400})\}"
    r"|\\(?:displaystyle|left|right|boxed)(?![a-z])|\\[()\[\],;:! ]"
)
_DRESSING = re.compile(r"(?:\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathit|mathsf|mbox|boxed)\s?)?\{")
_FRAC = re.compile(r"\\[dtc]frac(?![a-z])")
# Blanks that LaTeX does not show: beside anything but a letter.
_LATEX_BLANK = re.compile(r"(?<![^\W\d_])\s+|\s+(?![^\W\d_])")
_BARE_ROOT = re.compile(r"\\sqrt\s?(\d|[a-z](?![a-z]))")
_BETWEEN = re.compile(r"[)\]}.:*_` \t–—-]{0,8}(?:,?\s?[\"'(]{1,2})?")
_OWN_LABEL = re.compile(r"\(?([A-Z])[).:、?]\s{0,3}")
_SHORTEST = 5  # Characters: shorter texts are met by chance.
_LISTED = re.compile(r"^[ \t]{0,8}\(([A-Z])\)[ \t]([^\n]*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Options:
    """The labels a question offers, and the text behind each.

    Attributes:
        labels: The letters that may be answered.
        texts: Text of each label, without markup or full stop at either end.
        by_text: Label of an option's text; texts that two options share are left out.
        longest: Characters of the longest text, which bounds how much of a claim is compared with them.
    """

    labels: str
    texts: dict[str, str]
    by_text: dict[str, str]
    longest: int

    def of_text(self, text: str) -> str | None:
        """Return the label of the option that says exactly ``text``, None when no single one does."""
        if not self.by_text or len(text) > self.longest + 64:
            return None
        return self.by_text.get(plain(text))

    def within_text(self, text: str, start: int, end: int) -> bool:
        """Tell whether a stretch of ``text`` overlaps the text of an option that is written there."""
        near = text[max(0, start - self.longest) : end + self.longest].casefold()
        begin = min(start, self.longest)
        for own in {own.casefold() for own in self.texts.values() if len(own) > _SHORTEST}:
            at = near.find(own)
            while at != -1:
                if at < begin + end - start and at + len(own) > begin:
                    return True
                at = near.find(own, at + 1)
        return False

    def after_own_text(self, text: str, position: int, label: str) -> int | None:
        """Return where the option's text ends when it is what follows its ``label`` at ``position`` of ``text``."""
        own = self.texts.get(label)
        if not own:
            return None
        start = _BETWEEN.match(text, position).end()  # type: ignore[union-attr]
        end = start + len(own)
        if start == position or text[start:end].casefold() != own.casefold():
            return None
        return None if own[-1].isalnum() and text[end : end + 1].isalnum() else end


def plain(text: str) -> str:
    """Return ``text`` as options are compared: one case, single blanks, no markup or full stop at either end.

    LaTeX that only dresses goes, too; a point before a digit stays.
    """
    text = fold(text).casefold()
    if "\\" in text:
        text = _FRAC.sub(r"\\frac", _LATEX_DRESS.sub(r"\1", text))
        text = _BARE_ROOT.sub(r"\\sqrt{\1}", _LATEX_BLANK.sub("", text))
    text = " ".join(text.split())
    bare = text.strip(_EDGES)
    if bare[:1].isdigit() and text[: text.index(bare)].endswith("."):
        return f".{bare}"
    begin = bare.find("{") if _DRESSING.match(bare) else -1
    inner = braced(bare[begin:]) if begin >= 0 else ""
    return plain(inner) if inner and begin + len(inner) + 2 == len(bare) else bare


def options(texts: Sequence[str], labels: str = "") -> Options:
    """Make the options of a question from their texts, in the order of their letters.

    Args:
        texts: One text for each option; may be empty when only the letters are known.
        labels: The letters; without them as many as there are texts, or the whole alphabet.
    """
    kept: dict[str, str] = {}
    labels = labels or LETTERS[: len(texts)] or LETTERS
    by_text: dict[str, str] = {}
    shared: set[str] = set()
    own = [_OWN_LABEL.match(fold(text)) for text in texts]
    if own and all(match and match.group(1) == label for label, match in zip(labels, own, strict=False)):
        texts = [text[match.end() :] for text, match in zip(texts, own, strict=True) if match]  # "(A)text", "A. text"
    for label, text in zip(labels, texts, strict=False):
        key = plain(text)
        kept[label] = fold(text).strip(_EDGES)
        if key in by_text:
            shared.add(key)
        by_text[key] = label
    for key in shared | {""}:
        by_text.pop(key, None)
    return Options(labels, kept, by_text, max((len(text) for text in texts), default=0))


def listed(question: str) -> tuple[str, ...]:
    """Return the texts of the options a question lists itself, as ``(A) text`` on a line each from (A) on."""
    found = _LISTED.findall(question)
    texts: list[str] = []
    for label, text in reversed(found):
        texts.append(text.strip())
        if label == "A":
            break
    texts.reverse()
    letters = "".join(label for label, _ in found[len(found) - len(texts) :])
    return tuple(texts) if texts and letters == LETTERS[: len(texts)] else ()

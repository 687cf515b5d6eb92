"""Phones of Mandarin as the corpus THCHS-30 writes them: initials, and finals with their tone."""

from __future__ import annotations

import re
import unicodedata

from .spoken import without_notes

_BETWEEN = re.compile(r"[^a-z0-9]+")


def phones(text: str, language: str) -> tuple[str, ...]:
    """Return the phones of a text in lower case, separated by blanks, with and without what is in brackets.

    ``ü`` is written ``v``.
    """
    folded = unicodedata.normalize("NFKC", text.lower()).replace("ü", "v").replace("u:", "v")
    kept = (" ".join(_BETWEEN.sub(" ", form).split()) for form in (folded, without_notes(folded)))
    return tuple(dict.fromkeys(kept))

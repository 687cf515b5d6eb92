"""Phones of Mandarin as the corpus THCHS-30 writes them: initials, and finals with their tone."""

from __future__ import annotations

import re
import unicodedata

_BETWEEN = re.compile(r"[^a-z0-9]+")


def phones(text: str, language: str) -> tuple[str, ...]:
    """Return the phones of a text in lower case, separated by blanks; ``ü`` is written ``v``."""
    folded = unicodedata.normalize("NFC", text.lower()).replace("ü", "v").replace("u:", "v")
    return (" ".join(_BETWEEN.sub(" ", folded).split()),)

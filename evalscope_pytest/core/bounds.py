"""Limits on the text that is kept and judged: a model that never stops must not exhaust memory and time."""

from __future__ import annotations

import hashlib

MAX_TEXT = 1 << 20  # characters: no honest answer is longer


def bounded(text: str) -> str:
    """Return ``text``, the middle of a very long one replaced by its length and hash.

    What comes out is never longer than `MAX_TEXT`, so that scoring a recorded reply again sees what was first seen.
    """
    if len(text) <= MAX_TEXT:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    note = f"\n[... cut: this text has {len(text)} characters, sha256 {digest} ...]\n"
    half = (MAX_TEXT - len(note)) // 2
    return f"{text[:half]}{note}{text[-half:]}"

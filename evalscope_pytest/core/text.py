"""Limits on text from models, datasets and services: no control of the terminal, and a maximum length."""

from __future__ import annotations


def visible(text: str, keep: str = "") -> str:
    """Return ``text`` with controls, escapes and direction marks written out (``\\x1b``, ``\\u202e``).

    Args:
        keep: Controls that stay, such as a newline.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)


# Length --------------------------------------------------------------------------------------------------------------


MAX_TEXT = 1 << 20  # characters: no honest answer is longer


def bounded(text: str) -> str:
    """Return ``text``, the middle of a very long one replaced by its length and hash.

    What comes out is never longer than `MAX_TEXT`, so that scoring a recorded reply again sees what was first seen.
    """
    if len(text) <= MAX_TEXT:
        return text
    import hashlib  # every run loads this file, nearly none cuts a text

    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    note = f"\n[... cut: this text has {len(text)} characters, sha256 {digest} ...]\n"
    half = (MAX_TEXT - len(note)) // 2
    return f"{text[:half]}{note}{text[-half:]}"

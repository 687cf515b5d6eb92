"""Text of models, datasets and services on a terminal: everything it might obey is made visible."""

from __future__ import annotations


def visible(text: str, keep: str = "") -> str:
    """Return ``text`` with controls, escapes and direction marks written out (``\\x1b``, ``\\u202e``).

    Args:
        keep: Controls that stay, such as a newline.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)

"""Scalable vector graphics without scripts or anything to load: the same text is a file and a part of a page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from html import escape

from ..core.text import visible


def mark(name: str, content: str = "", **attributes: str | float) -> str:
    """Return an element.

    Args:
        content: Elements inside, or escaped text.
        attributes: ``class_`` and ``text_anchor`` become ``class`` and ``text-anchor``; numbers have six digits.
    """
    opening = f"<{name}{_written(attributes)}"
    return f"{opening}>{content}</{name}>" if content else f"{opening}/>"


def label(x: float, y: float, text: str, *, anchor: str = "middle", **attributes: str | float) -> str:
    """Return a line of text whose start, middle or end is at ``x``; its controls are made visible."""
    return mark("text", escape(visible(text)), x=x, y=y, text_anchor=anchor, **attributes)


def picture(
    width: float, height: float, marks: Iterable[str], *, is_file: bool = True, **attributes: str | float
) -> str:
    """Return a picture as one line; it grows and shrinks with its place. Only a file names its format."""
    namespace = 'xmlns="http://www.w3.org/2000/svg" ' if is_file else ""
    size = f'viewBox="0 0 {width:g} {height:g}"'
    return f'<svg {namespace}{size} role="img"{_written(attributes)}>{"".join(marks)}</svg>\n'


def _written(attributes: Mapping[str, str | float]) -> str:
    return "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else f"{value:g}"}"'
        for name, value in attributes.items()
    )


def round_steps(low: float, high: float) -> list[float]:
    """Return round values from ``low`` to ``high``, at most seven of them; ``high`` must be above ``low``."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    return [step * n for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]

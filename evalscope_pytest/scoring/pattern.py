"""Regular expressions that users and authors write, made safe to run on what a model writes.

Python's matcher backtracks: ``(a+)+$`` takes for ever on a reply of a few dozen characters. Such expressions are
refused when they are read, and the others see a bounded part of the reply.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Any

from ..core.errors import ConfigError

if sys.version_info >= (3, 11):
    from re import _constants as _c
    from re import _parser as _p
else:
    import sre_constants as _c
    import sre_parse as _p

LONGEST = 16_384  # Characters of a reply, from its end, that a pattern sees.
_REPEATS = {_c.MAX_REPEAT, _c.MIN_REPEAT}


def pattern(source: str, where: str) -> re.Pattern[str]:
    """Compile a user's regular expression.

    Args:
        source: The expression.
        where: Where it was written, for the error.

    Raises:
        ConfigError: It is none, or it may take exponential time: an unbounded repetition within another.
    """
    try:
        tree = _p.parse(source)
        compiled = re.compile(source)
    except (re.error, RecursionError, OverflowError) as error:
        raise ConfigError(f"regular expression {source!r} in {where} is broken: {error}.") from error
    if _nests(tree, within=False):
        raise ConfigError(
            f"regular expression {source!r} in {where} has an unbounded repetition within another, which may never "
            "come to an end on a long reply. Repeat once, such as '[a ]+' in place of '(a+ ?)+'."
        )
    return compiled


def _nests(tree: Any, *, within: bool) -> bool:
    for operation, argument in tree:
        inside = within
        if operation in _REPEATS:
            _, most, _ = argument
            unbounded = most is _c.MAXREPEAT or most > 100
            if unbounded and within:
                return True
            inside = within or unbounded
        if any(_nests(child, within=inside) for child in _children(argument)):
            return True
    return False


def _children(argument: Any) -> Iterable[Any]:
    """Return the sub-patterns an operation of the parsed expression holds, wherever in its argument they are."""
    if isinstance(argument, _p.SubPattern):
        yield argument
    elif isinstance(argument, (tuple, list)):
        for part in argument:
            yield from _children(part)

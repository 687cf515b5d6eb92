"""Values as text: what a program's functions return, for a process that trusts nothing the program says.

JSON, in which a list is a list and any other container an object with one key, its tag. The program may write
whatever it likes: what comes of it is data of built-in types, or an `Opaque`, which equals nothing but itself.
"""

from __future__ import annotations

import builtins
import json
import re
import sys
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import islice
from typing import Any

_SCALARS = frozenset({bool, int, float, str, type(None)})
_MOST_ITEMS = 100_000  # of an iterator, which may be endless
_FEW_BITS = 64
_DEEPEST = 200
_DTYPE = re.compile(r"[<>|=][biuf][1248]")


class OpaqueError(TypeError):
    """A test passes an opaque value back to the program."""


class Opaque:
    """A value that cannot be written down. It equals nothing else; whether it is true, the program says."""

    __slots__ = ("_shown", "_truth")

    def __init__(self, shown: str, truth: bool) -> None:
        self._shown = shown
        self._truth = truth

    def __bool__(self) -> bool:
        return self._truth

    def __repr__(self) -> str:
        return self._shown

    def __reduce__(self) -> Any:
        raise OpaqueError(f"{self._shown} is not plain data and cannot be passed back to the program")


def written(value: object) -> str:
    """Return a value as text. A subclass counts as the built-in type it is made of, whatever its methods say."""
    form = _form(value, 0)
    try:
        return json.dumps(form)
    except ValueError:  # a number of more digits than Python writes out
        return json.dumps(_in_hex(form))


def read(text: bytes | str, kinds: set[str] | None = None) -> Any:
    """Return the value that a text stands for.

    Args:
        kinds: Takes the tags that the value is made of.

    Raises:
        ValueError: It stands for none.
    """
    try:
        with _any_digits():
            return json.loads(text, object_hook=partial(_untagged, set() if kinds is None else kinds))
    except Exception as error:
        raise ValueError(f"not a value: {type(error).__name__}") from error


@contextmanager
def _any_digits() -> Iterator[None]:
    """Read numbers of any length: the program may write those that Python usually would not."""
    limit = getattr(sys, "get_int_max_str_digits", lambda: 0)()
    if not limit:  # there is none, as before Python 3.10.7
        yield
        return
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(limit)


# Writing, in the program's process -----------------------------------------------------------------------------------


def _form(value: Any, depth: int) -> Any:
    kind = type(value)
    if kind in _SCALARS:
        return value
    if depth > _DEEPEST:
        return _opaque(value)
    if kind is list:
        return list(value) if _SCALARS.issuperset(map(type, value)) else [_form(item, depth + 1) for item in value]
    try:
        return _tagged(value, depth)
    except Exception:  # noqa: BLE001 - the program's own types may do anything when they are looked at
        return _opaque(value)


def _in_hex(form: Any) -> Any:
    """Return a form with its large numbers in hexadecimal, which has no limit of digits."""
    if type(form) is int and form.bit_length() > _FEW_BITS:
        return {"int": hex(form)}
    if isinstance(form, list):
        return [_in_hex(item) for item in form]
    if isinstance(form, dict):
        return {tag: _in_hex(content) for tag, content in form.items()}
    return form


def _tagged(value: Any, depth: int) -> Any:
    for base, tag, parts in _CONTAINERS:
        if isinstance(value, base):
            return {tag: [_form(part, depth + 1) for part in parts(value)]}
    for base, tag, plainly in _OTHERS:
        if isinstance(value, base):
            return {tag: plainly(value)}
    for base, plain in _PLAINER:
        if isinstance(value, base):
            return _form(plain(value), depth + 1)
    name = getattr(value, "__name__", "")
    if isinstance(value, type) and vars(builtins).get(name) is value:
        return {"builtin": name}
    if type(value).__module__ == "numpy":
        return _of_numpy(value, depth)
    if isinstance(value, Iterator):
        return {"iterator": [_form(item, depth + 1) for item in islice(value, _MOST_ITEMS + 1)]}
    return _opaque(value)


def _of_numpy(value: Any, depth: int) -> Any:
    if value.shape == ():
        return _form(value.item(), depth + 1)
    if _DTYPE.fullmatch(value.dtype.str):
        return {"ndarray": [value.dtype.str, list(value.shape), value.ravel().tolist()]}
    return _opaque(value)


def _opaque(value: object) -> dict[str, Any]:
    try:
        return {"opaque": [f"<{type(value).__name__[:60]} object>", bool(value)]}
    except Exception:  # noqa: BLE001 - the program's own type
        return {"opaque": ["<object>", True]}


_CONTAINERS: tuple[tuple[type, str, Callable[[Any], Any]], ...] = (
    (tuple, "tuple", tuple.__iter__),
    (list, "list", list.__iter__),
    (set, "set", set.__iter__),
    (frozenset, "frozenset", frozenset.__iter__),
    (deque, "deque", deque.__iter__),
    (OrderedDict, "OrderedDict", OrderedDict.items),
    (Counter, "Counter", dict.items),
    (dict, "dict", dict.items),
    (type({}.keys()), "keys", iter),
    (type({}.values()), "values", iter),
    (type({}.items()), "items", iter),
)
_PLAINER: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (int, int.__int__),
    (float, float.__float__),
    (str, str.__str__),
)
_OTHERS: tuple[tuple[type, str, Callable[[Any], Any]], ...] = (
    (bytes, "bytes", bytes.hex),
    (bytearray, "bytearray", bytearray.hex),
    (complex, "complex", lambda value: [value.real, value.imag]),
    (range, "range", lambda value: [value.start, value.stop, value.step]),
    (Decimal, "Decimal", Decimal.__str__),
    (Fraction, "Fraction", lambda value: [hex(value.numerator), hex(value.denominator)]),
    (datetime, "datetime", datetime.isoformat),
    (date, "date", date.isoformat),
    (clock, "time", clock.isoformat),
    (timedelta, "timedelta", lambda value: [value.days, value.seconds, value.microseconds]),
    (type(Ellipsis), "builtin", lambda _: "Ellipsis"),
    (type(NotImplemented), "builtin", lambda _: "NotImplemented"),
)


# Reading, in a process the program cannot reach -----------------------------------------------------------------------


def _untagged(kinds: set[str], tagged: dict[str, Any]) -> Any:
    ((tag, content),) = tagged.items()
    kinds.add(tag)
    return _READERS[tag](content)


def _dict(pairs: list[Any]) -> dict[Any, Any]:
    return {key: value for key, value in pairs}  # noqa: C416 - dict() would take texts of two letters for pairs


def _iterator(items: list[Any]) -> Iterator[Any]:
    if len(items) > _MOST_ITEMS:
        raise ValueError("too many items")
    return iter(items)


def _builtin(name: str) -> Any:
    found = getattr(builtins, name)
    if not isinstance(found, type) and found not in (Ellipsis, NotImplemented):
        raise ValueError("not a type")
    return found


def _ndarray(content: list[Any]) -> Any:
    import numpy

    dtype, shape, items = content
    if not _DTYPE.fullmatch(dtype):
        raise ValueError("not a type of numbers")
    return numpy.array(items, dtype=dtype).reshape(shape)


def _opaque_read(content: list[Any]) -> Opaque:
    shown, truth = content
    return Opaque(str(shown)[:80], truth is True)


_READERS: dict[str, Callable[[Any], Any]] = {
    "int": lambda digits: int(digits, 16),
    "tuple": tuple,
    "list": list,
    "set": set,
    "frozenset": frozenset,
    "deque": deque,
    "OrderedDict": lambda pairs: OrderedDict(_dict(pairs)),
    "Counter": lambda pairs: Counter(_dict(pairs)),
    "dict": _dict,
    "keys": lambda items: dict.fromkeys(items).keys(),
    "values": lambda items: dict(enumerate(items)).values(),
    "items": lambda pairs: _dict(pairs).items(),
    "bytes": bytes.fromhex,
    "bytearray": bytearray.fromhex,
    "complex": lambda parts: complex(float(parts[0]), float(parts[1])),
    "range": lambda ends: range(*ends),
    "Decimal": Decimal,
    "Fraction": lambda parts: Fraction(int(parts[0], 16), int(parts[1], 16)),
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": clock.fromisoformat,
    "timedelta": lambda parts: timedelta(*parts),
    "builtin": _builtin,
    "ndarray": _ndarray,
    "iterator": _iterator,
    "opaque": _opaque_read,
}

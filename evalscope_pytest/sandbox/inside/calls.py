"""Calls from a process that runs tests to the one that runs the program: arguments go over, values come back.

Arguments are pickled: the program has no reason to distrust the tests. Answers are text (`plain`), as the tests have
every reason to distrust the program.
"""

from __future__ import annotations

import builtins
import os
import pickle
import struct
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from . import plain

_SIZE = struct.Struct("!I")
_MOST_BYTES = 16 << 20  # of one answer
_CHUNK = 1 << 16
_FIXED = frozenset({bool, int, float, str, type(None), bytes})  # no call can change these
_LONGEST_TRACE = 20_000
_VALUE, _ERROR = b"v", b"e"
_ODD = frozenset({"opaque", "keys", "values", "items", "iterator"})  # kinds of values that pickle may refuse


class UnplainError(Exception):
    """Tests pass an argument that cannot leave their process, such as a function they define."""


class GoneError(BaseException):
    """The program has ended. Not an `Exception`: tests that expect one do not mean this."""


def _send(fd: int, data: bytes) -> None:
    view = memoryview(_SIZE.pack(len(data)) + data)
    while view:
        view = view[os.write(fd, view) :]


def _receive(fd: int, most: int | None = None) -> bytes | None:
    """Return a message; None at the end of the stream, or if it is too long."""
    size = read_exactly(fd, _SIZE.size)
    if len(size) != _SIZE.size:
        return None
    length = _SIZE.unpack(size)[0]
    data = read_exactly(fd, length) if most is None or length <= most else b""
    return data if len(data) == length else None


def read_exactly(fd: int, length: int) -> bytes:
    """Return ``length`` bytes, or fewer at the end of the stream."""
    parts: list[bytes] = []
    while length and (part := os.read(fd, min(length, _CHUNK))):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


# The program's side --------------------------------------------------------------------------------------------------


def answer_calls(scope: Mapping[str, Any], calls: int, answers: int, own_file: str) -> None:
    """Call the program's functions as the tests ask, until they ask no more.

    Args:
        scope: The program's names.
        own_file: A file whose frames tracebacks leave out, as they do this one's.

    Raises:
        MemoryError: A call ran out of memory.
    """
    while (asked := _receive(calls)) is not None:
        try:
            answer = _VALUE + _called(scope, asked).encode()
        except MemoryError:
            raise
        except BaseException as error:  # noqa: BLE001 - what it means is for the tests to say
            answer = _ERROR + _raised(error, own_file).encode()
        _send(answers, answer)


def _called(scope: Mapping[str, Any], asked: bytes) -> str:
    (length,) = _SIZE.unpack_from(asked)
    packed = asked[_SIZE.size + length :]
    name, positional, keys = pickle.loads(asked[_SIZE.size : _SIZE.size + length])  # noqa: S301 - the tests wrote it
    given = pickle.loads(packed)  # noqa: S301 - the tests wrote it
    if name not in scope:
        raise NameError(f"name {name!r} is not defined")
    value = scope[name](*given[:positional], **dict(zip(keys, given[positional:], strict=True)))
    same, changed = -1, None
    if not _FIXED.issuperset(map(type, given)):
        same = next((n for n, argument in enumerate(given) if argument is value), -1)
        changed = None if pickle.dumps(given) == packed else list(given)
    return plain.written([value, same, changed])


def _raised(error: BaseException, own_file: str) -> str:
    kinds = type(error).__mro__
    name = next((kind.__name__ for kind in kinds if getattr(builtins, kind.__name__, None) is kind), "Exception")
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename in (own_file, __file__):
        trace = trace.tb_next
    try:
        shown = "".join(traceback.format_exception(type(error), error, trace))[-_LONGEST_TRACE:]
        return plain.written([name, list(error.args), shown])
    except BaseException:  # noqa: BLE001 - the program's own class, or no memory left to say more
        return plain.written([name, [], ""])


# The tests' side ------------------------------------------------------------------------------------------------------


class Caller:
    """Calls the functions of a program in another process.

    Args:
        calls: Where calls are written.
        answers: Where answers are read.

    Attributes:
        gone: The program ended before it answered.
        unplain: Tests passed what cannot be passed.
    """

    def __init__(self, calls: int, answers: int) -> None:
        self._calls = calls
        self._answers = answers
        self._odd = self._answered = False
        self.gone = self.unplain = False
        self.raised: BaseException | None = None  # the last exception of the program, and its traceback
        self.trace = ""

    def function(self, name: str) -> Callable[..., Any]:
        """Return a function that calls the program's function of this name."""

        def call(*args: Any, **named: Any) -> Any:
            given = (*args, *named.values())
            value, same, changed = self._answer(self._packed((name, len(args), tuple(named)), given))
            if type(changed) is list and len(changed) == len(given):
                for argument, new in zip(given, changed, strict=True):
                    _updated(argument, new)
            return given[same] if type(same) is int and 0 <= same < len(given) else value

        call.__name__ = call.__qualname__ = name
        return call

    def _packed(self, head: tuple[str, int, tuple[str, ...]], given: tuple[Any, ...]) -> bytes:
        """Return a call as bytes.

        Raises:
            UnplainError: It cannot be passed, and not through a fault of the program's.
        """
        first = pickle.dumps(head)
        try:
            return _SIZE.pack(len(first)) + first + pickle.dumps(given)
        except Exception as error:
            # What came from the program may be nested too deep, or be too much for the memory that is left.
            if self._odd or (self._answered and isinstance(error, (RecursionError, MemoryError))):
                raise TypeError(f"a value of the program cannot be passed back to it: {error}") from None
            self.unplain = True
            raise UnplainError(str(error)) from error

    def _answer(self, call: bytes) -> list[Any]:
        """Return the three parts of an answer: the value, the argument it is, the arguments as they are now.

        Raises:
            GoneError: There is none.
            TypeError: It cannot be read.
            BaseException: The call raised it.
        """
        try:
            _send(self._calls, call)
            answer = _receive(self._answers, _MOST_BYTES)
        except OSError:
            answer = None
        if not answer:
            self.gone = True
            raise GoneError
        self._answered = True
        kinds: set[str] = set()
        try:
            first, second, third = plain.read(answer[1:], kinds)
        except (ValueError, TypeError) as error:
            raise TypeError(f"the program's answer cannot be read: {error}") from None
        self._odd = self._odd or not _ODD.isdisjoint(kinds)
        if answer[:1] == _ERROR:
            self.trace = str(third)
            self.raised = _exception(first, second)
            raise self.raised
        return [first, second, third]


def _exception(name: Any, args: Any) -> BaseException:
    kind = getattr(builtins, name) if type(name) is str and hasattr(builtins, name) else Exception
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        kind = Exception
    try:
        made = kind(*args)
    except Exception:  # noqa: BLE001 - other arguments than it takes
        made = None
    return made if isinstance(made, BaseException) else Exception(name)


def _updated(old: Any, new: Any) -> Any:
    """Return ``old``, changed in place to equal ``new``; ``new`` itself if that cannot be."""
    if type(old) is not type(new):
        return new
    if isinstance(old, (list, deque)):
        items = [_updated(*pair) for pair in zip(old, new, strict=False)] + list(new)[len(old) :]
        old.clear()
        old.extend(items)
    elif isinstance(old, dict):
        items = [(key, _updated(old.get(key), value)) for key, value in new.items()]
        old.clear()
        old.update(items)
    elif isinstance(old, (set, bytearray)):
        old.clear()
        old.update(new) if isinstance(old, set) else old.extend(new)
    else:
        return new
    return old

"""Every error this package raises on purpose.

The tree::

    EvalError
    ├── UsageError            what the user typed, wrote or named is wrong: exit code 4, before anything is paid for
    │   ├── ConfigError       an option, a field, a value
    │   │   └── UnreadyError  a judge, sandbox or package that one benchmark needs and this run lacks
    │   ├── UnreadyRunError   several benchmarks that cannot run, one a line
    │   └── DatasetError      a benchmark, subset, split or field that is missing
    │       ├── RecordError   a record that no sample can be made of
    │       └── NoDataError   the records of one benchmark are not on this machine and cannot be downloaded
    ├── MediaError            a picture, recording, video or document that cannot be sent: the sample is an error
    ├── ModelError            the model could not answer: the sample is an error, never a wrong answer
    │   ├── RateLimitedError  429, 529: wait, then retry
    │   ├── TransientError    time-outs, 5xx, resets, malformed replies: retry a few times
    │   ├── RejectedError     400, 413, 422, content filter: this sample only, never sent again
    │   └── FatalError        401, 403, 404: key, quota, model or address are wrong: no sample would fare better, stop
    ├── ScoringError          a scorer broke or gave NaN
    ├── SandboxError          the sandbox broke: nothing is known of the program it should have run
    └── StoreError            a record could not be written or read: stop, never pay without recording

A message has the form ``<what>: <value> in <where>. <what is allowed, or the closest match>. <what to do next>.``
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from .text import visible

if TYPE_CHECKING:
    from typing_extensions import Self

    from .values import Usage


class EvalError(Exception):
    """Base of all errors below."""


class UsageError(EvalError):
    """An error in the user's input.

    Its text quotes names of files, fields and subsets that may come from anywhere: everything that a terminal would
    obey is written out, line breaks included.
    """

    def __str__(self) -> str:
        return visible(super().__str__())


class ConfigError(UsageError):
    """An option, a configuration field or a value is wrong."""


class UnreadyError(ConfigError):
    """One benchmark needs a judge, a sandbox or a package that this run lacks; others can run."""


class UnreadyRunError(UsageError):
    """Several benchmarks cannot run. Each has a line with the text of an error, in which everything is written out."""

    def __str__(self) -> str:
        return visible(self.args[0], keep="\n")


class DatasetError(UsageError):
    """A benchmark, dataset, subset, split or field is missing or malformed."""


class NoDataError(DatasetError):
    """The records of one benchmark are missing; others can run."""


class RecordError(DatasetError):
    """A record of a dataset is malformed. Raised while a sample is made of it; the loader adds which record it is."""


class MediaError(EvalError):
    """A picture, recording, video or document of a sample cannot be sent: the sample is an error."""


class ModelError(EvalError):
    """The request could not be sent, or its reply could not be used.

    A model does not know how its user wrote a setting: as an option, in a file, in Python. So advice names settings as
    fields, and the maker of the model gives the spelling.

    Attributes:
        advice: The next step, such as ``Check {api_key}.``; it follows the message.
        spelling: The user's spelling of these settings; without one, a setting shows its own name.
        usage: Tokens that the service reported before the failure; None if it reported none.
        gave_up: The reply was not waited for, or broke off: the service may have charged for it.
    """

    advice: str = ""
    usage: Usage | None = None
    gave_up: bool = False
    spelling: Mapping[str, str] = MappingProxyType({})

    def advising(self, advice: str) -> Self:
        """Add the next step, and return the error."""
        self.advice = advice
        return self

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} {self.advice.format_map(_Spelling(self.spelling))}" if self.advice else message


class _Spelling(dict[str, str]):
    """Settings by name; an unknown one is its own spelling."""

    def __missing__(self, name: str) -> str:
        return name


class RateLimitedError(ModelError):
    """The service requests fewer requests.

    Args:
        message: Text of the service's reply.
        retry_after_s: Seconds the service requested to wait, None if it gave no figure.
    """

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TransientError(ModelError):
    """A temporary failure: connection, time-out, 5xx, malformed reply.

    Attributes:
        overloaded: The service reports overload (503): fewer requests may help.
        unreachable: Nothing listens there: the request never arrived.
    """

    def __init__(
        self,
        message: str,
        retry_after_s: float | None = None,
        *,
        overloaded: bool = False,
        unreachable: bool = False,
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.overloaded = overloaded
        self.unreachable = unreachable


class RejectedError(ModelError):
    """The service refuses this request, and would refuse it again.

    Args:
        message: Text of the service's reply.
        status: The HTTP status of the refusal; 0 when it is another kind, such as a content filter's.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class FatalError(ModelError):
    """The service refuses every request: key, quota or model name are wrong."""


class ScoringError(EvalError):
    """A scorer could not give a finite number."""


class SandboxError(EvalError):
    """The sandbox broke: the sample is an error, never a wrong answer."""


class StoreError(EvalError):
    """A record could not be written or read."""

    def __str__(self) -> str:
        return visible(super().__str__(), keep="\n")  # a table of what was measured may come first


def raised_in(error: BaseException) -> str:
    """Return the file and line of an error's origin within the code that the catching function called.

    That is the innermost line of the called function's file: the author's code, rather than a line of a library. Empty
    if the call itself failed, or called no Python.
    """
    frames = traceback.extract_tb(error.__traceback__)[1:]
    own = [frame for frame in frames if frame.filename == frames[0].filename]
    return f"{own[-1].filename}:{own[-1].lineno}" if own else ""


def closest_path(path: Path) -> str:
    """Return a sentence that names the entry beside a missing path that is nearest to it, with a blank; or nothing."""
    from difflib import get_close_matches

    there = next((parent for parent in path.absolute().parents if parent.is_dir()), None)
    if there is None:
        return ""
    wanted = path.absolute().relative_to(there).parts[0]
    try:
        near = get_close_matches(wanted, [entry.name for entry in there.iterdir()], n=1, cutoff=0.6)
    except OSError:
        return ""
    return f"Did you mean {str(there / near[0])!r}? " if near else ""


def closest(name: str, allowed: Iterable[str]) -> str:
    """Return a sentence that names the closest allowed word, or lists the allowed ones when none is close."""
    from difflib import get_close_matches  # 1 ms that only a mistake has to pay

    known = sorted(set(allowed))
    near = get_close_matches(name, known, n=1, cutoff=0.6) or [k for k in known if k.lower() == name.lower()]
    if near:
        return f"Did you mean {near[0]!r}?"
    if not known:
        return "There is none."
    shown = ", ".join(known[:20]) + (f" ... ({len(known)} in all)" if len(known) > 20 else "")
    return f"Allowed: {shown}."

"""The two views of a dialect: `Interface` for load tests, `Draft` for evaluations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..core.errors import ConfigError, EvalError
from ..core.values import ModelOutput, Usage
from .prompt import Prompt
from .stamped import Reader

Fields = Mapping[str, Any]


class UnsendableError(EvalError):
    """A prompt that cannot be made a request: counted as a failed request."""


@dataclass(frozen=True, slots=True)
class Interface:
    """A dialect as load tests use it.

    Attributes:
        path: Follows an address that ends at the version.
        write: Makes the body of a request from a prompt and the fields of every request: ``model``, ``stream``,
            ``max_tokens`` and the like, under OpenAI's names.
        reader: Reads the replies.
        streams: Replies are generated text, which can be streamed.
        headers: Of every request.
        stream_headers: Of requests for a stream.
        key_header: Carries the key; a bearer token if it is ``authorization``.
        key_variable: Environment variable of the provider's own clients, read if no key is given.
    """

    name: str
    path: str
    write: Callable[[Prompt, Fields], Any]
    reader: Reader
    streams: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    stream_headers: Mapping[str, str] = field(default_factory=dict)
    key_header: str = "authorization"
    key_variable: str = "OPENAI_API_KEY"


class Draft(Protocol):
    """A reply under construction, as evaluations read it: piece by piece, or as one body."""

    @property
    def usage(self) -> Usage | None:
        """The tokens that the service has reported so far; None if it has reported none."""
        ...

    def feed(self, piece: bytes, at: float) -> None:
        """Take a piece of an event stream that came at a time, in seconds of a monotonic clock.

        Raises:
            ModelError: An event is malformed, or an error object.
        """

    def take_body(self, body: bytes) -> None:
        """Take a whole reply.

        Raises:
            ModelError: It is not a usable reply, or it is an error object.
        """

    def output(self, model: str, started: float, ended: float) -> ModelOutput:
        """Return the whole reply.

        Args:
            model: The name to record if the service sent none.
            started: When the request was sent, by the clock of `feed`.
            ended: When the reply was complete.

        Raises:
            TransientError: The stream ended before the reply did.
        """


def whole_body(prompt: Prompt, fields: Fields) -> dict[str, Any] | None:
    """Return the body that a data set gave; None if it gave content to put into one."""
    return {**fields, **prompt.content} if isinstance(prompt.content, Mapping) else None


def wrong_shape(interface: str, wanted: str) -> ConfigError:
    """Return the error for content that a dialect does not take."""
    return ConfigError(
        f"the data set does not fit {interface}, which takes {wanted}. Choose another --dataset, or another --url."
    )

"""What an interface is: how a request is written, and how a reply is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...core.errors import ConfigError, EvalError
from ..data.prompts import Prompt
from ..load.parse import OPENAI, Reader

Fields = Mapping[str, Any]


class UnsendableError(EvalError):
    """A prompt of which no request can be made: counted as a failed request."""


@dataclass(frozen=True, slots=True)
class Interface:
    """A way to talk to a service.

    Attributes:
        path: Follows an address that ends at the version.
        write: Makes the body of a request, of a prompt and the fields of every request: ``model``, ``stream``,
            ``max_tokens`` and the like, in OpenAI's names.
        reader: How replies are read.
        streams: Replies are generated text, which can be streamed.
        headers: Of every request.
        stream_headers: Of requests for a stream.
    """

    name: str
    path: str
    write: Callable[[Prompt, Fields], Any]
    reader: Reader = OPENAI
    streams: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    stream_headers: Mapping[str, str] = field(default_factory=dict)


def whole_body(prompt: Prompt, fields: Fields) -> dict[str, Any] | None:
    """Return the body that a data set gave, or None where it gave something to make one of."""
    return {**fields, **prompt.content} if isinstance(prompt.content, Mapping) else None


def wrong_shape(interface: str, wanted: str) -> ConfigError:
    """Return the error for content that an interface does not take."""
    return ConfigError(
        f"the data set does not fit {interface}, which takes {wanted}. Choose another --dataset, or another --url."
    )

"""A template for requests: a dialect, with the fields of every request."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...wire.dialects import find
from ...wire.interface import UnsendableError
from ...wire.prompt import Message, Prompt
from ...wire.stamped import Reader
from ..data.prompts import Turn


@dataclass(frozen=True, slots=True)
class Form:
    """How requests are written.

    Attributes:
        interface: Its name, see `find`.
        parameters: Fields of every request: ``model``, ``stream``, ``max_tokens`` and the like.
        lengths: Minimum and maximum of ``max_tokens``, which is drawn for each request.
        seed: Of the draws, which are the same in each load.
    """

    interface: str
    parameters: Mapping[str, Any]
    lengths: tuple[int, int] | None = None
    seed: int = 42

    def body(self, turn: Turn, history: Sequence[Message] = (), place: tuple[int, int] = (0, 0)) -> bytes:
        """Return the JSON of a request.

        Args:
            place: Number of the conversation and of the turn in it.

        Raises:
            ConfigError: The interface takes no content of this shape.
            UnsendableError: A custom interface failed with it.
        """
        from orjson import dumps

        if isinstance(turn.content, bytes):
            return turn.content
        drawn = {"max_tokens": self._draw(place)} if self.lengths else {}
        fields = {**self.parameters, **drawn, **turn.parameters}
        body = find(self.interface).write(Prompt(turn.content, history), fields)
        try:
            return dumps(body)
        except TypeError as error:
            raise UnsendableError(f"the request body is not JSON: {error}") from error

    @property
    def reader(self) -> Reader:
        """How replies are read: whole replies are not lines."""
        reader = find(self.interface).reader
        return replace(reader, lines=False) if reader.lines and not self.parameters.get("stream") else reader

    def _draw(self, place: tuple[int, int]) -> int:
        low, high = self.lengths or (0, 0)
        return random.Random(f"{self.seed}:{place[0]}:{place[1]}").randint(low, high)

"""The parameters of one instruction, read with their types checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evalscope_pytest.core.errors import ScoringError, closest

RELATIONS = ("less than", "at least")


@dataclass(frozen=True, slots=True)
class Arguments:
    """One entry of a record's ``kwargs``. The data lists every parameter of every instruction, unused ones as null.

    Attributes:
        instruction: The instruction's id, for error messages.
        values: Parameter names and their JSON values. An explicit 0 is a value like any other.
    """

    instruction: str
    values: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a text parameter.

        Raises:
            ScoringError: It is missing or no text.
        """
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            raise self._wrong(name, value, "a text")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a parameter that is a list of texts.

        Raises:
            ScoringError: It is missing or no list of texts.
        """
        value = self.values.get(name)
        if not isinstance(value, (list, tuple)) or not value or not all(isinstance(x, str) and x for x in value):
            raise self._wrong(name, value, "a list of texts")
        return tuple(value)

    def number(self, name: str) -> int:
        """Return a count, 0 included.

        Raises:
            ScoringError: It is missing or not a whole number.
        """
        value = self.values.get(name)
        if isinstance(value, float) and value.is_integer():  # some loaders turn a column with nulls into floats
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(name, value, "a whole number")
        return value

    def holds(self, count: int, threshold: str, relation: str = "relation") -> bool:
        """Compare ``count`` with the parameter ``threshold`` as the parameter ``relation`` says.

        Raises:
            ScoringError: One of the two is missing or not among the allowed values.
        """
        how = self.text(relation)
        if how not in RELATIONS:
            raise self._wrong(relation, how, closest(how, RELATIONS))
        limit = self.number(threshold)
        return count < limit if how == "less than" else count >= limit

    def _wrong(self, name: str, value: object, wanted: str) -> ScoringError:
        return ScoringError(
            f"ifeval parameter {name!r} is {value!r} in {self.instruction}. Wanted: {wanted.rstrip('.')}. "
            f"Correct the record's kwargs."
        )

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from msgspec import Meta

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.core.tables import parse_table, refuse_unknown


@dataclass(frozen=True)
class Pump:
    """A table with a description for each kind of entry."""

    name: str
    flow: Annotated[float, Meta(gt=0, description="a number above 0")] = 1.0
    stages: Annotated[int, Meta(ge=1, description="a whole number")] | None = None


def wrong(name: str, value: Any, allowed: str) -> str:
    return f"{name}: {value!r} in here. It has to be {allowed}."


def test_a_table_becomes_its_dataclass() -> None:
    assert parse_table({"name": "a", "flow": 2}, Pump, wrong) == Pump("a", 2.0)
    assert parse_table({"name": "a", "stages": None}, Pump, wrong) == Pump("a")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"flow": 0}, "flow: 0 in here. It has to be a number above 0."),
        ({"flow": "2"}, "flow: '2' in here. It has to be a number above 0."),
        ({"stages": True}, "stages: True in here. It has to be a whole number."),
        ({"stages": 0}, "stages: 0 in here. It has to be a whole number."),
        ({"name": 3}, "name: 3 in here. It has to be of another type."),
    ],
)
def test_a_wrong_entry_is_named_with_its_value_and_what_is_allowed(entries: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_table({"name": "a", **entries}, Pump, wrong)
    assert str(caught.value) == message


def test_an_unknown_entry_is_refused_with_the_closest_one() -> None:
    refuse_unknown({"flow": 1}, ("name", "flow"), "pump")
    with pytest.raises(ConfigError, match=r"pump has no 'flwo'\. Did you mean 'flow'\?"):
        refuse_unknown({"flwo": 1}, ("name", "flow"), "pump")

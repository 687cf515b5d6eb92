"""The records of PhyX: physics problems with a figure and four options, which are one text in a record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from evalscope_pytest import hub, image, text
from evalscope_pytest.core.content import Part
from evalscope_pytest.core.errors import RecordError

_DOMAINS = ["Mechanics", "Electromagnetism", "Thermodynamics", "Waves/Acoustics", "Optics", "Modern Physics"]
_LABEL = re.compile(r"^\s{0,3}[A-D]\s{0,3}:")
_NEXT = re.compile(r'(?:^|"\s{0,3},)\s{0,3}[A-D]\s{0,3}:\s{0,3}"')


def _domain(name: str) -> str:
    return name.lower().replace("/", "_").replace(" ", "_")


SOURCE = hub(
    "evalscope/PhyX",
    subsets=[_domain(name) for name in _DOMAINS],
    subset_by=lambda record: _domain(record["category"]),
    config="test",
)
# The first 1,000 problems are the official small set.
MINI: dict[str, Any] = {"testmini": False}


def in_part(record: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """Return whether a problem belongs to the part that is evaluated."""
    return not params["testmini"] or int(record["index"]) < 1000


def question_of(record: Mapping[str, Any]) -> list[Part]:
    """Return the figure, and the problem in its short form with the question."""
    figure = record["image"]
    place = f"test_image/{figure}" if isinstance(figure, str) else figure
    return [image(place), text(f"{record['question_simply']} {record['question']}".strip())]


def options_of(record: Mapping[str, Any]) -> list[str]:
    """Return the options of ``A:"1.5 N",B:"2.5 N",...``, or of a list of ``A:"1.5 N"`` and so on.

    Raises:
        RecordError: There are not four of them.
    """
    written = record["options"]
    if isinstance(written, (list, tuple)):
        options = [_LABEL.sub("", str(option)).strip('" ') for option in written]
    else:
        options = _NEXT.split(str(written).strip().removesuffix('"'))[1:]
    if len(options) != len("ABCD"):
        raise RecordError(
            f'its options are {str(written)[:80]!r}, not four. Write them as A:"...",B:"...",C:"...",D:"...".'
        )
    return options

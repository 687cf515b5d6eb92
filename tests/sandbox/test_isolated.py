"""Scorers that run in a process of the sandbox."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass

import pytest

from evalscope_pytest import Sample, isolated
from evalscope_pytest.core.errors import ConfigError, ScoringError

PATTERN = re.compile(r"(\d+)")
HALF, WHOLE = 0.5, 1.0


@dataclass
class Reading:
    found: str


def _read(text: str) -> Reading:
    match = PATTERN.search(text)
    return Reading(match.group() if match else "")


def half_right(text: str, sample: Sample) -> float:
    """Uses an import, constants, a class and a function of this file, and types that the sandbox lacks."""
    return WHOLE if _read(text).found == sample.target else HALF


def several(text, sample):
    print("of no account")
    return {"accuracy": 1, "length": len(text), "n": sample.metadata["n"]}


def hangs(text, sample):
    return bool(re.match(r"(a+)+$", text))


def breaks(text, sample):
    raise KeyError("no such thing")


def says_nothing(text, sample):
    return "right"


def judged(scorer, text, **fields):
    async def judge():
        return await scorer.score(text, Sample(input="q", **fields))

    return asyncio.run(judge())


def test_a_function_travels_with_what_it_names_of_its_file():
    scorer = isolated(half_right)
    assert judged(scorer, "it is 42", target="42").values == {"accuracy": 1.0}
    assert judged(scorer, "it is 41", target="42").values == {"accuracy": 0.5}
    assert (scorer.name, scorer.metrics) == ("half_right", ("accuracy",))


def test_several_metrics_and_prints():
    scorer = isolated(several, metrics=("accuracy", "length", "n"))
    assert judged(scorer, "abc", metadata={"n": 3}).values == {"accuracy": 1.0, "length": 3.0, "n": 3.0}


def test_one_that_hangs_is_ended_and_an_error():
    started = time.monotonic()
    with pytest.raises(ScoringError, match=r"hangs took longer than 0\.3 CPU seconds"):
        judged(isolated(hangs, cpu_s=0.3), "a" * 60 + "b")
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(("function", "said"), [(breaks, "no such thing"), (says_nothing, "Return a number")])
def test_one_that_breaks_says_how(function, said):
    with pytest.raises(ScoringError, match=said):
        judged(isolated(function), "x")


def test_the_content_address_follows_the_source():
    assert isolated(half_right).fingerprint != isolated(several).fingerprint
    assert isolated(half_right).fingerprint != isolated(half_right, cpu_s=1.0).fingerprint
    assert isolated(half_right).fingerprint == isolated(half_right).fingerprint


@pytest.mark.parametrize("function", [lambda text, sample: 1.0, len, Reading])
def test_what_has_no_source_of_its_own_is_refused(function):
    with pytest.raises(ConfigError, match="plain function of a file"):
        isolated(function)

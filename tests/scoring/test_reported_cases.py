"""Every reply of ../shared/cases that was once scored wrong gets its right score."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import samples_of
from evalscope_pytest.wire.content import split_reasoning
from tests.conftest import SHARED
from tests.suites.test_suites import score_of

pytestmark = pytest.mark.real_data
CASES = SHARED / "cases" / "scoring.jsonl"
EXACT = {"drop": "em"}  # Where the case names another metric than the benchmark's first.


def grouped(file: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the cases by kind and benchmark; none when the file is not there."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.is_file() else ():
        case = json.loads(line)
        found.setdefault(f"{case['kind']}, {case['benchmark']}", []).append(case)
    return found


def read(case: Mapping[str, Any]) -> float:
    """Return the score of a case's reply, after the client has told its thinking apart."""
    benchmark = load_bundled(case["benchmark"])
    sample: Sample = samples_of(benchmark, case.get("subset") or "default", [case["record"]])[0]
    score = score_of(benchmark, split_reasoning(case["reply"]).text, sample)
    assert benchmark.scorer is not None
    return score.values[EXACT.get(benchmark.name, benchmark.scorer.metrics[0])]


REPORTED = grouped(CASES)


def test_the_cases_are_there() -> None:
    if not CASES.is_file():
        pytest.skip(f"no reported cases at {CASES}")
    assert len(REPORTED) > 30


@pytest.mark.parametrize("group", sorted(REPORTED))
def test_a_reported_reply_gets_its_right_score(group: str) -> None:
    misjudged = [
        (case["reply"], score, case["right_score"])
        for case in REPORTED[group]
        if (score := read(case)) != pytest.approx(case["right_score"])
    ]
    assert not misjudged

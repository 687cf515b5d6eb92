"""Which fragments go to which role: the figures are those of PerspectiveGap's own scorer for the same replies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample
from evalscope_pytest.scoring.aggregation import Attempt, aggregate
from evalscope_pytest.suites.instruction.role_sets import METRICS, role_sets

NEED = {"coder": ["f1", "f3"], "reviewer": ["f2"]}
SAMPLE = Sample("Who gets what?", "", metadata={"need": NEED, "distractor": "f4"})
SCORER = role_sets()


@pytest.mark.parametrize(
    ("reply", "official"),
    [
        ('{"coder": ["f1", "f3"], "reviewer": ["f2"]}', (1.0, 1.0, 1.0, 1.0, 0.0)),
        ('{"coder": ["f3", "f1"], "reviewer": ["f2"]}', (1.0, 1.0, 1.0, 1.0, 0.0)),
        ('```json\n{"coder": ["f1", "f3"], "reviewer": ["f2"]}\n```', (1.0, 1.0, 1.0, 1.0, 0.0)),
        ('```\n{\n "coder": [\n  "f1",\n  "f3"\n ],\n "reviewer": [\n  "f2"\n ]\n}\n```\n', (1.0, 1.0, 1.0, 1.0, 0.0)),
        ('```JSON\n{"coder": ["f1", "f3"], "reviewer": ["f2"]}\n```', (0.0, 1.0, 1.0, 1.0, 0.0)),
        ('Here it is: {"coder": ["f1", "f3"], "reviewer": ["f2"]}', (0.0, 1.0, 1.0, 1.0, 0.0)),
        ('{"coder": ["f1", "f3"], "reviewer": ["f2"]}\nThat is all.', (0.0, 1.0, 1.0, 1.0, 0.0)),
        ('```json\n{"coder": ["f1", "f3"], "reviewer": ["f2"]}\n```\nDone.', (0.0, 1.0, 1.0, 1.0, 0.0)),
        ('```json {"coder": ["f1", "f3"], "reviewer": ["f2"]}```', (0.0, 1.0, 1.0, 1.0, 0.0)),
        ('{"coder": ["f1", "f3", "f4"], "reviewer": ["f2"]}', (0.0, 0.6667, 1.0, 0.75, 1.0)),
        ('{"coder": ["f1", "f4"], "reviewer": ["f4"]}', (0.0, 0.0, 0.3333, 0.3333, 2.0)),
        ('{"coder": ["f1", "f3"]}', (0.0, 0.3333, 0.6667, 1.0, 0.0)),
        ('{"coder": ["f1", "f3"], "reviewer": ["f2"], "boss": ["f1"]}', (0.0, 1.0, 1.0, 1.0, 0.0)),
        ('{"coder": ["f1", "f3", 7], "reviewer": ["f2"]}', (0.0, 1.0, 1.0, 1.0, 0.0)),
        ('{"coder": "f1", "reviewer": ["f2"]}', (0.0, 0.0, 0.3333, 1.0, 0.0)),
        ('{"coder": ["f1", "f1", "f3"], "reviewer": ["f2"]}', (1.0, 1.0, 1.0, 1.0, 0.0)),
        ('[{"coder": ["f1", "f3"], "reviewer": ["f2"]}]', (0.0, 1.0, 1.0, 1.0, 0.0)),
        ("", (0.0, 0.0, 0.0, 0.0, 0.0)),
        ("no idea", (0.0, 0.0, 0.0, 0.0, 0.0)),
        ("{}", (0.0, 0.0, 0.0, 0.0, 0.0)),
        ("null", (0.0, 0.0, 0.0, 0.0, 0.0)),
        ('{"Coder": ["f1", "f3"], "reviewer": ["f2"]}', (0.0, 0.0, 0.3333, 1.0, 0.0)),
        ('{"coder": ["f1"], "reviewer": ["f2"]', (0.0, 0.0, 0.0, 0.0, 0.0)),
        ('{a} {"coder": ["f1", "f3"], "reviewer": ["f2"]}', (0.0, 0.0, 0.0, 0.0, 0.0)),
        ('{"coder": [], "reviewer": []}', (0.0, 0.0, 0.0, 0.0, 0.0)),
        ('{"coder": null, "reviewer": ["f2"]}', (0.0, 0.0, 0.3333, 1.0, 0.0)),
        ('  {"coder": ["f1", "f3"], "reviewer": ["f2"]}  ', (1.0, 1.0, 1.0, 1.0, 0.0)),
        ('```python\n{"coder": ["f1", "f3"], "reviewer": ["f2"]}\n```', (0.0, 1.0, 1.0, 1.0, 0.0)),
        ('[1] {"coder": ["f1", "f3"], "reviewer": ["f2"]}', (0.0, 1.0, 1.0, 1.0, 0.0)),
        ('```json\n\n{"coder": ["f1", "f3"], "reviewer": ["f2"]}\n\n```', (1.0, 1.0, 1.0, 1.0, 0.0)),
    ],
)
def test_figures_are_the_official_ones(reply: str, official: tuple[float, ...]) -> None:
    values = SCORER.score(reply, SAMPLE).values
    assert tuple(round(values[metric], 4) for metric in METRICS) == official


def test_coverage_and_precision_are_shares_of_all_fragments() -> None:
    replies = ['{"coder": ["f1", "f3"], "reviewer": ["f2"]}', '{"coder": ["f4"]}', ""]
    scores = [SCORER.score(reply, SAMPLE) for reply in replies]
    attempts = [Attempt(n, 0, score.values, weights=score.metadata["weights"]) for n, score in enumerate(scores)]
    found = {metric.name: metric.score for metric in aggregate(attempts, METRICS)}
    assert found["required_coverage"] == pytest.approx(3 / 9)
    assert found["boundary_precision"] == pytest.approx(3 / 4)
    assert found["distractor_leakage"] == pytest.approx(1 / 3)


@given(st.text(alphabet=st.sampled_from('{}[]":,`\n f1coder'), max_size=60))
def test_any_reply_has_a_score(reply: str) -> None:
    assert set(SCORER.score(reply, SAMPLE).values) == set(METRICS)

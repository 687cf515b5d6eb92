"""The specification's vectors through the statistics, and what the program that runs them finds wrong."""

from __future__ import annotations

import json

import pytest

from bench import vectors
from tests.conftest import SHARED

FILE = SHARED / "reference" / "statistics_vectors.json"


@pytest.mark.real_data
def test_every_vector_of_the_specification():
    if not FILE.is_file():
        pytest.skip(f"no vectors at {FILE}")
    given = json.loads(FILE.read_text(encoding="utf-8"))["vectors"]
    assert len(given) >= 106
    assert {v["id"]: found for v in given if (found := vectors.failures(v))} == {}


VECTOR = {
    "id": "wilson_interval-1",
    "function": "wilson_interval",
    "input": {"right": 7, "n": 10, "level": 0.95},
    "output": {"low": 0.396778, "high": 0.892209},
    "tolerance": 1e-5,
}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, None),
        ({"output": {"low": 0.5}}, "low: 0.39"),
        ({"output": {"low": None}}, "expected None"),
        ({"output": {"middle": 0.5}}, "middle: 'nothing'"),
        ({"output": {"low": True}}, "expected True"),
        ({"function": "wald_interval"}, "no function 'wald_interval'"),
        ({"input": {"right": 7}}, "TypeError"),
        ({"tolerance": 0}, "low: 0.39"),
    ],
)
def test_a_wrong_answer_is_named(change, wrong):
    found = vectors.failures({**VECTOR, **change})
    assert found == [] if wrong is None else wrong in found[0]


def test_the_program_counts_and_names(tmp_path, monkeypatch, capsys):
    file = tmp_path / "vectors.json"
    file.write_text(json.dumps({"vectors": [VECTOR, {**VECTOR, "id": "bad", "output": {"low": 0.5}}]}))
    monkeypatch.setattr("sys.argv", ["vectors.py", str(file)])
    assert vectors.main() == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("bad: low: 0.39")
    assert printed[1] == "1/2 vectors pass"


@pytest.mark.parametrize(
    ("function", "given", "expected"),
    [
        ("wilson_interval", {"right": 0, "n": 0, "level": 0.95}, {"low": None, "high": None}),
        ("clustered_standard_error", {"values": [1, 0], "clusters": ["a", "a"]}, {"mean": 0.5, "standard_error": None}),
        ("t_interval_of_mean", {"values": [3], "level": 0.95}, {"low": None, "high": None}),
        ("t_interval_of_mean", {"values": [3, 3], "level": 0.95}, {"low": None, "high": None}),
        (
            "score_interval_of_mean",
            {"values": [0.5] * 8, "bounds": [0, 1], "level": 0.95},
            {"effective_n": 8, "degrees_of_freedom": 7},
        ),
        ("paired_score_interval", {"only_new_right": 5, "only_old_right": 0, "n": 5, "level": 0.95}, {"high": 1.0}),
        ("variance_of_repeats", {"table": [[1], [0]]}, {"within": None, "share_within": None, "standard_error": 0.5}),
        ("score_at_k", {"repeats": 2, "right": [1, 2], "k": 3, "how": "pass_at_k"}, {"score": None}),
        ("score_at_k", {"repeats": [2, 5], "right": [1, 2], "k": 3, "how": "pass_at_k"}, {"score": 0.9}),
        (
            "judge_corrected_share",
            {
                "judged_right": 0.5, "n": 9, "sensitivity": 0.6, "positives_checked": 9, "specificity": 0.5,
                "negatives_checked": 9, "level": 0.95,
            },
            {"estimate": None, "low": None},
        ),
        ("flakiness", {"repeats": [1]}, {"flaky": False, "chance_of_two_differing": None}),
        ("curtailment", {"needed": 210, "population": 300, "right": 210, "asked": 250}, {"decided": "passed"}),
        ("least_questions_to_show", {"bound": 1.0, "level": 0.95}, {"questions": None}),
        ("verdict", {"kind": "demand", "right": 0, "n": 0, "bound": 0.7, "level": 0.95}, {"verdict": "failed"}),
        (
            "verdict_against_baseline",
            {"kind": "demand", "only_new_right": 0, "only_old_right": 0, "n": 133, "margin": 0.02, "level": 0.95},
            {"verdict": "passed", "exit_code": 0},
        ),
        (
            "wealth_without_replacement",
            {"values": [1] * 5, "mean_under_null": 1.0, "population": 5, "alternative": "greater"},
            {"log_wealth": 0.0, "certain": False},
        ),
    ],
)  # fmt: skip
def test_edges_have_no_number_where_there_is_none(function, given, expected):
    assert vectors.failures({"function": function, "input": given, "output": expected, "tolerance": 1e-9}) == []

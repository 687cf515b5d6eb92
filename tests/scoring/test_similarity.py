"""BLEU and ROUGE together, and agreement with EvalScope on its own values."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest.core.values import Sample
from evalscope_pytest.scoring.overlap import similarity


def test_it_has_all_metrics_with_rouge_l_recall_first():
    result = similarity().score("a b", Sample("question", target="a b"))
    assert tuple(result.values) == similarity().metrics
    assert similarity().metrics[0] == "Rouge-L-R"
    assert len(similarity().metrics) == 13


def test_the_ideal_reply_is_the_reference():
    sample = Sample("question", target=("a b c d", "x"))
    values = similarity().score(similarity().ideal_reply(sample), sample).values
    assert min(values.values()) == pytest.approx(1)


# White space is no word here. EvalScope counts a trailing newline, or the blanks between Chinese characters, as words
# of the reply when it computes BLEU, so that the very reference with a newline after it has 0.5.
BLANKS = ("exact + newline", "spaces between characters")


@pytest.mark.real_data
def test_values_equal_evalscopes(parity):
    lines = (parity / "general_qa" / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    differing = set()
    for row in map(json.loads, lines):
        values = similarity().score(row["extracted"], Sample("question", target=row["target"])).values
        wrong = {name for name, value in row["score"].items() if abs(value - values[name]) > 1e-9}
        if row["kind"] in BLANKS:
            assert all(name.startswith("bleu") and values[name] > row["score"][name] for name in wrong)
            differing.add(row["kind"])
        else:
            assert not wrong, row["kind"]
    assert differing == set(BLANKS)
    assert len(lines) == 19

"""Every canned reply of ../shared/parity is judged as a human reader judges it."""

from __future__ import annotations

from pathlib import Path

import pytest

from .judging import judged
from .parity_replies import SCORERS, replies

pytestmark = pytest.mark.real_data
DIFFERENCES = Path(__file__).resolve().parents[2] / "docs" / "differences.md"


@pytest.mark.parametrize("run", SCORERS)
def test_right_replies_score_one_and_wrong_ones_zero(parity, run):
    scorer = SCORERS[run]
    misjudged = [
        (reply.kind, reply.sample.targets, reply.text, score)
        for reply in replies(parity, run)
        if (score := judged(scorer, reply.text, reply.sample)).values[scorer.metrics[0]] != reply.truth
    ]
    assert not misjudged


@pytest.mark.parametrize("run", SCORERS)
def test_the_ideal_reply_of_a_mock_model_scores_one(parity, run):
    scorer = SCORERS[run]
    wrong = [
        (reply.sample.targets, scorer.ideal_reply(reply.sample))
        for reply in replies(parity, run)
        if judged(scorer, scorer.ideal_reply(reply.sample), reply.sample).values[scorer.metrics[0]] != 1.0
    ]
    assert not wrong


@pytest.mark.parametrize("run", SCORERS)
def test_every_kind_evalscope_misjudges_is_documented(parity, run):
    documented = DIFFERENCES.read_text(encoding="utf-8")
    kinds = {r.kind for r in replies(parity, run) if r.evalscope is not None and r.evalscope != r.truth}
    assert {kind for kind in kinds if f"`{kind}`" not in documented} == set()

"""How judges did: agreement, order, what failed; in JSON, on a line, in the page."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest.core.values import JudgeCall, Message, SampleError, Score
from evalscope_pytest.report.judges import JudgeSummary, judge_summary
from evalscope_pytest.store.judged import Judged, Vote, judged_header
from evalscope_pytest.store.rows import SampleSummary


def row(index: int, judges: str, *votes: tuple[int, int, int, int, str]) -> SampleSummary:
    judged = Judged(tuple(judges.split()), len(votes), len(votes), len(votes), tuple(Vote(*v) for v in votes))
    return SampleSummary(f"k{index}", "", "b", "s", index, index, 0, values={"accuracy": 1.0}, judged=judged)


def summed(*rows: SampleSummary) -> JudgeSummary:
    summary = judge_summary(rows)
    assert summary is not None
    return summary


def test_two_judges_have_cohens_kappa() -> None:
    pairs = [("1", "1")] * 20 + [("1", "0")] * 5 + [("0", "1")] * 10 + [("0", "0")] * 15
    summary = summed(*[row(n, "j1 j2", (0, 0, 0, 0, a), (1, 0, 0, 0, b)) for n, (a, b) in enumerate(pairs)])
    assert summary.between is not None
    assert (summary.between.kind, summary.between.kappa) == ("Cohen", pytest.approx(0.4))
    assert (summary.between.share, summary.between.items) == (0.7, 50)
    assert summary.within is None
    # Krippendorff's: 1 - 99 * 30 disagreeing labels / (2 * 55 * 45 expected pairs)
    assert summary.between.alpha == pytest.approx(1 - 99 * 30 / (2 * 55 * 45), abs=1e-4)
    assert "judges agree: Cohen's kappa 0.40, Krippendorff's alpha 0.40 over 50 items" in summary.line("b")
    assert summary.to_json()["disagreement"]["evalscope_pytest"]["between_judges"]["krippendorff_alpha"] == 0.4


def test_numbers_that_nearly_agree_have_a_high_alpha_and_a_low_kappa() -> None:
    pairs = [(f"{n / 10:g}", f"{(n + 1) / 10:g}") for n in range(9)]
    summary = summed(*[row(n, "j1 j2", (0, 0, 0, 0, a), (1, 0, 0, 0, b)) for n, (a, b) in enumerate(pairs)])
    assert summary.between is not None
    assert summary.between.kappa is not None
    assert summary.between.alpha is not None
    assert summary.between.kappa < 0 < 0.9 < summary.between.alpha


def test_verdicts_of_several_metrics_differ_or_do_not() -> None:
    pairs = [("1,0,0", "1,0,0"), ("0,1,0", "0,1,0"), ("0,0,1", "0,1,0"), ("0,0,1", "0,0,1")]
    summary = summed(*[row(n, "j1 j2", (0, 0, 0, 0, a), (1, 0, 0, 0, b)) for n, (a, b) in enumerate(pairs)])
    assert summary.between is not None
    assert summary.between.alpha == pytest.approx(1 - 7 * 2 / (64 - (2**2 + 3**2 + 3**2)), abs=1e-4)


def test_three_judges_and_repeats_have_fleiss_kappa() -> None:
    summary = summed(
        row(0, "j1 j2 j3", (0, 0, 0, 0, "1"), (1, 0, 0, 0, "1"), (2, 0, 0, 0, "0")),
        row(1, "j1 j2 j3", (0, 0, 0, 0, "0"), (1, 0, 0, 0, "0"), (2, 0, 0, 0, "0")),
    )
    assert summary.between is not None
    assert (summary.between.kind, summary.between.kappa) == ("Fleiss", pytest.approx(0.25))
    repeats = summed(*[row(n, "j", (0, 0, 0, 0, "1"), (0, 0, 0, 1, str(n % 2))) for n in range(4)])
    assert repeats.between is None
    assert repeats.within is not None
    assert (repeats.within.kind, repeats.within.share) == ("Fleiss", 0.5)


def test_of_repeats_each_judges_first_is_compared_with_the_others() -> None:
    votes = [(0, 0, 0, 0, "1"), (0, 0, 0, 1, "0"), (1, 0, 0, 0, "1"), (1, 0, 0, 1, "1")]
    summary = summed(row(0, "j1 j2", *votes), row(1, "j1 j2", *[(j, i, o, r, "0") for j, i, o, r, _ in votes]))
    assert summary.between is not None
    assert summary.between.kappa == 1.0
    assert summary.within is not None
    assert summary.within.share == 0.75


def test_a_judge_that_always_takes_the_first_is_told() -> None:
    summary = summed(*[row(n, "j", (0, 0, 0, 0, "1,3,3"), (0, 0, 1, 0, "0,0,3")) for n in range(4)])
    assert (summary.inconsistency, summary.comparisons) == (1.0, 4)
    assert "the order decided 100.0 % of 4 comparisons" in summary.line("b")
    position = summary.to_json()["disagreement"]["position_consistency"]
    assert position == {"mean": 0.0, "samples": 4, "swap_flip_count": 4}


def test_a_stronger_win_in_the_other_order_is_still_a_win() -> None:
    assert summed(row(0, "j", (0, 0, 0, 0, "1,3,3"), (0, 0, 1, 0, "1,1,1"))).inconsistency == 0.0


def test_verdicts_that_are_all_the_same_have_no_kappa() -> None:
    summary = summed(row(0, "j1 j2", (0, 0, 0, 0, "1"), (1, 0, 0, 0, "1")))
    assert summary.between is not None
    assert summary.between.kappa is None
    assert "undefined" in summary.line("b")
    json.dumps(summary.to_json(), allow_nan=False)


def test_samples_without_a_verdict_are_counted_and_no_zero() -> None:
    question = (Message("system", "s"), Message("user", "u"))
    again = (*question, Message("assistant", "?"), Message("user", "again"))
    failed = judged_header(None, [JudgeCall("j", 0, question, "?"), JudgeCall("j", 0, again, "?")])
    assert failed == {"judges": ["j"], "requests": 2, "judgements": 1, "verdicts": 0}
    error = SampleSummary("k", "", "b", "s", 1, 1, 0, status="error", judged=Judged.from_json(failed),
                error=SampleError("scoring", "JudgeError", "no verdict"))  # fmt: skip
    summary = summed(row(0, "j", (0, 0, 0, 0, "1")), error)
    found = summary.to_json()
    assert (found["status"], found["scored"], found["total"], found["coverage"]) == ("degraded", 1, 2, 0.5)
    assert (found["valid_observations"], found["total_observations"]) == (1, 2)
    assert found["failures"] == {"excluded": 1}
    assert "1 sample without a verdict" in summary.line("b")


def test_without_judges_there_is_nothing_to_sum_up() -> None:
    assert judge_summary([SampleSummary("k", "", "b", "s", 0, 0, 0)]) is None


def test_a_row_keeps_votes_only_where_there_are_several() -> None:
    record = {"judge": "j", "item": 0, "order": 0, "repeat": 0, "metrics": {"accuracy": 1.0}}
    one = Score(accuracy=1, metadata={"judgements": [record, {**record, "item": 1}]})
    assert judged_header(one, []) == {"judges": ["j"], "requests": 2, "judgements": 2, "verdicts": 2}
    two = Score(accuracy=1, metadata={"judgements": [record, {**record, "repeat": 1, "metrics": {"accuracy": 0.5}}]})
    header = judged_header(two, [])
    assert header is not None
    assert Judged.from_json(json.loads(json.dumps(header))).votes == (Vote(0, 0, 0, 0, "1"), Vote(0, 0, 0, 1, "0.5"))


@pytest.mark.parametrize("foreign", [["a"], "text", 3, [{"judge": "x"}], None])
def test_what_an_author_calls_judgements_is_not_taken_for_them(foreign: object) -> None:
    assert judged_header(Score(accuracy=1, metadata={"judgements": foreign}), []) is None

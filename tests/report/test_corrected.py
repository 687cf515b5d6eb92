"""Scores of judges that err, corrected by labels of people on a random part."""

from __future__ import annotations

import random

import pytest

from evalscope_pytest.report.corrected import Unit, correction
from evalscope_pytest.statistics.judges import prediction_powered_mean

UNIT = (0.0, 1.0)


def units(judge: list[float], human: list[float], labelled: int, **fields: object) -> list[Unit]:
    """Return judged units, of which the first have a label."""
    found = []
    for number, (of_judge, of_human) in enumerate(zip(judge, human, strict=True)):
        labels = [{"accuracy": of_human}] if number < labelled else []
        more = {"weights": {}, "group": number, **fields}
        found.append(Unit({"accuracy": of_judge}, human=labels, **more))  # type: ignore[arg-type]
    return found


def draw(random_: random.Random, n: int, *, per_group: int = 1) -> tuple[list[float], list[float]]:
    """Return the verdicts of a judge that takes a fifth of the wrong answers for right, and the truth: 60 % right."""
    truth = [float(random_.random() < 0.6) for _ in range(n // per_group) for _ in range(per_group)]
    kinder = [max(right, float(random_.random() < 0.2)) for right in truth]
    return kinder, truth


def test_it_is_prediction_powered_inference() -> None:
    judge, human = draw(random.Random(1), 400)
    found = correction("accuracy", units(judge, human, 100), UNIT)
    same = prediction_powered_mean(human[:100], judge[:100], judge[100:])
    assert same is not None
    assert (found["estimate"], found["standard_error"]) == pytest.approx((same.estimate, same.standard_error), abs=1e-7)
    assert (found["low"], found["high"]) == pytest.approx((same.low, same.high), abs=0.01)
    assert (found["labels"], found["unlabelled"], found["few"]) == (100, 300, False)
    wrong = [j for j, h in zip(judge[:100], human[:100], strict=True) if not h]
    assert found["sensitivity"] == 1.0
    assert found["specificity"] == pytest.approx(1 - sum(wrong) / len(wrong))
    assert abs(found["by_skill"]["estimate"] - found["estimate"]) < 0.1


@pytest.mark.parametrize(("n", "labelled", "per_group"), [(400, 40, 1), (400, 100, 1), (400, 400, 1), (800, 200, 4)])
def test_its_interval_covers_the_truth(n: int, labelled: int, per_group: int) -> None:
    random_ = random.Random(2)
    covered = kept = 0
    for _ in range(300):
        judge, human = draw(random_, n, per_group=per_group)
        every = units(judge, human, labelled)
        for number, unit in enumerate(every):
            unit.group = number // per_group
        found = correction("accuracy", every, UNIT)
        covered += found["low"] <= 0.6 <= found["high"]
        kept += found["low"] <= sum(judge) / n <= found["high"]
    assert 0.9 <= covered / 300 <= 0.99
    assert kept < covered


def test_a_judge_without_an_error_in_the_part_may_err_elsewhere() -> None:
    judge, human = [1.0] * 300, [1.0] * 300
    found = correction("accuracy", units(judge, human, 30), UNIT)
    assert found["estimate"] == 1.0
    assert found["low"] < 0.95
    assert found["high"] == 1.0


def test_if_everything_is_labelled_the_judge_does_not_matter() -> None:
    human = [1.0, 0.0] * 20
    found = correction("accuracy", units([1.0] * 40, human, 40), UNIT)
    assert (found["estimate"], found["judge"], found["unlabelled"]) == (0.5, 1.0, 0)
    assert 0.33 < found["low"] < 0.36


def test_what_a_rule_decided_is_not_corrected() -> None:
    judged = units([1.0] * 100, [0.0] * 100, 50)
    by_rule = units([1.0] * 100, [1.0] * 100, 0, judged=False)
    for number, unit in enumerate(by_rule):
        unit.group = f"rule {number}"
    found = correction("accuracy", [*judged, *by_rule], UNIT)
    assert (found["estimate"], found["judge"], found["unlabelled"]) == (0.5, 1.0, 50)


def test_a_verdict_counts_as_often_as_its_person_says() -> None:
    clear = {"accuracy": 1.0, "battles": 3.0}
    every = [
        Unit({"accuracy": 0.0}, {"accuracy": 1.0}, n, human=[clear] if n < 10 else [{"accuracy": 0.0, "battles": 1.0}])
        for n in range(40)
    ]
    assert correction("accuracy", every, None)["estimate"] == pytest.approx(30 / 60)


def test_labels_of_fewer_than_five_questions_correct_nothing() -> None:
    every = units([1.0] * 40, [1.0] * 40, 8)
    for number, unit in enumerate(every):
        unit.group = number // 2
    found = correction("accuracy", every, UNIT)
    assert (found["estimate"], found["low"]) == (None, None)
    assert found["reason"] == "fewer than 5 questions have a verdict of a person"

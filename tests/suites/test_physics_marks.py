"""Marks for physics problems: points of the best scheme, and answers that need no judge."""

from __future__ import annotations

import pytest

from evalscope_pytest import Sample
from suites.multimodal.physics_marks import marked, points_of

RUBRIC = marked()


def sample(*answers: str, marking: tuple[tuple[str, ...], ...] = ()) -> Sample:
    about = {"answers": list(answers), "marking": [list(scheme) for scheme in marking]}
    return Sample("Why?", " | ".join(answers), metadata=about)


@pytest.mark.parametrize(
    ("criterion", "points"),
    [
        ("Award 0.4 pt if it is right. Partial points: award 0.1 pt. Otherwise, award 0 pt.", 0.4),
        ("如果写出表达式，则得 2 分。否则得 0 分。", 2.0),
        ("Right?", 1.0),
    ],
)
def test_points_of_a_criterion(criterion: str, points: float) -> None:
    assert points_of(criterion) == points


@pytest.mark.parametrize(
    ("reply", "judged", "score"),
    [
        ("<answer>[\\boxed{B}]</answer>", 0, 1.0),
        ("<answer>[\\boxed{\\text{B}}]</answer>", 0, 1.0),
        ("\\boxed{99}<answer>[\\boxed{B (down)}]</answer>", 0, 1.0),
        ("<answer>[\\boxed{C}]</answer>", 0, 0.0),
        ("The answer is B", 1, 1.0),
        ("\\boxed{down}", 1, 1.0),
        ("", 0, 0.0),
    ],
)
def test_an_option(reply: str, judged: int, score: float) -> None:
    items = RUBRIC.items(sample("B"), reply)
    assert len(items) == judged
    assert RUBRIC.score(sample("B"), reply, [{"agrees": 1.0}] * judged).values == {"accuracy": score}


def test_several_answers_go_with_the_last_boxes() -> None:
    asked = sample("$x$", "5")
    reply = "\\boxed{0} so \\boxed{x}, \\boxed{6}"
    assert len(RUBRIC.items(asked, reply)) == 1
    assert RUBRIC.score(asked, reply, [{"agrees": 0.0}]).values == {"accuracy": 0.5}
    assert len(RUBRIC.items(asked, "\\boxed{5}")) == 1


def test_the_best_scheme_counts() -> None:
    schemes = (("Award 0.5 pt if a.", "Award 0.5 pt if b."), ("Award 1.0 pt if c.",))
    asked = sample(marking=schemes)
    items = RUBRIC.items(asked, "Because.")
    assert len(items) == 3
    assert items[0].questions[0].contract.high == 0.5  # type: ignore[attr-defined]
    decided = [{"awarded": 0.5}, {"awarded": 0.25}, {"awarded": 0.1}]
    assert RUBRIC.score(asked, "Because.", decided).values == {"accuracy": 0.75}
    assert RUBRIC.items(asked, " ") == ()
    assert RUBRIC.score(asked, " ", []).values == {"accuracy": 0.0}

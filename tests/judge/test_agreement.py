"""Agreement: published examples, and what must hold for any labels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.judge.agreement import cohen_kappa, fleiss_kappa, inconsistency

LABELS = st.sampled_from("ABC")


def test_cohen_on_fifty_grants_read_by_two() -> None:
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert cohen_kappa(pairs) == pytest.approx(0.4)


def test_fleiss_on_ten_subjects_rated_by_fourteen() -> None:
    counts = [
        (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
    ]  # fmt: skip
    items = ["".join(label * n for label, n in zip("12345", row, strict=True)) for row in counts]
    assert fleiss_kappa(items) == pytest.approx(0.210, abs=0.001)


@given(st.lists(st.tuples(LABELS, LABELS)))
def test_cohen_is_symmetric_and_at_most_one(pairs: list[tuple[str, str]]) -> None:
    kappa = cohen_kappa(pairs)
    swapped = cohen_kappa([(b, a) for a, b in pairs])
    assert kappa == pytest.approx(swapped) if kappa is not None else swapped is None
    assert kappa is None or kappa <= 1


@given(st.lists(st.lists(LABELS, max_size=5)))
def test_fleiss_is_one_just_if_every_item_is_agreed_on(items: list[list[str]]) -> None:
    kappa = fleiss_kappa(items)
    rated = [labels for labels in items if len(labels) > 1]
    if kappa is not None:
        assert kappa <= 1 + 1e-9
        assert (kappa == pytest.approx(1)) == all(len(set(labels)) == 1 for labels in rated)
    else:
        assert len({label for labels in rated for label in labels}) < 2


def test_a_judge_that_always_takes_the_first_is_wholly_inconsistent() -> None:
    assert inconsistency([(1.0, 0.0)] * 5) == 1
    assert inconsistency([(1.0, 1.0), (0.5, 0.5), (0.0, 1.0), (1.0, 1.0)]) == 0.25
    assert inconsistency([]) is None

"""Yes and no as benchmarks of hallucination count them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample
from evalscope_pytest.scoring import yes_no, yes_no_in_groups, yes_no_maybe
from evalscope_pytest.scoring.aggregation import Attempt, aggregate

from .judging import judged

verdicts = st.lists(st.tuples(st.sampled_from(["YES", "NO"]), st.sampled_from(["yes", "no", "?"])), min_size=1)


def metrics_of(scorer, pairs, metadata=({},)):
    attempts = []
    for n, (truth, said) in enumerate(pairs):
        score = judged(scorer, said, Sample("?", truth, metadata=metadata[n % len(metadata)]))
        attempts.append(Attempt(n, 0, score.values, score.answer, score.metadata["weights"]))
    return {m.name: m.score for m in aggregate(attempts, scorer.metrics, scorer.aggregation or "mean")}


@given(verdicts)
def test_precision_recall_and_f1_are_those_of_the_counts(pairs):
    tp = sum(truth == "YES" and said == "yes" for truth, said in pairs)
    called, are = sum(said == "yes" for _, said in pairs), sum(truth == "YES" for truth, _ in pairs)
    expected = {
        "accuracy": sum(truth.lower() == said for truth, said in pairs) / len(pairs),
        "precision": tp / called if called else 0.0,
        "recall": tp / are if are else 0.0,
        "f1_score": 2 * tp / (called + are) if called + are else 0.0,
        "yes_ratio": called / len(pairs),
    }
    assert metrics_of(yes_no(), pairs) == pytest.approx(expected)


@given(st.lists(st.tuples(*[st.sampled_from(["yes", "no", "maybe"])] * 2), min_size=1))
def test_three_classes_are_averaged_as_by_their_confusion_matrix(pairs):
    classes = ("yes", "no", "maybe")
    precision, recall, f1 = [], [], []
    for name in classes:
        tp = sum(truth == said == name for truth, said in pairs)
        called, are = sum(said == name for _, said in pairs), sum(truth == name for truth, _ in pairs)
        precision.append(tp / called if called else 0.0)
        recall.append(tp / are if are else 0.0)
        f1.append(2 * tp / (called + are) if called + are else 0.0)
    found = metrics_of(yes_no_maybe(), [(truth.upper(), said) for truth, said in pairs])
    assert found["precision"] == pytest.approx(sum(precision) / 3)
    assert found["recall"] == pytest.approx(sum(recall) / 3)
    assert found["f1_score"] == pytest.approx(sum(f1) / 3)
    assert found["maybe_ratio"] == pytest.approx(sum(said == "maybe" for _, said in pairs) / len(pairs))


def test_a_group_counts_when_all_of_its_questions_are_right():
    scorer = yes_no_in_groups({"qAcc": ["set", "question"], "fAcc": ["set", "figure"]})
    places = [{"set": 0, "question": q, "figure": f} for q in (0, 1) for f in (0, 1)]
    pairs = [("YES", "yes"), ("NO", "no"), ("YES", "no"), ("NO", "no")]
    assert metrics_of(scorer, pairs, places) == {"aAcc": 0.75, "qAcc": 0.5, "fAcc": 0.5}


def test_maybe_is_an_answer_only_if_the_question_allows_it():
    assert judged(yes_no(), "maybe", Sample("?", "YES")).answer is None
    assert judged(yes_no_maybe(), "Maybe.", Sample("?", "MAYBE")).values["accuracy"] == 1.0
    assert yes_no_maybe().ideal_reply(Sample("?", "maybe")) == "MAYBE"

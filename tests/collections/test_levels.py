"""Scores by level, against figures worked out by hand."""

from __future__ import annotations

from evalscope_pytest.collections.part import Scored, levels

SCORED = [
    Scored("arc", "Easy", "reasoning", ("en", "mc"), ("all",), 0.1, 1.0),
    Scored("arc", "Easy", "reasoning", ("en", "mc"), ("all",), 0.1, 0.0),
    Scored("arc", "Hard", "reasoning", ("en", "mc"), ("all",), 0.1, 1.0),
    Scored("ceval", "logic", "exam", ("zh", "mc"), ("all", "zh"), 0.7, 0.0),
]


def test_every_level():
    found = levels(SCORED)
    assert found["subset_level"][0] == {
        "task_type": "reasoning", "dataset_name": "arc", "subset_name": "Easy", "micro_avg.": 0.5, "count": 2,
    }  # fmt: skip
    assert found["dataset_level"] == [
        {"task_type": "reasoning", "dataset_name": "arc", "micro_avg.": 0.6667, "macro_avg.": 0.75,
         "weighted_avg.": 0.6667, "count": 3},
        {"task_type": "exam", "dataset_name": "ceval", "micro_avg.": 0.0, "macro_avg.": 0.0, "weighted_avg.": 0.0,
         "count": 1},
    ]  # fmt: skip
    assert [row["task_type"] for row in found["task_level"]] == ["reasoning", "exam"]
    assert {row["tags"]: (row["count"], row["weighted_avg."]) for row in found["tag_level"]} == {
        "mc": (4, 0.2), "en": (3, 0.6667), "zh": (1, 0.0),
    }  # fmt: skip
    assert found["category_level"][1] == {
        "category0": "all", "category1": "zh", "micro_avg.": 0.0, "macro_avg.": 0.0, "weighted_avg.": 0.0, "count": 1,
    }  # fmt: skip


def test_nothing_scored():
    assert levels([]) == {level: [] for level in levels(SCORED)}

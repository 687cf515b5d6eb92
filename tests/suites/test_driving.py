"""Questions on street scenes: how they are made of records, pairs, points."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.core.errors import DatasetError
from evalscope_pytest.core.values import Sample
from evalscope_pytest.scoring.aggregation import Attempt, aggregate
from suites.multimodal.driving import TASKS

from .test_suites import from_written, loaded_from, score_of
from .written import write


def value(reply: str, sample: Sample) -> float:
    return score_of(load_bundled("surds"), reply, sample).values["normalized_score"]


def test_pairs_of_questions_and_questions_on_one_object(tmp_path: Path) -> None:
    found = from_written("surds", tmp_path).subsets
    assert {task: [sample.targets[0] for sample in samples] for task, samples in found.items()} == {
        "yaw": ["Northeast", "Southwest"],
        "xy2d": ["[500, 450]"],
        "depth": ["Between 7 meters and 13 meters"],
        "distance": ["The red car", "The blue car"],
        "left_right": ["The red car", "The blue car"],
        "front_behind": ["No", "Yes"],
    }
    random = Random(42)  # the authors' draws: the objects, both lists of directions, a range, two others, their order
    random.sample([0], 1)
    assert found["yaw"][0].metadata["options"] == random.sample(["Northeast", "Southeast", "Northwest", "Southwest"], 4)
    random.sample(["East", "South", "West", "North"], 4)
    length = random.uniform(6, 7)
    assert (round(10.2 - length / 2), round(10.2 + length / 2)) == (7, 13)
    assert len(found["depth"][0].metadata["options"]) == 3
    for samples in found.values():
        for sample in samples:
            assert all(f"- {option}" in sample.question for option in sample.metadata["options"])


def test_a_pair_is_right_if_both_answers_are(tmp_path: Path) -> None:
    loaded = from_written("surds", tmp_path)
    benchmark, pair = loaded.resolved.benchmark, loaded.subsets["left_right"]
    for replies, score in ((("red", "blue"), 1.0), (("red", "red"), 0.0)):
        scores = [score_of(benchmark, f"<answer>The {r} car</answer>", s) for r, s in zip(replies, pair, strict=True)]
        attempts = [Attempt(n, 0, s.values, None, s.metadata["weights"]) for n, s in enumerate(scores)]
        (found,) = aggregate(attempts, benchmark.metrics, benchmark.aggregation)
        assert (found.score, found.num) == (score, 1)


def test_a_point_counts_by_how_central_it_is(tmp_path: Path) -> None:
    (sample,) = from_written("surds", tmp_path).subsets["xy2d"]  # its box: 400 to 600, 400 to 500
    for reply, score in [
        ("<answer>[500, 450]</answer>", 1.0),
        ("[450, 450]", (50 / 150) ** 0.5),
        ("<answer>[450, 425]</answer>", (50 / 150 * 25 / 75) ** 0.5),
        ("<answer>[0.3125, 0.5]</answer>", 1.0),
        ("<answer>[400, 400, 600, 500]</answer>", 1.0),
        ("<answer>[400, 450]</answer>", 0.0),
        ("<answer>[900, 450]</answer>", 0.0),
        ("", 0.0),
    ]:
        assert value(reply, sample) == pytest.approx(score), reply


def test_answers_with_and_without_tags(tmp_path: Path) -> None:
    found = from_written("surds", tmp_path).subsets
    left, front = found["left_right"][0], found["front_behind"][0]
    right = [
        "<answer>the red car.</answer>",
        "The red car",
        "<answer>Red car</answer>",
        "<answer>- The red car</answer>",
    ]
    right += ["<answer>blue car</answer> No: <answer>The red car</answer>", "<answer>It is the red car</answer>"]
    wrong = ["<answer>The blue car</answer>", "<answer>the red car or the blue car</answer>", "<answer></answer>", ""]
    assert [value(reply, left) for reply in right] == [1.0] * len(right)
    assert [value(reply, left) for reply in wrong] == [0.0] * len(wrong)
    assert [value(reply, front) for reply in ("<answer>No, it is behind.</answer>", "No.", "Yes.")] == [1.0, 1.0, 0.0]


def test_records_in_another_form_are_an_error(tmp_path: Path) -> None:
    root = write("surds", tmp_path)
    file = root / "validation" / "metadata.jsonl"
    for text in ("{", json.dumps({"descs": ["a car"]}), json.dumps({"descs": ["a", "b"], "distances": [1]})):
        file.write_text(text + "\n" + text)
        with pytest.raises(DatasetError, match=r"not in the published form|makes no records"):
            loaded_from("surds", root, subset_list=tuple(TASKS))

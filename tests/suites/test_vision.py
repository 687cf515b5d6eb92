"""Benchmarks with pictures: their parameters, and the rules by which short answers are near a reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.core.errors import ConfigError

from .test_suites import from_written, golden, score_of


def replied(name: str, reply: str, *targets: str, **metadata: Any) -> float:
    benchmark = load_bundled(name)
    return score_of(benchmark, reply, Sample("?", targets, metadata=metadata)).values[benchmark.metrics[0]]


@pytest.mark.parametrize(
    ("reply", "target", "score"),
    [
        ("ANSWER: 104", "100", 1.0),
        ("ANSWER: 106", "100", 0.0),
        ("ANSWER: 95", "100", 1.0),
        ("ANSWER: -100", "100", 0.0),
        ("ANSWER: 0", "0", 1.0),
        ("ANSWER: 0.01", "0", 0.0),
        ("ANSWER: 5%", "0.05", 1.0),
        ("ANSWER: 5%", "5", 0.0),
        ("ANSWER: 1,190", "1200", 1.0),
        ("ANSWER: blue", "Blue", 1.0),
        ("ANSWER: dark blue", "Blue", 0.0),
        ("ANSWER: .", "0", 0.0),
        ("ANSWER: 9e999", "1", 0.0),
    ],
)
def test_a_number_of_a_chart_may_be_five_percent_off(reply: str, target: str, score: float) -> None:
    assert replied("chartqa", reply, target) == score


@pytest.mark.parametrize(
    ("reply", "score"),
    [
        ("ANSWER: Anna Lindqvist", 1.0),
        ("ANSWER: Anna Lindqist", 1 - 1 / 14),
        ("ANSWER: anna", 0.0),
        ("ANSWER: Anna Lindqvist or Anna Lund", 0.0),
        ("ANSWER: not Anna Lindqvist", 0.0),
        ("ANSWER: " + "Anna Lindqvist" * 900, 0.0),
    ],
)
def test_a_misread_letter_costs_its_share(reply: str, score: float) -> None:
    assert replied("docvqa", reply, "Anna Lindqvist") == pytest.approx(score)


@pytest.mark.parametrize(("answers", "score"), [(0, 0.0), (1, 0.3), (2, 0.6), (3, 0.9), (4, 1.0), (10, 1.0)])
def test_an_answer_is_right_if_others_gave_it(answers: int, score: float) -> None:
    people = ["two"] * answers + ["other"] * (10 - answers)
    assert replied("vqav2", "ANSWER: the 2", *people) == pytest.approx(score)


@pytest.mark.parametrize(
    ("reply", "target", "score"),
    [
        ("The sign reads RIVER.", "RIVER", 1.0),
        ("It doesn't say RIVER", "RIVER", 0.0),
        ("It is not RIVER.", "RIVER", 0.0),
        ("RIVERS", "RIVER", 0.0),
        ("river, RIVER", "RIVER", 1.0),
        ("Lima, Peru", "Lima, Peru", 1.0),
        ("12 March 1986, in London", "12 March 1986", 1.0),
        ("不是中国，是日本", "中国", 0.0),
    ],
)
def test_text_in_a_picture(reply: str, target: str, score: float) -> None:
    assert replied("ocr_bench", reply, target, dataset="IIIT5K") == score


def test_the_case_of_a_formula_matters_and_its_blanks_do_not() -> None:
    assert replied("ocr_bench", "\\frac{A}{2}", "\\frac { A } { 2 }", dataset="HME100k") == 1.0
    assert replied("ocr_bench", "\\frac{a}{2}", "\\frac { A } { 2 }", dataset="HME100k") == 0.0


@pytest.mark.parametrize("name", ["chartqa", "docvqa", "vqav2", "ocr_bench", "mmmu"])
@given(reply=st.text(max_size=200))
def test_any_reply_has_a_score(name: str, reply: str) -> None:
    assert 0.0 <= replied(name, reply, "12 March", dataset="IIIT5K") <= 1.0


def test_mmmu_pro_as_one_picture(tmp_path: Path) -> None:
    loaded = from_written("mmmu_pro", tmp_path, extra_params={"dataset_format": "vision"})
    (sample,) = loaded.subsets["Math"]
    (message,) = loaded.messages(sample)
    words, picture = golden(message.content).split("\n~~~\n")
    assert "in the picture" in words
    assert picture.startswith("[image")
    assert not sample.choices
    assert score_of(loaded.resolved.benchmark, "ANSWER: B", sample).values["accuracy"] == 1.0


def test_a_wrong_format_of_mmmu_pro_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"dataset_format of mmmu_pro: 'visoin'.*vision"):
        from_written("mmmu_pro", tmp_path, extra_params={"dataset_format": "visoin"})


@pytest.mark.parametrize("left_out", ["image", "audio"])
def test_a_description_stands_for_the_picture_or_the_recording(left_out: str, tmp_path: Path) -> None:
    loaded = from_written("omni_bench", tmp_path, extra_params={f"use_{left_out}": False})
    sample = loaded.subsets["default"][0]
    (message,) = loaded.messages(sample)
    words, medium = golden(message.content).split("\n~~~\n")
    assert {"image": "Two cats.", "audio": "A purr."}[left_out] in words
    assert left_out not in medium
    assert "B) two" in words


def test_options_of_mm_bench_keep_their_letters(tmp_path: Path) -> None:
    loaded = from_written("mm_bench", tmp_path)
    assert [sample.choices for sample in loaded.subsets["en"]] == [("one", "two"), ("one", "nan", "two")]

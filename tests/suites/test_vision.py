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
from evalscope_pytest.datasets.sampling import shuffle_choices
from evalscope_pytest.scoring.aggregation import Attempt, aggregate

from .test_judged import judged
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
    assert "one of A,B." in words
    assert picture.startswith("[image")
    assert score_of(loaded.resolved.benchmark, "ANSWER: B", sample).values["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("name", "params"),
    [("mmmu_pro", {"dataset_format": "vision"}), ("visulogic", {}), ("logic_vista", {}), ("screenspot_pro", {})],
)
def test_options_that_cannot_move_are_not_shuffled(name: str, params: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"shuffle_choices of '{name}' has no effect: its samples have no options"):
        from_written(name, tmp_path, extra_params=params, shuffle_choices=True)


def test_a_wrong_format_of_mmmu_pro_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"dataset_format of mmmu_pro: 'visoin'.*vision"):
        from_written("mmmu_pro", tmp_path, extra_params={"dataset_format": "visoin"})


@pytest.mark.parametrize("left_out", ["image", "audio"])
def test_a_description_replaces_the_picture_or_the_recording(left_out: str, tmp_path: Path) -> None:
    loaded = from_written("omni_bench", tmp_path, extra_params={f"use_{left_out}": False})
    sample = loaded.subsets["default"][0]
    (message,) = loaded.messages(sample)
    words, *others = golden(message.content).split("\n~~~\n")
    described = {"image": "Two cats.", "audio": "A purr."}[left_out]
    place = ["image", "audio"].index(left_out)
    assert others[place] == f"Description of the {left_out}: {described}"
    assert left_out not in others[1 - place]
    assert words.endswith("B) two")


def test_options_of_mm_bench_keep_their_letters(tmp_path: Path) -> None:
    loaded = from_written("mm_bench", tmp_path)
    assert [sample.choices for sample in loaded.subsets["en"]] == [("one", "two"), ("one", "nan", "two")]


@pytest.mark.parametrize("name", ["baby_vision", "world_vqa", "zerobench", "math_verse"])
def test_a_judge_compares_the_reply_with_the_reference(name: str, tmp_path: Path) -> None:
    samples = [sample for found in from_written(name, tmp_path).subsets.values() for sample in found]
    for reply, verdict, score in (("Yes.", "YES", 1.0), ("No.", "NO", 0.0)):
        scores, scripted = judged(name, tmp_path, [reply] * len(samples), lambda prompt, said=verdict: said)
        assert [found.values["accuracy"] for found in scores] == [score] * len(samples)
        for sample, asked in zip(samples, scripted.asked, strict=True):
            assert sample.question in asked
            assert sample.targets[0] in asked
            assert reply in asked


def test_facts_of_a_picture_have_three_grades(tmp_path: Path) -> None:
    for label, metric in {"A": "is_correct", "B": "is_incorrect", "C": "is_not_attempted"}.items():
        (score,), scripted = judged("simple_vqa", tmp_path, ["Eiffel, I think."], lambda prompt, said=label: said)
        assert score.values[metric] == 1.0
        assert "Who built it?" in scripted.asked[0]


@pytest.mark.parametrize(
    ("reply", "hit"),
    [
        ("Answer: [0.375, 0.375]", 1.0),
        ("Answer: [37.5%, 37.5%]", 1.0),
        ("Answer: [60, 45]", 1.0),  # pixels
        ("Answer: [375, 375]", 1.0),  # thousandths
        ("<point>0.375 0.375</point>", 1.0),
        ('{"x": 0.375, "y": 0.375}', 1.0),
        ("Answer: [0.25, 0.25, 0.5, 0.5]", 1.0),  # a box
        ("Answer: [0.3, 0.3, 0.9, 0.9]", 0.0),
        ("Answer: [-0.375, 0.375]", 0.0),
        ("Answer: [0.375, 0.375]\nOr rather, Answer: [0.9, 0.9]", 0.0),
        ("Answer: [0.375]", 0.0),
        ("", 0.0),
    ],
)
def test_where_a_reply_clicks(reply: str, hit: float) -> None:
    box = {"box": [0.25, 0.25, 0.5, 0.5], "size": [160, 120], "ui_type": "text"}
    score = score_of(load_bundled("screenspot_pro"), reply, Sample("?", "", metadata=box))
    assert score.values == {"accuracy": hit, "text_acc": hit}


@pytest.mark.parametrize(
    ("reply", "right", "biased"),
    [
        ("{5}", 1.0, 0.0),
        ("{4}", 0.0, 1.0),
        ("{4} no, {5}", 1.0, 0.0),
        ("**5**", 1.0, 0.0),
        ("{5 legs}", 1.0, 0.0),
        ("{4 or 5}", 0.0, 0.0),
        ("{not 5}", 0.0, 0.0),
        ("{1.5}", 0.0, 0.0),
        ("{}", 0.0, 0.0),
    ],
)
def test_what_is_seen_against_what_is_expected(reply: str, right: float, biased: float) -> None:
    both = {"accuracy": right, "bias_ratio": biased}
    by_topic = {f"game_board_{metric}": value for metric, value in both.items()}
    benchmark = load_bundled("vlms_are_biased")
    for topic, values in (("Game Boards", both | by_topic), ("Game Board", both | by_topic), ("Paintings", both)):
        score = score_of(benchmark, reply, Sample("?", "5", metadata={"expected_bias": "4", "topic": topic}))
        assert score.values == values
        assert set(values) - {"accuracy", "bias_ratio"} <= set(benchmark.metrics)
    unexpected = Sample("?", "5", metadata={"expected_bias": "", "topic": "Flags"})
    assert score_of(benchmark, reply, unexpected).values == {"accuracy": right, "flags_accuracy": right}


def test_options_that_only_a_picture_shows_keep_their_order() -> None:
    sample = Sample("How many?", "B", ("A", "B", "C"))
    assert all(shuffle_choices(sample, seed) == sample for seed in range(9))


@pytest.mark.parametrize(
    ("reply", "exact", "near"),
    [
        ("40", 1.0, 1.0),
        ("There are 40 cats.", 1.0, 1.0),
        ("图中有40只猫。", 1.0, 1.0),
        ("forty", 1.0, 1.0),
        ("17 + 23 = 40", 1.0, 1.0),
        ("At first I saw 12. The answer is 40.", 1.0, 1.0),
        ("At first I saw 12, but it is 40", 1.0, 1.0),
        ("2 rows of 20, so 40 in all", 1.0, 1.0),
        ("I count 12 and 40", 0.0, 0.0),
        ("41", 0.0, 1.0),
        ("43", 0.0, 0.0),
        ("39-41", 0.0, 0.0),
        ("40 or 41", 0.0, 0.0),
        ("not 40", 0.0, 0.0),
        ("more than 40", 0.0, 0.0),
        ("", 0.0, 0.0),
    ],
)
def test_how_many_a_reply_counts(reply: str, exact: float, near: float) -> None:
    assert score_of(load_bundled("count_qa"), reply, Sample("?", "40")).values == {
        "accuracy": exact,
        "relaxed_acc": near,
    }


def test_circular_evaluation_counts_questions_that_are_right_in_every_order(tmp_path: Path) -> None:
    loaded = from_written("mm_bench", tmp_path, extra_params={"circular": True})
    benchmark, samples = loaded.resolved.benchmark, loaded.subsets["en"]
    assert [(sample.choices, sample.targets) for sample in samples[:2]] == [
        (("one", "two"), ("B",)),
        (("two", "one"), ("A",)),
    ]
    assert len(samples) == 2 + 3
    assert len({sample.id for sample in samples}) == 5
    assert len(set(loaded.clusters["en"])) == 2
    scores = [score_of(benchmark, f"ANSWER: {sample.targets[0]}", sample) for sample in samples]
    scores[0] = score_of(benchmark, "ANSWER: A", samples[0])
    attempts = [Attempt(n, 0, s.values, None, s.metadata.get("weights")) for n, s in enumerate(scores)]
    found = {m.name: m.score for m in aggregate(attempts, benchmark.metrics, benchmark.aggregation)}
    assert found == {"circular_acc": 1 / 2, "accuracy": 4 / 5}


def test_a_chart_has_four_questions_on_what_it_shows_and_one_that_takes_reasoning(tmp_path: Path) -> None:
    loaded = from_written("charxiv", tmp_path)
    descriptive, reasoning = loaded.subsets["descriptive"], loaded.subsets["reasoning"]
    assert [sample.question for sample in descriptive[3:6]] == [
        "What is the layout of the subplots?",
        "For subplot at row 1, what is its title?",
        "For subplot at row 1, what is the spatially highest labeled tick on the y-axis?",
    ]
    assert [sample.targets for sample in reasoning] == [("Loss",), ("0.25",)]
    assert loaded.messages(reasoning[1])[0].text == "Which falls first?\nAnswer with a number of 2 decimal places."
    assert len({*loaded.clusters["descriptive"], *loaded.clusters["reasoning"]}) == 1
    limited = from_written("charxiv", tmp_path, limit=3)
    assert {name: len(found) for name, found in limited.subsets.items()} == {"descriptive": 3, "reasoning": 2}


def test_a_judge_compares_answers_on_a_chart_by_the_kind_of_question(tmp_path: Path) -> None:
    for verdict, score in (("correct", 1.0), ("incorrect", 0.0)):
        scores, scripted = judged("charxiv", tmp_path, ["It is Loss."] * 10, lambda prompt, said=verdict: said)
        assert [found.values["accuracy"] for found in scores] == [score] * 10
    assert "same order" in scripted.asked[2]
    assert "the same number of columns" in scripted.asked[3]
    assert "exactly the same value" in scripted.asked[9]
    assert all("It is Loss." in asked for asked in scripted.asked)


@pytest.mark.parametrize(
    ("name", "reply", "target", "score"),
    [
        ("real_world_qa", "ANSWER: three", "3", 1.0),
        ("real_world_qa", "There are 3 people.", "3", 1.0),
        ("real_world_qa", "ANSWER: 3 people", "3", 1.0),
        ("real_world_qa", "ANSWER: 3 or 4 people", "3", 0.0),
        ("real_world_qa", "ANSWER: 3 million", "3", 0.0),
        ("real_world_qa", "ANSWER: thirty", "3", 0.0),
        ("count_qa", "There are 11 cups: 9 on the table and 2 on the shelf.", "11", 1.0),
        ("count_qa", "9 on the table and 2 on the shelf, 11 in total", "11", 1.0),
    ],
)
def test_a_number_is_read_in_words_and_with_what_is_counted(name: str, reply: str, target: str, score: float) -> None:
    assert replied(name, reply, target) == score

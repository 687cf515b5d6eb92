"""Judged benchmarks on their written records, with a scripted judge: exact scores, and what a judge is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import Message, Score
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import LoadedBenchmark
from evalscope_pytest.judge.panel import Panel, decide
from evalscope_pytest.judge.scorer import parts_of
from evalscope_pytest.scoring.aggregation import Attempt, aggregate
from tests.servers.judge import keyed, verdict

from .test_suites import from_written

Verdict = Callable[[str], Any]


class Scripted:
    """A judge that finds its verdict in the prompt."""

    name = "j"

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.asked: list[str] = []

    async def send(self, messages: tuple[Message, ...], repeat: int, ideal: str, schema: Any = None) -> str:
        self.asked.append(messages[-1].content)
        return keyed(verdict(self.verdict(messages[-1].content)), messages[-1].content)


def judged(name: str, folder: Path, replies: list[Any], verdict: Verdict, **args: Any) -> tuple[list[Score], Scripted]:
    loaded = from_written(name, folder, **args)
    samples = [sample for found in loaded.subsets.values() for sample in found]
    scripted = Scripted(verdict)
    panel = Panel((scripted,))
    own = parts_of(load_bundled(name).scorer)[1]
    assert own is not None

    async def all_of_them() -> list[Score]:
        return [await decide(own, sample, reply, panel) for sample, reply in zip(samples, replies, strict=True)]

    return asyncio.run(all_of_them()), scripted


def together(loaded: LoadedBenchmark, scores: list[Score]) -> dict[str, float]:
    """Return the benchmark's metrics over these scores."""
    own = parts_of(load_bundled(loaded.resolved.name).scorer)[1]
    assert own is not None
    attempts = [Attempt(n, 0, s.values, None, s.metadata.get("weights")) for n, s in enumerate(scores)]
    return {m.name: m.score for m in aggregate(attempts, own.metrics, dict(own.aggregation) or "mean")}


def replied(prompt: str) -> str:
    """Return the first fenced text."""
    return prompt.partition("<<< ")[2].split("\n")[1]


def test_simple_qa_distinguishes_three_grades(tmp_path: Path) -> None:
    grades = {"City 0": "A", "City 7": "B", "Who knows?": "C"}
    scores, _ = judged("simple_qa", tmp_path, list(grades), lambda prompt: grades[replied(prompt)])
    figures = together(from_written("simple_qa", tmp_path), scores)
    assert figures == pytest.approx(
        {"is_correct": 1 / 3, "is_incorrect": 1 / 3, "is_not_attempted": 1 / 3, "accuracy_given_attempted": 1 / 2,
         "f_score": 2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2)}
    )  # fmt: skip


def test_an_f_score_without_an_attempt_is_zero(tmp_path: Path) -> None:
    scores, _ = judged("chinese_simpleqa", tmp_path, ["不知道"], lambda prompt: "C")
    assert together(from_written("chinese_simpleqa", tmp_path), scores) == {
        "is_correct": 0.0, "is_incorrect": 0.0, "is_not_attempted": 1.0, "f_score": 0.0
    }  # fmt: skip


def test_alpaca_eval_compares_once_in_an_order_drawn_by_the_instruction(tmp_path: Path) -> None:
    def prefers_blue(prompt: str) -> str:
        return "m" if "blue" in replied(prompt) else "M"

    scores, scripted = judged("alpaca_eval", tmp_path, ["blue", "blue blue", "blue", "blue"], prefers_blue)
    assert [score.values["win_rate"] for score in scores] == [1.0] * 4
    assert scores[0].values["length_difference"] == len("blue") - len("red ")
    assert len(scripted.asked) == 4
    assert {"blue" in replied(prompt) for prompt in scripted.asked} == {True, False}
    again = judged("alpaca_eval", tmp_path, ["blue", "blue blue", "blue", "blue"], prefers_blue)[1]
    assert again.asked == scripted.asked


def test_arena_hard_counts_a_clear_win_as_three_and_judges_both_orders(tmp_path: Path) -> None:
    def verdict(prompt: str) -> str:
        return "A>>B" if replied(prompt) == "Five." else "A=B"

    (score,), scripted = judged("arena_hard", tmp_path, ["Five."], verdict)
    assert sorted(replied(prompt) for prompt in scripted.asked) == ["Five.", "It is 5."]
    assert score.values == {"win_rate": (3 * 1 + 0.5) / (3 + 1)}
    assert together(from_written("arena_hard", tmp_path), [score]) == {"win_rate": 0.875}
    assert from_written("arena_hard", tmp_path).resolved.benchmark.aggregation == {"win_rate": "battles"}


@pytest.mark.parametrize(("label", "value"), [("A>>B", 0.5), ("A>B", 0.5), ("A=B", 0.5), ("B>A", 0.5), ("B>>A", 0.5)])
def test_whoever_always_prefers_one_place_gives_one_half(label: str, value: float, tmp_path: Path) -> None:
    (score,), _ = judged("arena_hard", tmp_path, ["Five."], lambda prompt: label)
    assert score.values == {"win_rate": value}


@pytest.mark.parametrize(("rating", "value"), [("1", 0.0), ("4", 0.75), (4, 0.75), ("5", 1.0)])
def test_drivel_writing_rates_the_match_with_the_reference(rating: Any, value: float, tmp_path: Path) -> None:
    (score,), scripted = judged("drivel_writing", tmp_path, ["It is about naps."], lambda prompt: rating)
    assert score.values == {"judge_score": value}
    assert "The speaker naps all day" in scripted.asked[0]


def test_mt_bench_rates_both_turns_with_a_reference_if_there_is_one(tmp_path: Path) -> None:
    replies = [("A line.", "A LINE."), ("Four", "Eight")]
    scores, scripted = judged("mt_bench", tmp_path, replies, lambda prompt: 9 if "rating of reply 2" in prompt else 6)
    assert [dict(score.values) for score in scores] == [{"mt_bench_score": 7.5, "turn_1": 6.0, "turn_2": 9.0}] * 2
    writing, _, first, second = scripted.asked
    assert "# Reference" not in writing
    assert "# Reference answer\n\n4\n" in first
    assert "## To question 2\n\n8\n" in second
    assert "A line." in writing
    assert second.index("What is 2 + 2?") < second.index("Four") < second.index("And doubled?") < second.index("Eight")


def test_health_bench_adds_up_points_by_axis(tmp_path: Path) -> None:
    met = ("since when", "two causes", "certain of one")
    (score,), scripted = judged(
        "health_bench", tmp_path, ["It is arthritis."], lambda p: "yes" if any(words in p for words in met) else "no"
    )
    assert len(scripted.asked) == 4
    assert score.values == pytest.approx(
        {"accuracy": -5 / 2, "context_awareness": 1.0, "completeness": 1.0, "overall_score": (6 + 4 - 5) / 12}
    )
    assert "[-5] Is certain of one cause." in (score.explanation or "")
    figures = together(from_written("health_bench", tmp_path), [score])
    assert figures["accuracy"] == 0.0
    assert "user: My knee hurts. What is it?" in scripted.asked[0]


def test_health_bench_has_three_versions(tmp_path: Path) -> None:
    assert from_written("health_bench", tmp_path, extra_params={"version": "All"}).subsets["hedging"]


def test_hle_leaves_pictures_out_and_measures_calibration(tmp_path: Path) -> None:
    loaded = from_written("hle", tmp_path)
    assert [sample.id for sample in loaded.subsets["Math"]] == ["h0", "h1", "h3"]
    forms = [loaded.messages(sample)[0].content for sample in loaded.subsets["Math"]]
    assert ["Exact Answer: {" in form for form in forms] == [False, True, True]
    replies = ["Answer: the last\nConfidence: 80%", "Exact Answer: the first\n**Confidence:** 40 %", "I do not know"]
    scores, _ = judged("hle", tmp_path, replies, lambda prompt: "C" if "Answer: the last" in prompt else "I")
    assert [score.values["accuracy"] for score in scores] == [1.0, 0.0, 0.0]
    assert together(loaded, scores)["calibration_error"] == pytest.approx((0.8 + 0.4 + 1.0 - 1) / 3)


@pytest.mark.parametrize("name", ["frames", "docmath"])
def test_where_rule_and_judge_could_decide_the_judge_compares_with_the_reference(name: str, tmp_path: Path) -> None:
    (score,), scripted = judged(name, tmp_path, ["in my own words"], lambda prompt: "YES")
    assert score.values == {"accuracy": 1.0}
    gold = from_written(name, tmp_path)
    assert next(iter(gold.subsets.values()))[0].targets[0] in scripted.asked[0]


def test_longbench_write_is_the_mean_of_length_and_quality(tmp_path: Path) -> None:
    marks = {"Relevance": 5, "Accuracy": 5, "Coherence": 4, "Clarity": 3, "Breadth and Depth": 1,
             "Reading Experience": 3}  # fmt: skip
    (score,), _ = judged("longbench_write", tmp_path, ["word " * 50], lambda prompt: marks)
    quality = (100 + 100 + 75 + 50 + 0 + 50) / 6
    assert score.values["score_l"] == 50.0
    assert score.values["score_q"] == pytest.approx(quality)
    assert score.values["overall_score"] == pytest.approx((quality + 50) / 2)
    assert score.values["breadth_and_depth"] == 0.0

"""Runs whose replies a judge decides about: strategies, panels, rubrics, and judges that fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.judge import Labels, Marks, Number, attempted, compared, graded, rubrics
from tests.servers.judge import JudgeServer, verdict
from tests.servers.service import status
from tests.sessions import Ran, nothing_from_around, run, sums  # noqa: F401  autouse

GRADED = graded("graded", "Q: {question}\nGold: {gold}\nReply: {pred}", Labels({"A": {"ok": 1.0}, "B": {"ok": 0.0}}))


@pytest.fixture
def judge() -> Iterator[JudgeServer]:
    with JudgeServer(verdict("A")) as server:
        yield server


def judged(judge: JudgeServer, own: Any = None, *, entry: dict[str, Any] | None = None, **settings: Any) -> Ran:
    """Evaluate with one judge; the mock model has every second sum right."""
    settings = {"model_args": {"accuracy": 0.5}, **settings}
    model = {"model_id": "j", "api_url": judge.url, **(entry or {})}
    return run(own or sums(count=4), judge_model_args=model, **settings)


def prompts(judge: JudgeServer) -> list[str]:
    return [received.body["messages"][-1]["content"] for received in judge.requests]


def values(ran: Ran) -> list[dict[str, float]]:
    return [result.score.values for result in ran.results if result.score]


# Strategies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", ["auto", "rule"])
def test_a_rule_decides_alone_unless_a_judge_is_requested(strategy: str, judge: JudgeServer) -> None:
    ran = judged(judge, judge_strategy=strategy)
    assert not judge.requests
    assert 0 < ran.report.score < 1


def test_a_requested_judge_decides_about_every_reply(judge: JudgeServer) -> None:
    ran = judged(judge, judge_strategy="llm")
    assert (len(judge.requests), ran.report.score) == (4, 1.0)
    assert ran.explanations == ["seen"] * 4


def test_a_judge_after_the_rule_sees_wrong_replies_only(judge: JudgeServer) -> None:
    by_rule = run(sums(count=4), model_args={"accuracy": 0.5})
    wrong = [r.sample.input for r in by_rule.results if r.score and not r.score.values["accuracy"]]
    ran = judged(judge, judge_strategy="llm_recall")
    assert 0 < len(wrong) < 4
    assert len(judge.requests) == len(wrong)
    assert all(any(question in prompt for prompt in prompts(judge)) for question in wrong)
    assert ran.report.score == 1.0


def test_a_judge_after_the_rule_never_takes_a_right_reply_back(judge: JudgeServer) -> None:
    judge.answer = verdict("B")
    alone = run(sums(count=4), model_args={"accuracy": 0.5}).report.score
    assert judged(judge, judge_strategy="llm_recall").report.score == alone


def test_the_judge_is_shown_question_reference_and_reply(judge: JudgeServer) -> None:
    judged(judge, sums(count=1, judge=GRADED, scorer=None), model_args={})
    (prompt,) = prompts(judge)
    assert prompt.startswith("Q: 0 + 0\nGold: 0\nReply: <<< ")
    assert "instruction" in judge.requests[0].body["messages"][0]["content"]


def test_a_judge_of_the_benchmark_has_metrics_of_its_own(judge: JudgeServer) -> None:
    judge.answer = lambda messages: verdict("A" if "2 + 2" in messages[-1]["content"] else "B")
    ran = judged(judge, sums(count=4, judge=GRADED, scorer=None))
    assert values(ran) == [{"ok": 0.0}, {"ok": 0.0}, {"ok": 1.0}, {"ok": 0.0}]
    assert ran.report.score == 0.25


# The judge's reply --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["A", "I would say A.", '{"verdict": "A"}', verdict("C"), verdict("A") * 2, ""])
def test_a_reply_that_holds_no_verdict_is_requested_again_in_its_form(first: str, judge: JudgeServer) -> None:
    def answer(messages: list[dict[str, Any]]) -> str:
        return verdict("B") if len(messages) > 2 else first

    judge.answer = answer
    ran = judged(judge, sums(count=1), judge_strategy="llm", model_args={})
    assert len(judge.requests) == 2
    assert [m["role"] for m in judge.requests[1].body["messages"]] == ["system", "user", "assistant", "user"]
    assert ran.report.score == 0.0


def test_a_judge_that_never_gives_a_verdict_is_an_error_and_no_score(judge: JudgeServer) -> None:
    judge.answer = "It depends."
    ran = judged(judge, sums(count=2), judge_strategy="llm")
    assert len(judge.requests) == 4
    kinds = {(kind, name) for kind, name, _ in ran.errors}
    assert kinds == {("scoring", "JudgeError")}
    assert ran.errors[0][2].startswith("judge j did not reach a verdict: ")
    assert ran.report.execution.succeeded == 0


def test_a_judge_whose_service_refuses_a_request_leaves_that_sample_without_a_score(judge: JudgeServer) -> None:
    judge.fault_for = lambda received: status(413, "too long") if "1 + 1" in str(received.body) else None
    ran = judged(judge, sums(count=3), judge_strategy="llm")
    assert [r.error is None for r in ran.results] == [True, False, True]
    assert "too long" in ran.errors[0][2]


def test_a_judge_with_a_wrong_key_stops_the_run_and_names_its_own_setting(judge: JudgeServer) -> None:
    judge.fault_for = lambda received: status(401, "bad key")
    ran = judged(judge, sums(count=40), judge_strategy="llm", eval_batch_size=2)
    assert len(judge.requests) < 10
    assert ran.error is not None
    assert "judge j: " in str(ran.error)
    assert "the judge's api_key" in str(ran.error)
    assert "--eval-api-key" not in str(ran.error)


@pytest.mark.parametrize(
    ("contract", "reply", "metrics"),
    [
        (Number(0, 10, metric="quality", unit=10), 7, {"quality": 0.7}),
        (Number(), "0.25", {"accuracy": 0.25}),
        (Number(), 1.5, None),
        (Number(), True, None),
        (Number(), "1e-3", None),
        (Number(), None, None),
        (Marks({"depth": "depth", "style": "style"}), {"depth": 5, "style": 2}, {"depth": 5.0, "style": 2.0}),
        (Marks({"depth": "depth", "style": "style"}), {"depth": 5}, None),
        (Marks({"depth": "depth", "style": "style"}), {"depth": 5, "style": 2.5}, None),
        (Marks({"depth": "depth"}, 1, 3), {"depth": 4}, None),
        (Marks({"depth": "depth"}), 5, None),
        (Labels({"1": {"ok": 1.0}, "2": {"ok": 0.5}}), 2, {"ok": 0.5}),
        (Labels({"A": {"ok": 1.0}}), " A ", {"ok": 1.0}),
        (Labels({"A": {"ok": 1.0}}), "a", None),
        (Labels({"A": {"ok": 1.0}}), ["A"], None),
    ],
)
def test_a_verdict_is_a_metric_exactly_or_none_at_all(
    contract: Any, reply: Any, metrics: dict[str, float] | None, judge: JudgeServer
) -> None:
    judge.answer = verdict(reply)
    own = sums(count=1, judge=graded("g", "{question} {pred}", contract), scorer=None)
    ran = judged(judge, own)
    assert values(ran) == ([] if metrics is None else [metrics])
    assert len(ran.errors) == (metrics is None)


@pytest.mark.parametrize(
    "contract", [Number(0, 10, metric="marks"), Marks({"depth": "d"}), Labels({"yes": {"ok": 1.0}})]
)
def test_a_mock_judge_gives_the_best_verdict_of_any_form(contract: Any) -> None:
    own = sums(count=2, judge=graded("g", "{question} {pred}", contract), scorer=None)
    ran = run(own, judge_model_args={"model_id": "mock"})
    best = {"Number": 10.0, "Marks": 5.0, "Labels": 1.0}[type(contract).__name__]
    assert [list(v.values()) for v in values(ran)] == [[best], [best]]


# Panels -------------------------------------------------------------------------------------------------------------


def panel(judge: JudgeServer, *names: str, **settings: Any) -> dict[str, Any]:
    models = [{"model_id": name, "api_url": judge.url} for name in names]
    return {"strategy": "llm", "models": models, **settings}


def each_its_own(judge: JudgeServer, **verdicts: str) -> None:
    """Let each judge, by its name, give its own verdict; empty: none."""

    def whole(body: dict[str, Any], answer: Any) -> dict[str, Any]:
        answer = type(answer)(verdict(verdicts[body["model"]]) if verdicts[body["model"]] else "none")
        return type(judge).whole(judge, body, answer)

    judge.whole = whole  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("aggregation", "verdicts", "score"),
    [
        ("mean", "AAB", 2 / 3),
        ("median", "AAB", 1.0),
        ("median", "ABB", 0.0),
        ("majority_vote", "BAB", 0.0),
        ("majority_vote", "AB", 1.0),
        ("majority_vote", "BA", 0.0),
    ],
)
def test_several_judges_become_one_score(aggregation: str, verdicts: str, score: float, judge: JudgeServer) -> None:
    names = [f"j{number}" for number in range(len(verdicts))]
    each_its_own(judge, **dict(zip(names, verdicts, strict=True)))
    ran = run(sums(count=1), judge=panel(judge, *names, aggregation=aggregation))
    assert ran.report.score == pytest.approx(score, abs=1e-4)
    assert len(judge.requests) == len(verdicts)


@pytest.mark.parametrize(("least", "errors"), [(1, 0), (2, 1)])
def test_as_many_judges_as_required_have_to_come_to_a_verdict(least: int, errors: int, judge: JudgeServer) -> None:
    each_its_own(judge, j1="A", j2="")
    ran = run(sums(count=1), judge=panel(judge, "j1", "j2", min_valid_judges=least))
    assert len(ran.errors) == errors
    assert values(ran) == [{"accuracy": 1.0}] * (1 - errors)


def test_repeats_of_a_judge_are_averaged_before_judges_are(judge: JudgeServer) -> None:
    judge.script()
    seen: list[int] = []

    def answer(messages: list[dict[str, Any]]) -> str:
        seen.append(1)
        return verdict("A" if len(seen) % 4 else "B")

    judge.answer = answer
    ran = run(sums(count=1), judge=panel(judge, "j", repeats=4), eval_batch_size=1)
    assert (len(judge.requests), ran.report.score) == (4, 0.75)


PAIRED = compared("paired", "{question}\n1: {a}\n2: {b}", {"A": 1.0, "B": 0.0, "tie": 0.5}, baseline=lambda s: "none")


@pytest.mark.parametrize(("swap", "requests"), [("auto", 2), ("always", 2), ("never", 1)])
def test_a_comparison_is_made_in_both_orders_unless_the_user_decides(
    swap: str, requests: int, judge: JudgeServer
) -> None:
    ran = run(sums(count=1, judge=PAIRED, scorer=None), judge={**panel(judge, "j"), "position_swap": swap})
    assert len(judge.requests) == requests
    if requests == 2:  # a judge that always takes the first is worth nothing
        assert values(ran) == [{"win_rate": 0.5}]


def test_a_comparison_is_won_by_the_reply_and_not_by_its_place(judge: JudgeServer) -> None:
    def answer(messages: list[dict[str, Any]]) -> str:
        first = messages[-1]["content"].partition("\n2:")[0]
        return verdict("B" if "none" in first else "A")

    judge.answer = answer
    assert values(judged(judge, sums(count=3, judge=PAIRED, scorer=None), model_args={})) == [{"win_rate": 1.0}] * 3


# Rubrics and short facts --------------------------------------------------------------------------------------------


CRITERIA = [
    {"criterion": "names the sum", "points": 5, "tags": ["axis:accuracy"]},
    {"criterion": "explains it", "points": 3, "tags": ["axis:clarity", "axis:accuracy"]},
    {"criterion": "is rude", "points": -4, "tags": ["axis:tone"]},
]


def with_criteria(record: Any) -> Sample:
    return Sample(record["question"], metadata={"rubrics": CRITERIA})


@pytest.mark.parametrize(
    ("met", "expected", "explanation"),
    [
        (("names", "explains"), {"accuracy": 1.0, "clarity": 1.0, "overall_score": 1.0}, "all met"),
        (("names",), {"accuracy": 0.625, "clarity": 0.0, "overall_score": 0.625}, "[+3] explains it"),
        (("names", "rude"), {"accuracy": 0.625, "clarity": 0.0, "overall_score": 0.125}, "[-4] is rude"),
        (("rude",), {"accuracy": 0.0, "clarity": 0.0, "overall_score": -0.5}, "[+5] names the sum"),
    ],
)
def test_a_rubrics_points_are_added_by_axis_and_negative_ones_taken_off(
    met: tuple[str, ...], expected: dict[str, float], explanation: str, judge: JudgeServer
) -> None:
    def answer(messages: list[dict[str, Any]]) -> str:
        asked = messages[-1]["content"]
        return verdict("yes" if any(f"C: {word}" in asked or f"C: is {word}" in asked for word in met) else "no")

    judge.answer = answer
    own = sums(
        count=1,
        to_sample=with_criteria,
        judge=rubrics("health", "{conversation}\nR: {pred}\nC: {criterion}", ("accuracy", "clarity", "tone")),
        scorer=None,
    )
    ran = judged(judge, own)
    assert values(ran) == [pytest.approx(expected)]
    assert explanation in str(ran.explanations[0])
    assert all(prompt.startswith("user: 0 + 0\n") for prompt in prompts(judge))


def test_the_score_of_a_rubric_is_brought_between_nothing_and_all(judge: JudgeServer) -> None:
    judge.answer = lambda messages: verdict("yes" if "C: is rude" in messages[-1]["content"] else "no")
    own = sums(
        count=2,
        to_sample=with_criteria,
        judge=rubrics("health", "{conversation}{pred}\nC: {criterion}", ()),
        scorer=None,
    )
    assert judged(judge, own).report.score == 0.0


def test_facts_that_were_not_attempted_do_not_count_against_precision(judge: JudgeServer) -> None:
    grades = {"0 + 0": "A", "1 + 1": "A", "2 + 2": "B", "3 + 3": "C"}

    def answer(messages: list[dict[str, Any]]) -> str:
        return verdict(next(grade for question, grade in grades.items() if question in messages[-1]["content"]))

    judge.answer = answer
    ran = judged(judge, sums(count=4, judge=attempted("facts", "{question} {gold} {pred}"), scorer=None))
    scores = {metric.identity.name: metric.score for metric in ran.report.metrics}
    right, precision = 2 / 4, 2 / 3
    expected = {
        "is_correct": right,
        "is_incorrect": 0.25,
        "is_not_attempted": 0.25,
        "accuracy_given_attempted": precision,
        "f_score": 2 * right * precision / (right + precision),
    }
    assert scores == {name: pytest.approx(value, abs=1e-4) for name, value in expected.items()}


# The user's own contract --------------------------------------------------------------------------------------------


def test_a_users_prompt_and_labels_replace_those_of_the_benchmark(judge: JudgeServer) -> None:
    judge.answer = verdict("good")
    entry = {
        "prompt_template": "Is {pred} {gold}?",
        "score_mapping": {"bad": 0, "good": 0.8},
        "system_prompt": "You are strict.",
    }
    ran = judged(judge, sums(count=1), entry=entry, judge_strategy="llm", model_args={})
    assert values(ran) == [{"accuracy": 0.8}]
    assert prompts(judge)[0].startswith("Is <<< ")
    assert judge.requests[0].body["messages"][0]["content"].startswith("You are strict.\n\n")


def test_a_users_expression_reads_the_last_match(judge: JudgeServer) -> None:
    judge.answer = "First I thought [[B]]. Rating: [[A]]"
    entry = {"score_pattern": r"\[\[([AB])\]\]", "prompt_template": "{question} {pred}"}
    assert judged(judge, sums(count=1), entry=entry, judge_strategy="llm").report.score == 1.0


def test_a_users_judge_may_give_a_number(judge: JudgeServer) -> None:
    judge.answer = verdict(0.3)
    ran = judged(judge, sums(count=1), entry={"score_type": "numeric"}, judge_strategy="llm")
    assert ran.report.score == 0.3


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"judge": {"models": {"model_id": "j"}}}, "models of judge is"),
        ({"judge": {"models": [{"model_ids": "j"}]}}, "Did you mean 'model_id'?"),
        ({"judge": {"models": [{"api_url": "http://h/v1"}]}}, "models[0] of judge names no model. Add its model_id."),
        ({"judge": {"models": [{"model_id": "j"}]}}, "names the judge 'j' without an address. Add its api_url"),
        ({"judge": {"models": [{"model_id": "mock"}] * 2}}, "two judges are called 'mock'. Give them different"),
        ({"judge": {"repeat": 2}}, "Did you mean 'repeats'?"),
        ({"judge": {"repeats": 0}}, "repeats of judge: 0. Write a whole number, 1 or more."),
        ({"judge": {"repeats": True}}, "repeats of judge: "),
        ({"judge": {"aggregation": "median_vote"}}, "aggregation of judge: 'median_vote'."),
        ({"judge": {"position_swap": "perhaps"}}, "Allowed: always, auto, never."),
        ({"judge": {"models": [{"model_id": "mock"}], "min_valid_judges": 2}}, "and there are 1 judges"),
        ({"judge": {"contract": {"score_typ": "numeric"}}}, "Did you mean 'score_type'?"),
        ({"judge": {"contract": {"prompt_template": 3}}}, "prompt_template of contract of judge is 3. Write a text."),
        ({"judge": {"strategy": "llm"}, "judge_strategy": "rule"}, "set the same in another style"),
        ({"judge_model_args": {"model_id": "mock", "score_mapping": {}}}, "Write labels and numbers"),
        ({"judge_model_args": {"model_id": "mock", "score_mapping": {"A": "high"}}}, "Write labels and numbers"),
        ({"judge_model_args": {"model_id": "mock", "score_mapping": [1]}}, "score_mapping of judge_model_args is no"),
        (
            {"judge_model_args": {"model_id": "mock", "score_type": "numeric", "score_mapping": {"A": 1}}},
            "score_mapping of judge_model_args is for labels, and score_type is numeric",
        ),
        ({"judge_model_args": {"generation_config": {"temperature": 0}}}, "judge_model_args names no model"),
    ],
)
def test_a_mistake_in_the_judges_settings_is_refused_before_anything_is_sent(
    settings: dict[str, Any], words: str, tmp_path: Path
) -> None:
    settings = {"judge_strategy": "llm", **settings} if "judge" not in settings else settings
    with pytest.raises(ConfigError) as caught:
        run(sums(count=1), **settings)
    assert words in str(caught.value)
    assert not (tmp_path / "outputs").exists()


# Files --------------------------------------------------------------------------------------------------------------


def test_judgements_to_check_are_drawn_the_same_way_with_the_same_seed(judge: JudgeServer, tmp_path: Path) -> None:
    def audit(folder: str, seed: int, count: int) -> str:
        settings = {"judge_strategy": "llm", "work_dir": folder, "no_timestamp": True}
        judged(judge, sums(count=12), judge_audit=count, seed=seed, **settings)
        return (tmp_path / folder / "reports" / "judge_audit.txt").read_text()

    first, same, other, all_ = audit("a", 1, 3), audit("b", 1, 3), audit("c", 2, 3), audit("d", 1, 50)
    assert first == same
    assert first.startswith("3 of 12 judgements, drawn at random with seed 1.")
    assert first.partition("\n")[2] != other.partition("\n")[2]
    assert all_.count("Your verdict: ____") == 12
    assert all(part in all_ for part in first.split("=" * 100)[2::2])


def test_judgements_to_check_obey_no_terminal(judge: JudgeServer, tmp_path: Path) -> None:
    judge.answer = json.dumps({"explanation": "\x1b[31mred\u202e", "verdict-KEY": "A"}, ensure_ascii=False)
    judged(judge, sums(count=1), judge_strategy="llm", judge_audit=1, work_dir="a", no_timestamp=True)
    written = (tmp_path / "a" / "reports" / "judge_audit.txt").read_text()
    assert "\u202e" not in written
    assert "\x1b" not in written
    assert "Read as: A  (accuracy 1)" in written


def test_without_judgements_there_is_nothing_to_check(judge: JudgeServer, tmp_path: Path) -> None:
    judged(judge, judge_strategy="rule", judge_audit=3, work_dir="a", no_timestamp=True)
    assert not (tmp_path / "a" / "reports" / "judge_audit.txt").exists()


def test_a_judged_run_is_carried_on_without_a_request(judge: JudgeServer) -> None:
    settings = {"judge_strategy": "llm", "work_dir": "a", "no_timestamp": True}
    first = judged(judge, **settings)
    judge.forget()
    again = judged(judge, **settings, use_cache="a")
    assert (again.report.score, judge.requests) == (first.report.score, [])


def test_another_prompt_for_the_judge_is_another_judgement(judge: JudgeServer) -> None:
    settings = {"judge_strategy": "llm", "work_dir": "a", "no_timestamp": True}
    judged(judge, **settings)
    judge.forget()
    judge.answer = verdict("B")
    again = judged(judge, entry={"prompt_template": "Other: {pred}"}, **settings, use_cache="a")
    assert (again.report.score, len(judge.requests)) == (0.0, 4)

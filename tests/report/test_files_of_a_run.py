"""What a run writes for people and programs: the JSON report, the page, the wrong answers."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from evalscope_pytest import Sample, Score
from evalscope_pytest.run import Session
from tests.servers.judge import JudgeServer, verdict
from tests.servers.openai_server import OpenAIServer
from tests.servers.service import Answer, status
from tests.sessions import Ran, nothing_from_around, run, sums  # noqa: F401  autouse

HOSTILE = "</pre><script>alert(1)</script>\x1b[31m\u202e&amp;"


def saying(text: Callable[[int], Any], **options: Any) -> Any:
    """Return a benchmark whose body makes its score of the sample's number."""

    async def body(sample, model):
        await model.generate(sample)
        return text(int(sample.target) // 2)

    return sums(body, **options)


def page(ran: Ran) -> str:
    return (ran.work_dir / "reports" / "report.html").read_text(encoding="utf-8")


def document(ran: Ran, model: str = "mock", name: str = "sums") -> dict[str, Any]:
    return json.loads((ran.work_dir / "reports" / model / f"{name}.json").read_text())


def words(text: str) -> str:
    """Return a page's text as a reader sees it."""
    return html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)))


# The report as JSON -------------------------------------------------------------------------------------------------


def test_the_report_counts_what_was_requested_what_was_scored_and_what_failed() -> None:
    with OpenAIServer("0") as server:
        server.fault_for = lambda received: status(400, "no") if "1 + 1" in str(received.body) else None
        found = document(run(sums(count=4), model="m", api_url=server.url), "m")
    summary = found["execution_summary"]
    assert (summary["requested"], summary["succeeded"], summary["errored"]) == (4, 3, 1)
    assert summary["incomplete"] is True
    assert found["num"] == 3
    (error,) = summary["evalscope_pytest"]["errors"]
    assert (error["count"], error["samples"]) == (1, ["sums[default-1]"])


def test_errors_that_differ_in_figures_only_are_one_group_and_the_most_frequent_comes_first() -> None:
    def failing(number: int) -> Any:
        raise LookupError(f"no row {number}") if number else KeyError("other")

    errors = document(run(saying(failing, count=6)))["execution_summary"]["evalscope_pytest"]["errors"]
    assert [(error["type"], error["count"]) for error in errors] == [("LookupError", 5), ("KeyError", 1)]
    assert errors[0]["samples"] == [f"sums[default-{i}]" for i in (1, 2, 3)]


def test_every_metric_of_a_score_is_reported_the_primary_one_first() -> None:
    ran = run(saying(lambda n: Score(f1=n / 4, length=n, accuracy=1.0), count=5, scorer=None, metrics=["f1", "length"]))
    found = document(ran)
    assert found["primary_metric_identity"]["name"] == "f1"
    assert {m.identity.name: m.score for m in ran.report.metrics} == {"f1": 0.5, "length": 2.0, "accuracy": 1.0}
    assert ran.report.score == 0.5


def test_repeats_are_aggregated_by_question() -> None:
    ran = run(sums(count=4), repeats=3, model_args={"accuracy": 0.5})
    assert len(ran.results) == 12
    assert {(r.group, r.repeat) for r in ran.results} == {(g, r) for g in range(4) for r in range(3)}
    assert ran.report.execution.requested == 12


def test_empty_and_truncated_replies_are_counted() -> None:
    answers = {"0 + 0": Answer(" "), "1 + 1": Answer("2", finish="length")}
    with OpenAIServer() as server:
        server.answer = lambda messages: answers.get(messages[-1]["content"], Answer("4"))
        ran = run(sums(), model="m", api_url=server.url)
    counts = document(ran, "m")["execution_summary"]["evalscope_pytest"]
    assert (counts["empty"], counts["truncated"]) == ({"default": 1}, {"default": 1})


@pytest.mark.parametrize(("collect", "measured"), [(True, True), (False, False)])
def test_times_and_tokens_are_reported_unless_they_are_not_wanted(collect: bool, measured: bool) -> None:
    with OpenAIServer("0") as server:
        found = document(run(sums(), model="m", api_url=server.url, collect_perf=collect), "m")
    assert (found["perf_metrics"] is not None) is measured
    if measured:
        summary = found["perf_metrics"]["summary"]
        assert summary["n_samples"] == 3
        assert summary["latency"]["mean"] >= 0


def test_a_sample_that_no_judge_replied_about_counts_against_the_judges() -> None:
    with JudgeServer(verdict("A")) as server:
        models = [{"model_id": name, "api_url": server.url} for name in ("j1", "j2", "j3")]
        server.fault_for = lambda received: status(400) if "1 + 1" in str(received.body) else None
        found = document(run(sums(), judge={"strategy": "llm", "models": models}))
    summary = found["judge_summary"]
    assert summary["coverage"] == 0.6667
    assert (summary["scored"], summary["total"], summary["status"]) == (2, 3, "degraded")
    assert summary["judge_models"] == ["j1", "j2", "j3"]
    assert (summary["valid_observations"], summary["failures"]) == (6, {"excluded": 1})


# The page -----------------------------------------------------------------------------------------------------------


def test_the_page_shows_benchmarks_scores_and_wrong_answers_with_their_questions() -> None:
    ran = run(sums(count=8), model_args={"accuracy": 0.5})
    text = words(page(ran))
    wrong = [r.sample.input for r in ran.results if r.score and not r.score.values["accuracy"]]
    assert "sums" in text
    assert all(str(question) in text for question in wrong)
    assert f"Wrong answers ({len(wrong)})" in text
    assert f"{ran.report.score:.4f}" in text


def test_a_reply_too_long_for_the_page_is_shown_with_both_ends_and_the_number_of_characters_between() -> None:
    reply = "start " + "x" * 300_000 + " finish"
    with OpenAIServer(reply) as server:
        text = words(page(run(sums(count=1), model="m", api_url=server.url)))
    (between,) = {int(number.replace(",", "")) for number in re.findall(r"… ([\d,]+) characters …", text)}
    shown = max(re.findall(r"start x+|x+ finish", text), key=len)
    assert re.search(r"start x+", text)
    assert re.search(r"x+ finish", text)
    begin, end = (max(map(len, re.findall(pattern, text))) for pattern in (r"start x+", r"x+ finish"))
    assert begin + end + between == len(reply)
    assert len(shown) < 100_000


@pytest.mark.parametrize("where", ["question", "reply", "explanation", "error", "name"])
def test_hostile_text_stays_text_wherever_it_comes_from(where: str) -> None:
    def body(number: int) -> Any:
        if where == "error":
            raise ValueError(HOSTILE)
        return Score(accuracy=0.0, answer=HOSTILE, explanation=HOSTILE)

    def to_sample(record: Any) -> Sample:
        text = HOSTILE if where == "question" else record["question"]
        return Sample(text, target=record["answer"])

    pretty = HOSTILE if where == "name" else "Sums"
    ran = run(saying(body, count=2, to_sample=to_sample, pretty_name=pretty), model_args={"reply": HOSTILE})
    written = page(ran)
    assert "<script" not in written
    assert "\x1b" not in written
    assert "Content-Security-Policy" in written


def test_the_page_needs_nothing_from_elsewhere() -> None:
    written = page(run(sums(), model_args={"accuracy": 0.0}))
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?!#|data:)[a-z]*:?//""", written)
    assert not re.search(r"@import|url\(", written)


@pytest.mark.parametrize(("language", "heading"), [("en", "Score"), ("zh", "得分")])
def test_the_page_and_the_table_are_in_the_users_language(language: str, heading: str) -> None:
    with Session({"model": "mock", "language": language}, benchmarks=[sums()]) as session:
        session.run()
        assert heading in session.table()
        assert f'lang="{language}' in (session.work_dir.root / "reports" / "report.html").read_text()


@pytest.mark.parametrize(("language", "note"), [("en", "* few: under 30 questions"), ("zh", "* 样本少：不足 30 题")])
def test_a_table_explains_its_marks(language: str, note: str) -> None:
    with Session({"model": "mock", "language": language}, benchmarks=[sums()]) as session:
        session.run()
        assert session.table().splitlines()[-1].startswith(note)
        assert "few" not in session.table(80)


def test_the_table_is_no_wider_than_the_terminal() -> None:
    with Session({"model": "mock"}, benchmarks=[sums(name="a_benchmark_with_a_rather_long_name")]) as session:
        session.run()
        assert all(len(line) <= 60 for line in session.table(60).splitlines())
        assert "a_benchmark_with_a_rather_long_name" in session.table()


# Wrong answers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("most", "shown"), [(0, 0), (2, 2), (50, 5)])
def test_as_many_wrong_answers_are_shown_as_requested(most: int, shown: int) -> None:
    own = saying(lambda n: Score(accuracy=n % 2, answer=f"a{n}", explanation=f"e{n}"), count=10)
    with Session({"model": "mock", "show_wrong": most}, benchmarks=[own]) as session:
        session.run()
        assert session.conclusion is not None
        wrong = session.conclusion.wrong
    assert len(wrong) == shown
    assert [(w.id, w.prompt, w.answer, w.explanation) for w in wrong[:2]] == [
        (f"sums[default-{n}]", f"{n} + {n}", f"a{n}", f"e{n}") for n in (0, 2)
    ][:shown]


def test_a_metric_without_right_and_wrong_has_no_wrong_answers() -> None:
    own = saying(lambda n: Score(length=n), count=4)
    with Session({"model": "mock", "show_wrong": 5}, benchmarks=[own]) as session:
        session.run()
        assert session.conclusion is not None
        assert session.conclusion.wrong == ()

"""What a judged run leaves for people: agreement, judgements to check, a written analysis."""

from __future__ import annotations

import json

import pytest

from tests.servers.judge import JudgeServer, verdict
from tests.servers.openai_server import OpenAIServer
from tests.servers.service import status

LLM = "--eval-judge-strategy=llm"
COMPARING = """
from evalscope_pytest.judge import compared
BETTER = compared("better", "{question}: {a} or {b}?", {"first": 1.0, "second": 0.0}, baseline=lambda s: "no idea")
"""


@pytest.fixture
def judge_server():
    with JudgeServer(verdict("A")) as server:
        yield server


def by(server: OpenAIServer, **more: object) -> str:
    return "--eval-judge-model-args=" + json.dumps({"model_id": "j", "api_url": server.url, **more})


def judges(*servers: OpenAIServer, **more: object) -> str:
    models = [{"model_id": f"j{n}", "api_url": server.url} for n, server in enumerate(servers, 1)]
    return "--eval-judge=" + json.dumps({"strategy": "llm", "models": models, **more})


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_two_judges_who_differ_have_their_agreement_reported(served, judge_server, workers):
    served.benchmark(count=10)
    odd = lambda m: verdict("B" if "\n1 + 1\n" in m[1]["content"] or "\n3 + 3\n" in m[1]["content"] else "A")  # noqa: E731
    with JudgeServer(odd) as second:
        run = served.run(judges(judge_server, second, repeats=2), *workers)
    assert run.counts == {"correct": 8, "partial": 2}, run.out
    summary = run.reports["adding"]["judge_summary"]
    assert (summary["status"], summary["scored"], summary["total"], summary["coverage"]) == ("success", 10, 10, 1.0)
    assert (summary["valid_observations"], summary["total_observations"]) == (40, 40)
    assert summary["judge_models"] == ["j1", "j2"]
    own = summary["disagreement"]["evalscope_pytest"]
    # 1 - 19 * 4 disagreeing labels / (2 * 18 * 2 expected pairs)
    between = {"kind": "Cohen", "kappa": 0.0, "krippendorff_alpha": -0.0556, "share_of_items": 0.8, "items": 10}
    assert own["between_judges"] == between
    repeats = {"kind": "Fleiss", "kappa": 1.0, "krippendorff_alpha": 1.0, "share_of_items": 1.0, "items": 20}
    assert own["between_repeats"] == repeats
    assert "judged: adding by j1, j2: 40 of 40 judgements, 40 requests, judges agree: Cohen's kappa 0.00" in run.out
    page = (run.work_dir / "reports/report.html").read_text()
    assert "<h3>Judged by j1, j2</h3>" in page
    assert "kappa 0.00, Krippendorff&#39;s alpha -0.06 over 10 items" in page


def test_a_judge_that_always_takes_the_first_is_shown_to(served, judge_server):
    served.benchmark(before=COMPARING, options="judge=BETTER, scorer=None", count=6)
    judge_server.answer = verdict("first")
    run = served.run(by(judge_server))
    assert (run.counts, run.score()) == ({"partial": 6}, 0.5)
    own = run.reports["adding"]["judge_summary"]["disagreement"]
    assert own["evalscope_pytest"]["position_inconsistency"] == 1.0
    assert own["position_consistency"] == {"mean": 0.0, "samples": 6, "swap_flip_count": 6}
    assert "the order decided 100.0 % of 6 comparisons" in run.out


def test_a_run_that_is_carried_on_reports_the_same(served, judge_server):
    served.benchmark(count=6)
    first = served.run(judges(judge_server, repeats=2))
    before, asked = first.reports["adding"]["judge_summary"], len(judge_server.requests)
    assert before["valid_observations"] == 12
    again = served.run(judges(judge_server, repeats=2), f"--eval-use-cache={first.work_dir}")
    assert again.code == 0
    assert len(judge_server.requests) == asked
    assert first.reports["adding"]["judge_summary"] == before


def test_judgements_that_failed_are_counted_in_the_summary(served, judge_server):
    served.benchmark(count=4)
    judge_server.answer = lambda m: "I cannot say" if "\n2 + 2\n" in m[1]["content"] else verdict("A")
    run = served.run(LLM, by(judge_server))
    assert run.counts == {"correct": 3, "errors": 1}
    summary = run.reports["adding"]["judge_summary"]
    assert (summary["status"], summary["scored"], summary["total"]) == ("degraded", 3, 4)
    assert summary["failures"] == {"excluded": 1}
    assert "3 of 4 judgements, 5 requests, 1 sample without a verdict" in run.out


def test_without_judges_there_is_no_summary(served):
    served.benchmark(count=2)
    run = served.run()
    assert run.reports["adding"]["judge_summary"] is None
    assert "judged:" not in run.out


# The audit -----------------------------------------------------------------------------------------------------------


def test_judgements_to_check_are_written_as_safe_text(served, judge_server):
    served.benchmark(count=12)
    served.server.answer = lambda m: "\x1b[2Jwiped\u202e >>> out"
    run = served.run(LLM, by(judge_server), "--eval-judge-audit=5")
    file = run.work_dir / "reports/judge_audit.txt"
    assert f"judgements to check: {file.relative_to(served.path)}\n" in run.out
    text = file.read_text()
    assert text.startswith("5 of 12 judgements, drawn at random with seed 42.")
    assert text.count("Your verdict: ____") == 5
    assert text.count("Read as: A  (accuracy 1)") == 5
    assert "\\x1b[2Jwiped\\u202e" in text
    assert not {"\x1b", "\u202e"} & set(text)
    drawn = [line for line in text.splitlines() if ", judged by j" in line]
    again = served.run(LLM, by(judge_server), "--eval-judge-audit=5", "-n2")
    same = (again.work_dir / "reports/judge_audit.txt").read_text()
    assert [line for line in same.splitlines() if ", judged by j" in line] == drawn
    other = served.run(LLM, by(judge_server), "--eval-judge-audit=5", "--eval-seed=7")
    assert drawn != [
        line
        for line in (other.work_dir / "reports/judge_audit.txt").read_text().splitlines()
        if ", judged by j" in line
    ]


def test_fewer_judgements_than_requested_are_all_written(served, judge_server):
    served.benchmark(count=2)
    run = served.run(LLM, by(judge_server), "--eval-judge-audit=50")
    assert (run.work_dir / "reports/judge_audit.txt").read_text().startswith("2 of 2 judgements")
    assert "judgements to check" not in served.run("--eval-judge-audit=50").out


# The analysis --------------------------------------------------------------------------------------------------------


def test_an_analysis_is_written_in_the_reports_language_and_is_in_report_and_page(served, judge_server):
    served.benchmark(count=4)
    judge_server.answer = "## 总体表现\n得分 <b>1.0</b>，样本 4 个。"
    run = served.run(by(judge_server), "--eval-analysis-report", "--eval-language=zh")
    (asked,) = judge_server.requests
    assert "Chinese" in asked.body["messages"][1]["content"]
    analysis = run.reports["adding"]["analysis"]
    assert analysis == "> 由 j 撰写，仅供参考。\n\n## 总体表现\n得分 <b>1.0</b>，样本 4 个。"
    page = (run.work_dir / "reports/report.html").read_text()
    assert "得分 &lt;b&gt;1.0&lt;/b&gt;" in page
    assert "<b>1.0</b>" not in page


def test_figures_that_were_made_up_are_refused_once_then_flagged(served, judge_server):
    served.benchmark(count=4)
    replies = iter(["It gained 12.5 points.", "It scored 1.0."])
    judge_server.answer = lambda m: next(replies)
    run = served.run(by(judge_server), "--eval-analysis-report")
    assert run.reports["adding"]["analysis"].endswith("It scored 1.0.")
    assert "12.5" in judge_server.requests[1].body["messages"][-1]["content"]
    judge_server.answer = "It gained 12.5 points."
    run = served.run(by(judge_server), "--eval-analysis-report")
    assert run.reports["adding"]["analysis"].endswith("> Figures in this text that are not in the report: 12.5.")
    assert "analysis of adding: it has figures that are not the report's: 12.5" in run.out


def test_a_run_whose_analysis_cannot_be_written_is_complete_all_the_same(served, judge_server):
    served.benchmark(count=4)
    judge_server.fault_for = lambda received: status(401, "bad key", code="invalid_api_key")
    run = served.run(by(judge_server, api_key="sk-canary-0123456789"), "--eval-analysis-report")
    assert (run.code, run.score(), run.reports["adding"]["analysis"]) == (0, 1.0, "N/A")
    assert "analysis of adding: not written: HTTP 401" in run.out
    assert "sk-canary-0123456789" not in run.out + run.written


def test_an_analysis_needs_somebody_to_write_it(served):
    served.benchmark(count=2)
    run = served.run("--eval-analysis-report")
    assert run.code == 4
    assert "--eval-analysis-report needs a judge model" in run.out
    assert not served.server.requests

"""Judged benchmarks, end to end: two services, the model's and the judge's."""

from __future__ import annotations

import json

import pytest

from tests.servers.openai_server import OpenAIServer
from tests.servers.service import server_error, status

KEY = "sk-judge-canary-0123456789"
BEFORE = """
from evalscope_pytest.judge.contract import Labels
from evalscope_pytest.judge.judging import graded
GRADING = graded("grading", "{question} = {gold}? They said {pred}", Labels({
    "CORRECT": {"is_correct": 1.0}, "INCORRECT": {"is_correct": 0.0}}))
"""


@pytest.fixture
def judge_server():
    with OpenAIServer(verdict("A")) as server:
        yield server


def verdict(value: object) -> str:
    return json.dumps({"explanation": "seen", "verdict": value})


def by(server: OpenAIServer, **more: object) -> str:
    return "--eval-judge-model-args=" + json.dumps({"model_id": "j", "api_url": server.url, "api_key": KEY, **more})


def judge_of(messages: list[dict[str, str]]) -> str:
    """Say A where the fenced reply is the sum that was asked for."""
    asked = messages[1]["content"]
    reply = asked.split("<<< ")[-1].splitlines()[1]
    return verdict("A" if f"\n{reply}\n" in asked.partition("Reference answer:")[2].partition("Reply")[0] else "B")


def test_a_judge_decides_about_any_benchmark_when_asked_to(served, judge_server):
    served.benchmark(count=6)
    served.server.answer = lambda m: f"that is {2 * int(m[-1]['content'].split()[0])}"
    assert served.run().counts == {"wrong": 6}
    run = served.run("--eval-judge-strategy=llm", by(judge_server))
    assert (run.code, run.counts) == (0, {"correct": 6}), run.out
    review = run.rows("reviews")[0]["sample_score"]["score"]
    assert review["explanation"] == "seen"
    (judgement,) = review["metadata"]["judgements"]
    assert judgement["reply"] == verdict("A")
    assert "that is 0" in judgement["messages"][1]["content"]
    assert judge_server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in run.written + run.out


def test_after_the_rule_only_wrong_replies_are_judged(served, judge_server):
    served.benchmark(count=6)
    answer = served.server.answer
    served.server.answer = lambda m: "seven" if m[-1]["content"] == "3 + 3" else answer(m)
    run = served.run("--eval-judge-strategy=llm_recall", by(judge_server))
    assert run.counts == {"correct": 6}
    assert len(judge_server.requests) == 1


def test_a_judged_benchmark_needs_a_judge_and_says_how_to_name_one(served, judge_server):
    served.benchmark(before=BEFORE, options="judge=GRADING, scorer=None", count=3)
    run = served.run()
    assert run.code == 4
    assert "needs a judge model" in run.out
    assert "--eval-judge-model-args model_id=NAME,api_url=" in run.out
    assert not served.server.requests
    run = served.run("--eval-judge-strategy=rule", by(judge_server))
    assert run.code == 4
    assert "has no rule" in run.out
    judge_server.answer = verdict("INCORRECT")
    run = served.run(by(judge_server))
    assert (run.code, run.counts) == (0, {"wrong": 3})
    assert run.score() == 0


def test_judgements_that_fail_are_errors_and_carry_on_asks_only_for_those(served, judge_server):
    served.benchmark(before=BEFORE, options="judge=GRADING, scorer=None", count=4)
    judge_server.answer = lambda m: "who knows" if "2 + 2 =" in m[1]["content"] else verdict("CORRECT")
    run = served.run(by(judge_server))
    assert (run.code, run.counts) == (1, {"correct": 3, "errors": 1}), run.out
    assert "JudgeError: judge j came to no verdict" in run.out
    assert run.score() == 1
    judge_server.answer = verdict("INCORRECT")
    asked, judged = len(served.server.requests), len(judge_server.requests)
    again = served.run(by(judge_server), f"--eval-use-cache={run.work_dir}")
    assert again.code == 1
    assert (len(served.server.requests), len(judge_server.requests)) == (asked, judged)
    assert again.out.count("came to no verdict") >= 1


def test_a_judge_with_a_wrong_key_stops_the_run(served, judge_server):
    served.benchmark(count=100)
    judge_server.fault_for = lambda received: status(401, "bad key", code="invalid_api_key")
    run = served.run("--eval-judge-strategy=llm", by(judge_server))
    assert run.code == 1
    assert "bad key" in run.out
    assert len(judge_server.requests) <= 3
    assert len(served.server.requests) < 100
    assert KEY not in run.out + run.written


def test_requests_to_judges_are_made_again_after_failures(served, judge_server):
    served.benchmark(count=4)
    judge_server.script(server_error(), server_error())
    run = served.run("--eval-judge-strategy=llm", by(judge_server, generation_config={"retry_interval": 0.01}))
    assert run.counts == {"correct": 4}
    assert len(judge_server.requests) == 6


def test_the_response_cache_answers_for_judges_too(served, judge_server):
    served.benchmark(count=4)
    options = ("--eval-judge-strategy=llm", by(judge_server), "--eval-response-cache=kept")
    assert served.run(*options).counts == {"correct": 4}
    assert served.run(*options).counts == {"correct": 4}
    assert (len(served.server.requests), len(judge_server.requests)) == (4, 4)


def test_several_judges_vote_under_xdist_too(served, judge_server):
    served.benchmark(count=6)
    with OpenAIServer(verdict("B")) as second, OpenAIServer(verdict("B")) as third:
        models = [{"model_id": f"j{n}", "api_url": s.url} for n, s in enumerate((judge_server, second, third))]
        judge = json.dumps({"strategy": "llm", "models": models, "aggregation": "majority_vote"})
        run = served.run(f"--eval-judge={judge}", "-n2")
        assert run.counts == {"wrong": 6}, run.out
        assert [len(s.requests) for s in (judge_server, second, third)] == [6, 6, 6]


def test_the_fixture_grades_and_compares_in_bodies_and_ordinary_tests(served, judge_server):
    body = """
async def test_adding(sample, model, judge):
    output = await model.generate(sample)
    return await judge.grade(output, question=sample.input, gold=sample.target)
"""
    ordinary = "def test_plain(judge):\n    assert judge.compare('a', 'b', question='q').values == {'win_rate': 0.5}"
    served.benchmark(count=3, body=body, after=ordinary)
    run = served.run(by(judge_server))
    assert run.counts == {"correct": 3, "passed": 1}, run.out
    assert "needs a judge model" in served.run("-rs").out


def test_a_mock_judge_needs_no_service(project):
    project.benchmark(before=BEFORE, options="judge=GRADING, scorer=None", count=3)
    run = project.run("--eval-judge-model-args=model_id=mock")
    assert (run.code, run.counts) == (0, {"correct": 3}), run.out


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--eval-judge-model-args=model=x", "has no 'model'. Did you mean 'model_id'?"),
        ("--eval-judge-model-args=api_url=http://127.0.0.1:1/v1", "Add its model_id"),
        ("--eval-judge-model-args=model_id=x", "Add its api_url"),
        ('--eval-judge={"models": [{"model_id": "mock"}, {"model_id": "mock"}]}', "judge_id"),
        ('--eval-judge={"models": [{"model_id": "mock"}], "min_valid_judges": 2}', "Ask for fewer"),
        ('--eval-judge={"aggregation": "max"}', "aggregation of judge: 'max'"),
        ('--eval-judge-model-args={"model_id": "mock", "prompt_template": "{question}"}', "add {pred}"),
        ('--eval-judge-model-args={"model_id": "mock", "score_pattern": "(A"}', "score_pattern of the judge is broken"),
    ],
)
def test_mistakes_are_told_before_anything_is_asked(option, message, project):
    project.benchmark(count=2)
    run = project.run(option, *([] if option.startswith("--eval-judge=") else ["--eval-judge-strategy=llm"]))
    assert run.code == 4
    assert message in " ".join(run.out.split())

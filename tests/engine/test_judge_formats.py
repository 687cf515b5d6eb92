"""The format that judges are requested to reply in, over a whole run: found out once, at the price of few requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers.judge import JudgeServer, verdict
from tests.servers.service import Fault, Received, status
from tests.sessions import Ran, nothing_from_around, run, sums  # noqa: F401  autouse


@pytest.fixture
def judge() -> Iterator[JudgeServer]:
    with JudgeServer(verdict("A")) as server:
        yield server


def judged(judge: JudgeServer, count: int = 20, **entry: Any) -> Ran:
    model = {"model_id": "j", "api_url": judge.url, **entry}
    return run(sums(count=count), judge_model_args=model, judge_strategy="llm", eval_batch_size=8)


def kind(received: Received) -> str:
    """Return the format that a request names; empty for none."""
    return str((received.body.get("response_format") or {}).get("type", ""))


def refusing(*kinds: str, words: str = "response_format is not supported", code: int = 400) -> Any:
    def fault(received: Received) -> Fault | None:
        return status(code, words) if kind(received) in kinds else None

    return fault


def test_the_first_format_that_is_taken_is_requested_of_every_reply(judge: JudgeServer) -> None:
    assert judged(judge).report.score == 1.0
    assert Counter(map(kind, judge.requests)) == {"json_object": 20}


@pytest.mark.parametrize("code", [400, 422])
@pytest.mark.parametrize(("refused", "taken"), [(["json_object"], "json_schema"), (["json_object", "json_schema"], "")])
def test_a_refused_format_costs_few_requests_and_no_sample(
    refused: list[str], taken: str, code: int, judge: JudgeServer
) -> None:
    judge.fault_for = refusing(*refused, code=code)
    ran = judged(judge)
    assert (ran.report.score, ran.errors) == (1.0, [])
    counts = Counter(map(kind, judge.requests))
    assert counts.pop(taken) == 20
    # One, unless the machine is so slow that the first reply takes more than a second: then at most those in flight.
    assert set(counts) == set(refused)
    assert max(counts.values()) <= 8


def test_a_schema_names_the_verdicts_that_may_be_given(judge: JudgeServer) -> None:
    judge.fault_for = refusing("json_object")
    judged(judge, count=1)
    (request,) = [received for received in judge.requests if kind(received) == "json_schema"]
    schema = request.body["response_format"]["json_schema"]
    assert schema["strict"] is True
    (explanation, _), (key, allowed) = schema["schema"]["properties"].items()
    assert (explanation, key.partition("-")[0]) == ("explanation", "verdict")
    assert allowed == {"type": "string", "enum": ["A", "B"]}
    assert schema["schema"]["additionalProperties"] is False


@pytest.mark.parametrize("code", [400, 422])
def test_a_request_that_is_refused_for_another_reason_is_not_sent_in_every_format(
    code: int, judge: JudgeServer
) -> None:
    def fault(received: Received) -> Fault | None:
        return status(code, "the prompt is too long") if "7 + 7" in str(received.body["messages"]) else None

    judge.fault_for = fault
    ran = judged(judge)
    assert [r.sample.input for r in ran.results if r.error] == ["7 + 7"]
    assert Counter(map(kind, judge.requests)) == {"json_object": 20}


@pytest.mark.parametrize("code", [401, 404, 413])
def test_other_refusals_say_nothing_of_the_format(code: int, judge: JudgeServer) -> None:
    judge.fault_for = refusing("json_object", words="no", code=code)
    ran = judged(judge)
    assert set(map(kind, judge.requests)) == {"json_object"}
    assert ran.report.execution.succeeded == 0


def test_a_format_that_the_user_chose_is_the_only_one(judge: JudgeServer) -> None:
    chosen = {"type": "json_schema", "json_schema": {"name": "mine", "schema": {"type": "object"}}}
    judged(judge, count=3, generation_config={"extra_body": {"response_format": chosen}})
    assert [received.body["response_format"] for received in judge.requests] == [chosen] * 3


def test_no_format_is_requested_of_a_reply_that_a_users_expression_reads(judge: JudgeServer) -> None:
    judge.answer = "Rating: [[A]]"
    ran = judged(judge, count=3, score_pattern=r"\[\[([AB])\]\]", prompt_template="{question} {pred}")
    assert ran.report.score == 1.0
    assert Counter(map(kind, judge.requests)) == {"": 3}

"""Decision APIs: what is sent, which answers are read, and what becomes of all others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.decision import Answer, DecisionError, Question
from evalscope_pytest.core.errors import ConfigError, FatalError, RateLimitedError, RejectedError, TransientError
from evalscope_pytest.core.values import Message, Usage
from evalscope_pytest.models.factory import create
from evalscope_pytest.wire.request import Request
from tests.servers import service
from tests.servers.service import Fault

from .requests import KEY, answer, spec

CHOICE = Question("choice", {"letter": "My lamp broke."}, "What is wanted?", {"refund": "money", "repair": "a repair"})
NOUL = Question("noul", "A letter.", "Is it angry?", {"true": "angry words", "false": "none"})
SCORE = Question("score", "A letter.", "How urgent?", ["no", "a bit", "some", "much", "very", "now"])


def sent(question: Question, *system: str, **config: Any) -> Request:
    messages = (*(Message("system", text) for text in system), Message("user", question.text()))
    return Request(messages, GenerationConfig(**config))


@pytest.mark.parametrize("ending", ["", "/", "/systemone"])
def test_systemone_carries_one_question(decision_server, ending):
    (output,) = answer(spec("systemone_api", decision_server.url + ending), sent(CHOICE, "Be fair."))
    (received,) = decision_server.requests
    assert received.path == "/v1/systemone"
    assert received.headers["authorization"] == f"Bearer {KEY}"
    form = {**CHOICE.form, "instructions": "Be fair.\n\nWhat is wanted?"}
    assert {k: v for k, v in received.body.items() if k != "input"} == {
        "model": "org/M", "state": {"letter": "My lamp broke."}, "questions": {"answer": form}
    }  # fmt: skip
    assert Answer.read(output.text, CHOICE) == Answer({"refund": 0.75, "repair": 0.25}, "refund")
    assert (output.model, output.usage) == ("decider", Usage(10, 1))


@pytest.mark.parametrize(
    ("question", "body"),
    [
        (CHOICE, {"question": "What is wanted?", "options": ["money", "a repair"]}),
        (NOUL, {"question": "Is it angry?\ntrue: angry words\nfalse: none"}),
        (SCORE, {"question": "How urgent?\nLevels:\n0: no\n1: a bit\n2: some\n3: much\n4: very\n5: now"}),
    ],
)
def test_autotrust_has_its_own_form(decision_server, question, body):
    (output,) = answer(spec("autotrust_api", decision_server.url), sent(question))
    (received,) = decision_server.requests
    assert received.path == "/v1/decide"
    assert {k: v for k, v in received.body.items() if k != "input"} == {
        "kind": question.kind, "state": question.state, "thinking": "off", **body
    }  # fmt: skip
    assert list(Answer.read(output.text, question).probabilities) == list(question.labels)


def test_autotrust_has_six_levels(decision_server):
    with pytest.raises(RejectedError, match="6 levels; the question has 2"):
        answer(spec("autotrust_api", decision_server.url), sent(Question("score", "", "?", ["a", "b"])))
    assert not decision_server.requests


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (service.status(400, "no such field"), RejectedError),
        (service.status(401, "who are you"), FatalError),
        (service.rate_limited(), RateLimitedError),
        (service.server_error(), TransientError),
        (service.truncated_json(), TransientError),
        (service.reset(), TransientError),
        (Fault(body={"error": {"message": "it broke", "code": 500}}), TransientError),
        (Fault(body={"answers": {}}), RejectedError),
        (Fault(body={"answers": {"answer": {"probabilities": {"refund": 1}}}}), RejectedError),
    ],
)
def test_failures_are_those_of_any_service(decision_server, fault, error):
    decision_server.script(fault)
    with pytest.raises(error):
        answer(spec("systemone_api", decision_server.url), sent(CHOICE))


@pytest.mark.parametrize("text", ["What is 6 x 7?", '{"state": 1}', "[]", json.dumps({"state": 1, "question": {}})])
def test_a_prompt_that_is_no_typed_question_is_not_sent(decision_server, text):
    with pytest.raises(RejectedError, match="typed question"):
        answer(spec("systemone_api", decision_server.url), Request((Message("user", text),), GenerationConfig()))
    assert not decision_server.requests


@pytest.mark.parametrize("parameter", [{"temperature": 0.5}, {"max_tokens": 10}, {"stream": True}, {"extra_body": {}}])
def test_parameters_of_text_are_refused(parameter):
    with pytest.raises(ConfigError, match=f"generation_config.{next(iter(parameter))}.*systemone_api"):
        create(spec("systemone_api", "http://127.0.0.1:9/v1", generation=GenerationConfig(**parameter)))


def test_an_address_is_needed():
    with pytest.raises(ConfigError, match="api_url: missing"):
        create(spec("systemone_api"))


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (CHOICE, {"probabilities": {"refund": 0.4, "repair": 0.6}, "choice": "repair"}),
        (CHOICE, {"probabilities": {"refund": 0.5, "repair": 0.5}, "choice": "repair"}),
        (CHOICE, {"probabilities": {"refund": 0.4, "repair": 0.59}}),
        (NOUL, {"noul": 0.3}),
        (NOUL, {"noul": 0.3, "probabilities": {"yes": 0.3, "no": 0.7}}),
        (SCORE, {"probabilities": {str(n): 0.17 for n in range(6)}, "score": 2.5}),
    ],
)
def test_answers_that_are_read(question, found):
    read = Answer.checked({"type": question.kind, **found}, question)
    assert Answer.read(read.text(), question) == read


@pytest.mark.parametrize(
    ("question", "found", "fault"),
    [
        (CHOICE, {"probabilities": {"refund": 0.4, "repair": 0.6}, "choice": "refund"}, "most probable"),
        (CHOICE, {"probabilities": {"refund": 0.4, "repair": 0.5}}, "sum 0.9"),
        (CHOICE, {"probabilities": {"refund": 0.4, "other": 0.6}}, "labels"),
        (CHOICE, {"probabilities": {"refund": float("nan"), "repair": 1.0}}, "from 0 to 1"),
        (CHOICE, {"probabilities": {"refund": True, "repair": 0.0}}, "from 0 to 1"),
        (CHOICE, {"type": "noul", "probabilities": {"refund": 1.0, "repair": 0.0}}, "not choice"),
        (CHOICE, {"choice": "refund"}, "labels"),
        (NOUL, {"noul": 0.9, "probabilities": {"yes": 0.3, "no": 0.7}}, "probability of yes"),
        (SCORE, {"probabilities": {**{str(n): 0.0 for n in range(5)}, "5": 1.0}, "score": 1.0}, "expected level"),
        (SCORE, {"probabilities": {**{str(n): 0.0 for n in range(5)}, "5": 1.0}, "legend": {}}, "legend"),
    ],
)
def test_answers_that_contradict_the_question_or_themselves(question, found, fault):
    with pytest.raises(DecisionError, match=fault):
        Answer.checked(found, question)


@pytest.mark.parametrize(
    ("kind", "criteria"),
    [("choice", {"a": "x"}), ("choice", ["a", "b"]), ("choice", {"a": "x", "b": " "}), ("score", ["one"]),
     ("score", {"0": "a", "1": "b"}), ("noul", {"yes": "x"}), ("rank", None)],
)  # fmt: skip
def test_questions_that_are_none(kind, criteria):
    with pytest.raises(DecisionError):
        Question(kind, "", "?", criteria)

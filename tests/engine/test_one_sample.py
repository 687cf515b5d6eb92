"""One sample from its prompt to its result: what a body may return, and whose fault it is when there is no score."""

from __future__ import annotations

import asyncio
import re
import threading
from typing import Any

import pytest

from evalscope_pytest import Message, Sample, Score, Scorer
from evalscope_pytest.core.errors import SandboxError, ScoringError
from evalscope_pytest.scoring import exact_match
from tests.servers.openai_server import OpenAIServer
from tests.servers.service import Fault, status
from tests.sessions import nothing_from_around, run, sums  # noqa: F401  autouse


def returning(value: Any) -> Any:
    async def body(sample, model):
        await model.generate(sample)
        return value() if callable(value) else value

    return body


def raising(error: BaseException) -> Any:
    async def body(sample, model):
        await model.generate(sample)
        raise error

    return body


def scorer(score: Any, **options: Any) -> Scorer:
    return Scorer("mine", ("accuracy",), score, **options)


def server_of(*calls: dict[str, Any], content: str | None = None) -> Fault:
    """A reply with calls of functions."""
    message = {"role": "assistant", "content": content, "tool_calls": list(calls)}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    return Fault(body={"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})


@pytest.mark.parametrize(
    ("value", "accuracy"),
    [
        (True, 1.0),
        (False, 0.0),
        (0.25, 0.25),
        (1, 1.0),
        (lambda: Score(accuracy=0.5), 0.5),
        ("0", 1.0),
        ("1", 0.0),
        (None, 1.0),
    ],
)
def test_a_body_returns_a_truth_a_number_a_score_a_text_or_nothing(value: Any, accuracy: float) -> None:
    ran = run(sums(returning(value), count=1))
    assert [r.score.values for r in ran.results if r.score] == [{"accuracy": accuracy}]


def test_the_last_reply_is_the_answer_of_a_body_that_returns_a_number() -> None:
    assert run(sums(returning(0.5), count=2)).answers == ["0", "2"]


def test_a_body_without_scorer_that_returns_nothing_has_asserted_all_it_wanted() -> None:
    ran = run(sums(returning(None), count=2, scorer=None))
    assert ([r.score.values["accuracy"] for r in ran.results if r.score], ran.answers) == ([1.0, 1.0], ["0", "2"])


def test_a_failed_assertion_is_a_wrong_answer_with_its_words() -> None:
    async def body(sample, model):
        output = await model.generate(sample)
        if output.text == "2":
            raise AssertionError("2 is not what I want")
        if output.text == "4":
            raise AssertionError

    ran = run(sums(body))
    assert [r.score.values["accuracy"] for r in ran.results if r.score] == [1.0, 0.0, 0.0]
    assert ran.explanations[1:] == ["2 is not what I want", "assertion failed"]
    assert ran.answers[1:] == ["2", "4"]
    assert ran.error is None


def test_an_assertion_before_any_request_has_no_answer() -> None:
    def body(sample):
        raise AssertionError

    assert run(sums(body, count=1)).answers == [None]


@pytest.mark.parametrize("value", [{}, [], object(), b"4", ("4",)])
def test_a_value_that_cannot_be_scored_is_the_authors_error(value: Any) -> None:
    ran = run(sums(returning(lambda: value), count=1))
    kind, name, message = ran.errors[0]
    assert (kind, name) == ("author", "BodyError")
    assert message.endswith(f"text, a Score, a number or nothing; this one returned {type(value).__name__}")


def test_a_forgotten_await_is_guessed_from_what_came_back() -> None:
    async def body(sample, model):
        return model.generate(sample)

    assert run(sums(body, count=1)).errors[0][2].endswith("returned coroutine: did you forget await?")


def test_a_body_that_asks_nothing_and_returns_nothing_is_the_authors_error() -> None:
    async def body(sample, model):
        return None

    assert "sent no request and returned nothing" in run(sums(body, count=1)).errors[0][2]


def test_a_body_that_cannot_be_scored_is_found_out_by_its_first_samples() -> None:
    with OpenAIServer("4") as server:
        ran = run(sums(returning(object), count=30), model="m", api_url=server.url, eval_batch_size=1)
        assert len(server.requests) < 15
    assert len(ran.errors) == 30
    assert sum(message.endswith("(so this sample was not tried)") for _, _, message in ran.errors) > 15


def test_a_text_without_a_scorer_is_refused_with_what_to_add() -> None:
    kind, _, message = run(sums(count=1, scorer=None)).errors[0]
    assert kind == "author"
    assert "benchmark 'sums' returned a reply but has no scorer to judge it" in message
    assert "give @benchmark a scorer=... or a judge=..." in message


def test_a_plain_function_blocks_a_thread_of_its_own_and_not_the_others() -> None:
    barrier = threading.Barrier(3, timeout=60)

    def body(sample, model):
        barrier.wait()  # returns only when three samples are here at once
        return model.generate(sample)

    assert run(sums(body), eval_batch_size=3).report.score == 1.0


def test_a_body_may_take_the_output_instead_of_the_model() -> None:
    def plain(output):
        return output

    async def coroutine(sample, output):
        await asyncio.sleep(0)
        return output.text == sample.target

    assert run(sums(plain)).report.score == run(sums(coroutine)).report.score == 1.0


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (SandboxError("the jail is gone"), "sandbox"),
        (ScoringError("no number"), "scoring"),
        (KeyError("absent"), "author"),
        (SystemExit(3), "author"),
        (asyncio.CancelledError("mine"), "author"),
    ],
)
def test_an_error_of_one_sample_is_recorded_as_what_it_is(error: BaseException, kind: str) -> None:
    ran = run(sums(raising(error), count=2))
    assert ran.errors == [(kind, type(error).__name__, str(error))] * 2
    assert all(r.score is None and len(r.calls) == 1 for r in ran.results)


def test_an_error_of_the_service_is_one_of_the_model() -> None:
    with OpenAIServer("4") as server:
        server.fault_for = lambda received: status(400, "the prompt is too long")
        ran = run(sums(count=1), model="m", api_url=server.url)
    assert [(kind, name) for kind, name, _ in ran.errors] == [("model", "RejectedError")]
    assert "the prompt is too long" in ran.errors[0][2]


def test_the_message_of_an_error_has_no_key() -> None:
    ran = run(sums(raising(ValueError("Bearer abcdefgh-12345")), count=1))
    assert ran.errors == [("author", "ValueError", "Bearer ***")]


def test_a_scorer_that_raises_is_named_with_its_line() -> None:
    def broken(text: str, sample: Sample) -> Score:
        return {}[text]  # type: ignore[return-value]

    kind, name, message = run(sums(scorer=scorer(broken), count=1)).errors[0]
    line = broken.__code__.co_firstlineno + 1
    assert (kind, name) == ("scoring", "ScoringError")
    assert message == f"scorer mine failed: KeyError: '0' ({__file__}:{line})"


def test_a_scorer_that_never_ends_is_left_at_its_limit() -> None:
    async def endless(text: str, sample: Sample) -> Score:
        await asyncio.sleep(3600)
        return Score(accuracy=1.0)

    ran = run(sums(scorer=scorer(endless), timeout_s=0.05, count=1))
    assert ran.errors == [("timeout", "ScoringTimeoutError", "no score after 0.05 s (review_timeout)")]


def test_a_scorer_may_give_its_score_later() -> None:
    async def later(text: str, sample: Sample) -> Score:
        await asyncio.sleep(0)
        return Score(accuracy=float(text == sample.target), answer=f"read {text}")

    assert run(sums(scorer=scorer(later), count=2, timeout_s=60)).answers == ["read 0", "read 2"]


def test_the_mock_model_gives_the_reply_that_the_scorer_calls_right() -> None:
    boxed = scorer(
        lambda text, sample: Score(accuracy=float(text == f"[{sample.target}]")),
        right_reply=lambda sample: f"[{sample.target}]",
    )
    assert run(sums(scorer=boxed)).report.score == 1.0
    assert run(sums(scorer=exact_match())).report.score == 1.0


def test_thinking_is_measured_by_the_benchmarks_own_scorer_on_request_only() -> None:
    thinking = "It is 1.\nWait, no: 0.\n"
    with OpenAIServer() as server:
        server.answer = lambda messages: f"<think>{thinking}</think>0"
        task = {"model": "m", "api_url": server.url}
        plain, measured = (
            run(sums(count=1), **task, thinking_metrics=asked).results[0].score for asked in (False, True)
        )
    assert plain is not None
    assert set(plain.values) == {"accuracy"}
    assert measured is not None
    assert measured.values["thoughts"] == 2


@pytest.mark.parametrize(
    ("prompt", "sent"),
    [
        ("hello", [("user", "hello")]),
        (Message("system", "Be short."), [("system", "Be short.")]),
        ([Message("user", "a"), {"role": "assistant", "content": "b"}], [("user", "a"), ("assistant", "b")]),
        (Sample("another"), [("user", "another")]),
        (Sample((Message("user", "x"), Message("assistant", "y"))), [("user", "x"), ("assistant", "y")]),
    ],
)
def test_a_body_may_send_a_text_a_message_a_conversation_or_another_sample(prompt: Any, sent: Any) -> None:
    async def body(sample, model):
        return await model.generate(prompt)

    ran = run(sums(body, count=1))
    assert [(m.role, m.content) for m in ran.results[0].calls[0].messages] == sent


@pytest.mark.parametrize("prompt", [["hello"], [{"role": "user"}], [3]])
def test_a_prompt_that_is_not_a_conversation_is_the_authors_error(prompt: Any) -> None:
    async def body(sample, model):
        return await model.generate(prompt)

    assert run(sums(body, count=1)).errors[0][:2] == ("author", "TypeError")


def test_an_unknown_parameter_of_a_request_is_refused_with_the_closest_one() -> None:
    async def body(sample, model):
        return await model.generate(sample, temprature=0.5)

    (error,) = run(sums(body, count=1)).errors
    assert error[:2] == ("author", "ConfigError")
    assert "no generation parameter 'temprature'. Did you mean 'temperature'?" in error[2]


def test_parameters_of_one_request_leave_the_next_one_alone() -> None:
    async def body(sample, model):
        await model.generate(sample, temperature=0.5, max_tokens=7)
        return await model.generate(sample)

    with OpenAIServer("0") as server:
        task = {"model": "m", "api_url": server.url, "generation_config": {"temperature": 0.25}}
        run(sums(body, count=1), **task)
        sent = [(r.body["temperature"], r.body.get("max_tokens")) for r in server.requests]
    assert sent == [(0.5, 7), (0.25, None)]


def test_calls_of_functions_are_kept_without_the_key_that_a_service_writes_back() -> None:
    key = "sk-live-4711-abcdefgh"
    call = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": f'{{"key": "{key}"}}'}}
    with OpenAIServer() as server:
        server.script(server_of(call))
        ran = run(sums(returning(True), count=1), model="m", api_url=server.url, api_key=key)
    (made,) = ran.results[0].calls[0].output.tool_calls
    assert (made.name, made.arguments, made.id) == ("add", '{"key": "***"}', "call_1")
    assert not ran.results[0].calls[0].output.empty


def test_a_very_long_reply_is_scored_without_its_middle() -> None:
    async def body(sample, model):
        await model.generate(sample)
        return "0" * 3_000_000

    ran = run(sums(body, count=1, scorer=scorer(lambda text, sample: Score(length=len(text)))))
    assert ran.report.score < 1_100_000


def test_what_a_body_prints_does_not_reach_the_programs_own_output(capfd: pytest.CaptureFixture[str]) -> None:
    def body(sample, output):
        print("printed by", sample.input)
        return output

    assert run(sums(body)).report.score == 1.0
    assert not re.search(r"correct|wrong", capfd.readouterr().out)

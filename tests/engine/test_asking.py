"""Asking again: which failures, how often, after how long; and when to give up on a service."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.errors import FatalError, ModelError, RateLimitedError, RejectedError, TransientError
from evalscope_pytest.core.values import Message, ModelOutput
from evalscope_pytest.engine.asking import Asker, ServiceDownError, wait_s
from evalscope_pytest.models.protocol import Request


class Scripted:
    """A model that fails as told, then answers."""

    name = fingerprint = "scripted"

    def __init__(self, *script: Exception) -> None:
        self.script = list(script)
        self.asked = self.now = self.most = 0

    async def generate(self, request: Request) -> ModelOutput:
        self.asked += 1
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0)
            if self.script:
                raise self.script.pop(0)
            return ModelOutput("fine")
        finally:
            self.now -= 1

    async def close(self) -> None: ...


class Clock:
    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def request(**config) -> Request:
    return Request((Message("user", "hello"),), GenerationConfig(**config))


def ask(model, clock=None, **config):
    asker = Asker(model, 4, sleep=(clock or Clock()).sleep)
    return asyncio.run(asker.ask(request(**config))), asker


def test_a_transient_failure_is_asked_again_and_counted():
    output, asker = ask(Scripted(TransientError("500"), TransientError("500")))
    assert (output.text, output.retries, asker.health.retries) == ("fine", 2, 2)


def test_retry_after_is_kept():
    clock = Clock()
    ask(Scripted(RateLimitedError("429", retry_after_s=7.5)), clock)
    assert clock.waits == [7.5]


def test_a_rejected_request_is_never_asked_again():
    model = Scripted(RejectedError("400"))
    with pytest.raises(RejectedError):
        ask(model)
    assert model.asked == 1


def test_retries_are_bounded():
    model = Scripted(*[TransientError("502")] * 99)
    with pytest.raises(TransientError):
        ask(model, retries=3)
    assert model.asked == 4


def test_a_fatal_answer_stops_all_further_requests():
    model = Scripted(FatalError("401 bad key"))

    async def scenario():
        asker = Asker(model, 2)
        with pytest.raises(FatalError, match="bad key"):
            await asker.ask(request())
        with pytest.raises(ServiceDownError, match="bad key"):
            await asker.ask(request())

    asyncio.run(scenario())
    assert model.asked == 1


def test_a_service_that_never_answered_is_given_up_after_three_samples():
    model = Scripted(*[TransientError("connection refused")] * 99)

    async def scenario():
        asker = Asker(model, 1, sleep=Clock().sleep)
        for _ in range(3):
            with pytest.raises(TransientError):
                await asker.ask(request(retries=1))
        assert asker.health.stopped == "connection refused"

    asyncio.run(scenario())
    assert model.asked == 6


def test_a_patient_run_goes_on():
    async def scenario():
        asker = Asker(Scripted(*[TransientError("no")] * 6), 1, patient=True, sleep=Clock().sleep)
        for _ in range(3):
            with pytest.raises(TransientError):
                await asker.ask(request(retries=1))
        assert (await asker.ask(request())).text == "fine"

    asyncio.run(scenario())


def test_an_unknown_exception_of_a_provider_is_a_model_error():
    with pytest.raises(ModelError, match="KeyError: 'choices'"):
        ask(Scripted(KeyError("choices")))


def test_requests_in_flight_never_exceed_the_limit():
    model = Scripted()

    async def scenario():
        asker = Asker(model, 3)
        await asyncio.gather(*[asker.ask(request()) for _ in range(50)])

    asyncio.run(scenario())
    assert model.most == 3


@given(st.integers(1, 30), st.floats(0, 600), st.one_of(st.none(), st.floats(0, 1e9)))
def test_waits_are_bounded_and_never_shorter_than_asked(attempt, longest, retry_after):
    wait = wait_s(attempt, longest, retry_after)
    assert 0 <= wait <= max(longest, 120)
    assert wait >= min(retry_after or 0, 120)

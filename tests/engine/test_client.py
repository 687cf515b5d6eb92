"""Asking again: which failures, how often, after how long; and when to give up on a service. On simulated time."""

from __future__ import annotations

import asyncio

import pytest

from bench.rate_limit import simulate
from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.errors import FatalError, ModelError, RateLimitedError, RejectedError, TransientError
from evalscope_pytest.core.values import Message, ModelOutput
from evalscope_pytest.engine.client import ModelClient, ServiceDownError
from evalscope_pytest.wire.request import Request

REFUSED = TransientError("nothing listens there", unreachable=True)


class Scripted:
    """A model that fails as told, then answers, or fails for ever; each after a tenth of a second."""

    name = fingerprint = "scripted"

    def __init__(self, *script: Exception, always: Exception | None = None) -> None:
        self.script = list(script)
        self.always = always
        self.at: list[float] = []
        self.now = self.most = 0

    @property
    def asked(self) -> int:
        return len(self.at)

    async def generate(self, request: Request) -> ModelOutput:
        self.at.append(asyncio.get_running_loop().time())
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0.1)
            if self.script:
                raise self.script.pop(0)
            if self.always:
                raise self.always
            return ModelOutput("fine")
        finally:
            self.now -= 1

    async def close(self) -> None: ...


def request(**config) -> Request:
    return Request((Message("user", "hello"),), GenerationConfig(**config))


def client_of(model, limit=4, **more) -> ModelClient:
    return ModelClient(model, limit, draw=lambda: 0.5, **more)


def ask(model, **config):
    client = client_of(model)
    return simulate(lambda: client.send(request(**config))), client


def ask_all(client, count, **config):
    """Ask so many times at once; return outputs and errors, and the simulated seconds it took."""

    async def scenario():
        results = await asyncio.gather(*[client.send(request(**config)) for _ in range(count)], return_exceptions=True)
        return results, asyncio.get_running_loop().time()

    return simulate(scenario)


def test_a_transient_failure_is_asked_again_and_counted():
    output, client = ask(Scripted(TransientError("500"), TransientError("500")))
    assert (output.text, output.retries, client.health.retries) == ("fine", 2, 2)


def test_retry_after_is_kept():
    model = Scripted(RateLimitedError("429", retry_after_s=7.5))
    ask(model)
    assert model.at == pytest.approx([0, 0.1 + 7.5])


def test_retry_after_holds_every_request_of_the_service():
    model = Scripted(RateLimitedError("429", retry_after_s=30))
    results, _ = ask_all(client_of(model), 12)
    assert [r.text for r in results] == ["fine"] * 12
    assert sum(at < 0.15 for at in model.at) <= 4, "the first reply was the refusal, or came with it"
    assert not [at for at in model.at if 0.15 < at < 30.1]


def test_waits_double_and_stay_below_retry_interval():
    model = Scripted(*[TransientError("500")] * 5)
    ask(model, retries=5, retry_interval=3)
    gaps = [later - earlier - 0.1 for earlier, later in zip(model.at, model.at[1:], strict=False)]
    assert gaps == pytest.approx([0.5, 1, 1.5, 1.5, 1.5])


def test_a_rejected_request_is_never_asked_again():
    model = Scripted(RejectedError("400"))
    with pytest.raises(RejectedError):
        ask(model)
    assert model.asked == 1


@pytest.mark.parametrize(
    ("error", "config", "attempts"),
    [
        (TransientError("502"), {}, 4),
        (RateLimitedError("429"), {}, 8),
        (TransientError("502"), {"retries": 6}, 7),
        (RateLimitedError("429"), {"retries": 2}, 3),
        (RateLimitedError("429"), {"retries": 0}, 1),
    ],
)
def test_attempts_are_bounded(error, config, attempts):
    model = Scripted(always=error)
    with pytest.raises(type(error)):
        ask(model, **config)
    assert model.asked == attempts


def test_a_sample_is_refused_for_a_quarter_of_an_hour_at_most():
    model = Scripted(always=RateLimitedError("429", retry_after_s=400))
    with pytest.raises(RateLimitedError):
        ask(model)
    assert model.at == pytest.approx([0, 400.1, 800.2, 1200.3])


def test_a_sample_has_a_time_limit_over_all_its_attempts():
    model = Scripted(always=TransientError("500"))
    with pytest.raises(TransientError, match=r"within 5 s, all attempts together: generation_config\.sample_timeout"):
        ask(model, retries=99, sample_timeout=5)
    assert max(model.at) < 5


def test_waiting_for_the_first_attempt_does_not_count():
    results, seconds = ask_all(client_of(Scripted(), 1), 30, sample_timeout=0.5)
    assert [r.text for r in results] == ["fine"] * 30
    assert seconds == pytest.approx(3)


def test_a_model_that_hangs_is_left_at_the_time_limit():
    class Hanging(Scripted):
        async def generate(self, request):
            await asyncio.sleep(1e9)

    client = client_of(Hanging(), 1)
    results, seconds = ask_all(client, 2, sample_timeout=60)
    assert [type(r) for r in results] == [TransientError, TransientError]
    assert seconds == pytest.approx(120)
    assert client.state(seconds).in_flight == 0


def test_a_fatal_answer_stops_all_further_requests():
    model = Scripted(FatalError("401 bad key"))

    async def scenario():
        client = client_of(model, 2)
        with pytest.raises(FatalError, match="bad key"):
            await client.send(request())
        with pytest.raises(ServiceDownError, match="bad key"):
            await client.send(request())

    simulate(scenario)
    assert model.asked == 1


def test_a_fatal_first_answer_costs_three_requests():
    model = Scripted(always=FatalError("401 bad key"))
    results, seconds = ask_all(client_of(model, 64), 500)
    assert model.asked == 3
    # One says what is wrong. Those on their way with it count as not asked, as those that were not sent.
    assert sum(isinstance(r, ServiceDownError) for r in results) == 499
    assert seconds < 0.2


def test_nothing_waits_for_a_first_reply_that_takes_long():
    class Slow(Scripted):
        async def generate(self, request):
            self.at.append(asyncio.get_running_loop().time())
            await asyncio.sleep(60)
            return ModelOutput("fine")

    model = Slow()
    ask_all(client_of(model, 64), 64)
    assert sorted(model.at) == pytest.approx([0] * 3 + [1] * 61)


def test_a_local_model_gets_all_it_can_take_at_once():
    model = Scripted()
    ask_all(client_of(model, 64, first=None), 64)
    assert model.at == [0] * 64


def test_a_service_that_never_answered_is_given_up_after_three_samples():
    model = Scripted(always=TransientError("500 broken"))

    async def scenario():
        client = client_of(model, 1)
        for _ in range(3):
            assert not client.health.stopped
            with pytest.raises(TransientError):
                await client.send(request(retries=1))
        assert client.health.stopped == "500 broken"

    simulate(scenario)
    assert model.asked == 6


def test_where_nothing_listens_no_backoff_is_sat_out():
    model = Scripted(always=REFUSED)
    client = client_of(model, 8)
    _, seconds = ask_all(client, 500)
    assert client.health.stopped == "nothing listens there"
    assert model.asked <= 8
    assert seconds < 2


def test_who_rests_is_woken_when_the_run_stops():
    model = Scripted(RateLimitedError("429", retry_after_s=500), FatalError("the key has expired"))
    client = client_of(model, 2)
    results, seconds = ask_all(client, 2)
    assert isinstance(results[0], ServiceDownError)
    assert seconds < 1


def test_a_patient_run_goes_on():
    async def scenario():
        client = client_of(Scripted(*[TransientError("no")] * 6), 1, patient=True)
        for _ in range(3):
            with pytest.raises(TransientError):
                await client.send(request(retries=1))
        assert (await client.send(request())).text == "fine"

    simulate(scenario)


@pytest.mark.parametrize(
    ("error", "most_s"),
    [
        (FatalError("401"), 60),
        (RateLimitedError("429", 1e9), 60),
        (RateLimitedError("429"), 1200),
        (RateLimitedError("429", 2), 1800),
        (TransientError("500"), 60),
        (REFUSED, 60),
    ],
)
def test_a_patient_run_comes_to_its_end_whatever_happens(error, most_s):
    model = Scripted(always=error)
    client = client_of(model, 8, patient=True)
    results, seconds = ask_all(client, 300)
    assert {type(r) for r in results} == {type(error)}
    assert 300 <= model.asked < 600
    assert seconds < most_s


def test_a_service_that_refuses_for_ever_is_given_up():
    model = Scripted(always=RateLimitedError("429"))
    client = client_of(model, 8)
    _, seconds = ask_all(client, 300)
    assert client.health.stopped == "the service refuses every request: 429"
    assert seconds < 20 * 60
    assert model.asked < 200


def test_a_wait_of_years_stops_the_run_at_once():
    model = Scripted(always=RateLimitedError("429", retry_after_s=1e9))
    client = client_of(model, 8)
    _, seconds = ask_all(client, 300)
    assert "requests a wait of 1000000000 s, more than 15 min" in client.health.stopped
    assert (model.asked, seconds < 1) == (3, True)


class Flaky(Scripted):
    """Answers, but not between two moments."""

    def __init__(self, dies: float, lives: float = 1e9) -> None:
        super().__init__()
        self.dies, self.lives = dies, lives

    async def generate(self, request):
        output = await super().generate(request)
        if self.dies < asyncio.get_running_loop().time() < self.lives:
            raise TransientError("503", unreachable=True)
        return output


@pytest.mark.parametrize("limit", [4, 8, 64])
def test_an_outage_of_a_minute_costs_a_minute_and_no_sample(limit):
    model = Flaky(dies=2, lives=62)
    client = client_of(model, limit)
    results, seconds = ask_all(client, 40 * limit)
    assert [r.text for r in results] == ["fine"] * 40 * limit
    assert seconds < 62 + 30 + 5
    assert sum(10 < at < 61 for at in model.at) <= 4, "only probes"


@pytest.mark.parametrize("retry_interval", [0, 0.2, 1, 10])
@pytest.mark.parametrize("outage_s", [12, 60, 200])
def test_an_outage_is_waited_for_as_long_whatever_retry_interval_is(retry_interval, outage_s):
    model = Flaky(dies=2, lives=2 + outage_s)
    client = client_of(model, 8)
    results, seconds = ask_all(client, 400, retry_interval=retry_interval)
    assert [r.text for r in results] == ["fine"] * 400
    assert seconds < outage_s * 1.5 + 10 + 30  # a short interval also means that it is found sooner
    assert sum(10 < at < outage_s for at in model.at) <= 8 + outage_s / 20


def test_a_service_that_stays_down_is_given_up_after_five_minutes():
    client = client_of(Flaky(dies=2), 8)
    results, seconds = ask_all(client, 400)
    assert "has not answered for 301 s. 503" in client.health.stopped
    assert 300 < seconds < 320
    assert {type(r) for r in results if isinstance(r, Exception)} <= {ServiceDownError, TransientError}


def test_a_patient_run_waits_for_one_outage_once():
    client = client_of(Flaky(dies=2), 8, patient=True)
    results, seconds = ask_all(client, 400)
    assert {type(r) for r in results} == {ModelOutput, TransientError}
    assert 300 < seconds < 400


def test_retries_that_come_to_nothing_are_a_share_of_the_traffic():
    class Poison(Scripted):
        """Nine of ten samples fail whenever they are asked."""

        async def generate(self, request):
            await super().generate(request)
            if request.repeat % 10:
                raise TransientError("500")
            return ModelOutput("fine")

    async def scenario(model, client):
        asked = [client.send(Request((), GenerationConfig(), repeat=i)) for i in range(3000)]
        await asyncio.gather(*asked, return_exceptions=True)

    model = Poison()
    client = client_of(model, 30, patient=True)
    simulate(lambda: scenario(model, client))
    assert client.health.retries <= 100 + 0.2 * 3000


def test_retries_that_succeed_are_free():
    class Hiccup(Scripted):
        """Fails every sample once."""

        async def generate(self, request):
            await super().generate(request)
            if request.repeat not in self.seen:
                self.seen.add(request.repeat)
                raise TransientError("500")
            return ModelOutput("fine")

    model = Hiccup()
    model.seen = set()
    client = client_of(model, 10)

    async def scenario():
        asked = [client.send(Request((), GenerationConfig(), repeat=i)) for i in range(2000)]
        return await asyncio.gather(*asked, return_exceptions=True)

    assert [r.text for r in simulate(scenario)] == ["fine"] * 2000
    assert client.health.retries == 2000


def test_an_unknown_exception_of_a_provider_is_a_model_error():
    with pytest.raises(ModelError, match="KeyError: 'choices'"):
        ask(Scripted(KeyError("choices")))


def test_requests_in_flight_never_exceed_the_limit():
    model = Scripted()
    ask_all(client_of(model, 3), 50)
    assert model.most == 3


def test_cancelled_samples_give_their_slots_back():
    model = Scripted()

    async def scenario():
        client = client_of(model, 2)
        tasks = [asyncio.ensure_future(client.send(request())) for _ in range(20)]
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert client.state(0).in_flight == 0
        return await asyncio.wait_for(client.send(request()), 1)

    assert simulate(scenario).text == "fine"


def test_the_state_tells_what_goes_on():
    model = Scripted(RateLimitedError("429", retry_after_s=40))
    client = client_of(model, 4)

    async def scenario():
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(client.send(request()))
        await asyncio.sleep(0.05)
        states = [client.state(loop.time())]
        await asyncio.sleep(0.15)
        states.append(client.state(loop.time()))
        await task
        return [*states, client.state(loop.time())]

    at_first, held, after = simulate(scenario)
    assert (at_first.in_flight, at_first.words()) == (1, "")
    assert held.words() == "limit 1 of 4, 429 x1, waits 40 s: Retry-After"
    assert (after.in_flight, after.answered, after.rate_limited, after.retries) == (0, 1, 1, 1)


class Connecting(Scripted):
    """A model that notes how many connections it was to open, and how many requests had been sent by then."""

    def __init__(self, *script: Exception) -> None:
        super().__init__(*script)
        self.connected: list[tuple[int, int]] = []

    async def connect(self, count: int) -> None:
        self.connected.append((count, self.asked))


@pytest.mark.parametrize(
    ("asked", "connected"),
    [(20, [(5, 3)]), (6, [(3, 3)]), (3, [])],
    ids=["as many as the limit", "as many as wait", "none for none"],
)
def test_connections_are_opened_while_the_first_reply_is_waited_for(asked, connected):
    model = Connecting()
    ask_all(client_of(model, limit=8), asked)
    assert model.connected == connected


def test_no_connections_are_opened_to_a_service_that_refused_already():
    model = Connecting()
    client = client_of(model, limit=8)

    async def scenario():
        client._stop("the key is wrong")
        client._connect()
        await asyncio.sleep(1)

    simulate(scenario)
    assert model.connected == []


@pytest.mark.parametrize("latency_s", [0.0, 2.0])
@pytest.mark.parametrize(("early", "retry_after_s"), [(4, 2.0), (7, 2.0), (4, None), (6, None)])
def test_refusals_at_the_start_do_not_space_what_follows(early, retry_after_s, latency_s):
    """A service that takes nothing for a while, and then everything, has no rate."""

    class Starting(Scripted):
        async def generate(self, request):
            self.at.append(asyncio.get_running_loop().time())
            if len(self.at) <= early:
                raise RateLimitedError("429", retry_after_s)
            await asyncio.sleep(latency_s)
            return ModelOutput("fine")

    model = Starting()
    results, seconds = ask_all(client_of(model, 8), 24)
    assert [r.text for r in results] == ["fine"] * 24
    waited = model.at[early - 1] + (retry_after_s or 0.0)
    # Where the service names no wait, the rate is searched for: longer, but not until the end of the run.
    assert seconds - waited < (6.0 if retry_after_s else 25.0) + 5 * latency_s


def test_refusals_in_the_middle_do_not_space_what_follows_for_long():
    class Pausing(Scripted):
        async def generate(self, request):
            self.at.append(asyncio.get_running_loop().time())
            if 40 < len(self.at) <= 44:
                raise RateLimitedError("429", 2.0)
            await asyncio.sleep(0.1)
            return ModelOutput("fine")

    results, seconds = ask_all(client_of(Pausing(), 1), 100)
    assert [r.text for r in results] == ["fine"] * 100
    assert seconds < 4 * 2.0 + 100 * 0.1 + 12


def test_a_service_that_refuses_for_the_rate_between_failures_does_not_count_as_down():
    failures = [*[TransientError("500")] * 7, RateLimitedError("429")] * 3
    client = client_of(Scripted(), 4, patient=True)

    async def scenario():
        await client.send(request())
        client.model.script = list(failures)
        for error in failures:
            with pytest.raises(type(error)):
                await client.send(request(retries=0))
            assert client.state(0).breaker == "closed"

    simulate(scenario)

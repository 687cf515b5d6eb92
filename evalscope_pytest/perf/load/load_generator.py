"""Sends a load's requests and keeps the outcome of each: closed loop, open loop, conversations, warm-up."""

from __future__ import annotations

import asyncio
import gc
import time
from array import array
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from time import perf_counter

from ...wire.interface import UnsendableError
from ...wire.prompt import Message, messages_of
from ..data.prompts import Conversation, RequestTemplate, Turn
from ..measure.request import Request
from .connection import Client, Exchange
from .load_point import WHOLE, LoadPoint, Part, starts
from .parse import CountTokens, Reply, YieldBudget, read

# The client's own overhead --------------------------------------------------------------------------------------------

TICK_S = 0.005
GRAIN_S = 0.001  # uvloop rounds timers to milliseconds; less than that is not lag


@dataclass(frozen=True, slots=True)
class LoopOverhead:
    """Overhead of a run in this process.

    Attributes:
        lags: Seconds the event loop came late to a timer, beyond the timer's own grain; one for each tick.
        cpu_s: CPU seconds of the event loop's thread.
        wall_s: Seconds it ran.
    """

    lags: array[float]
    cpu_s: float
    wall_s: float


class Monitor:
    """Watches the event loop it is started in."""

    def __init__(self) -> None:
        self._lags = array("d")
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin."""
        self._lags = array("d")
        self._cpu, self._wall = time.thread_time(), time.perf_counter()
        self._next()

    def stop(self) -> LoopOverhead:
        """Return what was seen since the start."""
        if self._timer is not None:
            self._timer.cancel()
        return LoopOverhead(self._lags, time.thread_time() - self._cpu, time.perf_counter() - self._wall)

    def _next(self) -> None:
        self._due = time.perf_counter() + TICK_S
        self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)

    def _tick(self) -> None:
        self._lags.append(max(0.0, time.perf_counter() - self._due - GRAIN_S))
        self._next()


@contextmanager
def quiet_collector() -> Iterator[None]:
    """Keep the garbage collector from delaying stamps: freeze existing objects, collect new ones rarely."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


# The load -------------------------------------------------------------------------------------------------------------

Begin = Callable[[], Awaitable[float]]
UNREAD = 1 << 28  # bytes of unparsed replies beyond which parsing is urgent
BREATH_S = 0.1  # pause of a place in a closed loop while the server cannot be reached


@dataclass(frozen=True, slots=True)
class Workload:
    """The requests of a load: conversations, used in order and again from the first when they run out."""

    template: RequestTemplate
    conversations: Sequence[Conversation]
    count_tokens: CountTokens | None = None


@dataclass(frozen=True, slots=True)
class LoadRun:
    """A finished load.

    Attributes:
        requests: The outcome of each request, in order of sending; times count from the start.
        dispatched: When the last request should have been sent, or was in a closed loop.
        dispatch_lags: Seconds the client itself was late to start requests of a schedule.
        interrupted: It was stopped before its end.
        unfinished: Requests in flight at the interruption, of which nothing is known.
    """

    requests: tuple[Request, ...]
    effort: LoopOverhead
    dispatched: float
    dispatch_lags: tuple[float, ...]
    interrupted: bool = False
    unfinished: int = 0


@dataclass(slots=True)
class Live:
    """Progress of a run, for snapshots; failures are counted up to ``looked_at``."""

    started: float = 0.0
    sent: int = 0
    in_flight: int = 0
    failed: int = 0
    looked_at: int = 0
    requests: list[Request] = field(default_factory=list)


@dataclass(slots=True)
class _Sent:
    index: int
    scheduled: float
    turn: Turn
    number: int
    prompt: int
    exchange: Exchange


class LoadGenerator:
    """A load generator for one load, or a process's part of it. Made and used inside one event loop.

    Args:
        begin: Called after preparation and warm-up; returns the moment at which several processes begin together.
    """

    def __init__(
        self, client: Client, workload: Workload, live: Live, part: Part = WHOLE, begin: Begin | None = None
    ) -> None:
        self._part = part
        self._begin = begin
        self._client = client
        self._workload = workload
        self._live = live
        self._inbox: deque[_Sent] = deque()
        self._unread = 0
        self._budget = YieldBudget()
        self._arrived = asyncio.Event()
        self._reading = False
        self._stopping = asyncio.Event()
        self._reader = workload.template.reader
        self._bodies: dict[int, bytes | UnsendableError] = {}
        self._numbers = count()
        self._prompts = count()
        self._dispatched = 0.0
        self._dispatch_lags: list[float] = []

    def stop(self) -> None:
        """Start no further request, and give up those in flight."""
        self._stopping.set()

    async def run(self, level: LoadPoint) -> LoadRun:
        """Run the warm-up and the load.

        Raises:
            ConfigError: The data set does not fit the interface.
        """
        self._prepare(level)
        await self._client.open(min(self._part.of(level.concurrency or self._part.count), 1024))
        self._live.started = perf_counter()
        if level.warm_up:
            await self._drive(replace(level, requests=level.warm_up, duration_s=None, warm_up=0), perf_counter())
            self._live.requests.clear()
            self._live.failed = self._live.looked_at = 0
            if level.arrivals == "trace":
                self._prompts = count()
        self._numbers, self._live.sent = count(), 0
        self._dispatch_lags.clear()
        started = await self._begin() if self._begin is not None else perf_counter()
        await asyncio.sleep(max(0.0, started - perf_counter()))
        self._live.started = started
        monitor = Monitor()
        monitor.start()
        unfinished = await self._drive(level, started)
        requests = tuple(sorted(self._live.requests, key=lambda request: request.index))
        return LoadRun(
            requests,
            monitor.stop(),
            max(0.0, self._dispatched - started),
            tuple(self._dispatch_lags),
            self._stopping.is_set(),
            unfinished,
        )

    def _prepare(self, level: LoadPoint) -> None:
        """Write the bodies in advance, so that the first requests are not delayed."""
        wanted = (level.requests or len(self._workload.conversations)) + level.warm_up
        for number in range(self._part.index, min(wanted, len(self._workload.conversations)), self._part.count):
            self._body(number)

    def _body(self, number: int) -> bytes | UnsendableError:
        """Return the first body of a conversation; the same each time it comes, but for lengths that are drawn."""
        conversations = self._workload.conversations
        place = number % len(conversations)
        turn = conversations[place].turns[0]
        if number != place and self._workload.template.lengths:
            return self._write(turn, (), (number, 0))
        body = self._bodies.get(place)
        if body is None:
            body = self._bodies[place] = self._write(turn, (), (place, 0))
        return body

    def _write(self, turn: Turn, history: Sequence[Message], place: tuple[int, int]) -> bytes | UnsendableError:
        try:
            return self._workload.template.body(turn, history, place)
        except UnsendableError as error:
            return error

    async def _drive(self, level: LoadPoint, begin: float) -> int:
        """Send and parse everything; return the number of requests given up."""
        reader = asyncio.create_task(self._read_all())
        work = asyncio.create_task(self._open_loop(level, begin) if level.is_open else self._closed_loop(level, begin))
        stop = asyncio.create_task(self._stopping.wait())
        await asyncio.wait((work, stop), return_when=asyncio.FIRST_COMPLETED)
        unfinished = self._live.in_flight
        work.cancel()
        stop.cancel()
        await asyncio.gather(work, stop, return_exceptions=True)
        self._reading = False
        self._arrived.set()
        await reader
        if work.done() and not work.cancelled() and (error := work.exception()):
            raise error
        return unfinished

    async def _closed_loop(self, level: LoadPoint, begin: float) -> None:
        assert level.concurrency is not None
        part, places = self._part, level.concurrency
        end = begin + level.duration_s if level.duration_s is not None else float("inf")
        left = iter(range(part.of(level.requests))) if level.requests is not None else count()

        async def keep_one_in_flight(place: int) -> None:
            if level.ramp_s and place:
                await asyncio.sleep(level.ramp_s * place / places)
            while perf_counter() < end and next(left, None) is not None:
                self._dispatched = scheduled = perf_counter()
                if not await self._play(scheduled):
                    await asyncio.sleep(BREATH_S)

        workers = min(part.of(places), part.of(level.requests) if level.requests is not None else places)
        await _together([keep_one_in_flight(part.place(number)) for number in range(workers)])

    async def _open_loop(self, level: LoadPoint, begin: float) -> None:
        part = self._part
        room = asyncio.Semaphore(part.of(level.concurrency)) if level.concurrency is not None else None
        playing: set[asyncio.Task[None]] = set()

        async def play(scheduled: float) -> None:
            if room is None:
                await self._play(scheduled)
            else:
                async with room:
                    await self._play(scheduled)

        try:
            for number, at in enumerate(starts(level, [c.at_s for c in self._workload.conversations])):
                if not part.has(number):
                    continue
                due = begin + at
                if (ahead := due - perf_counter()) > 0:
                    await asyncio.sleep(ahead)
                self._dispatched = due
                self._dispatch_lags.append(max(0.0, perf_counter() - due))
                task = asyncio.create_task(play(due))
                playing.add(task)
                task.add_done_callback(playing.discard)
            while playing:
                await asyncio.gather(*playing)
        finally:
            for task in playing:
                task.cancel()
            await asyncio.gather(*playing, return_exceptions=True)

    async def _play(self, scheduled: float) -> bool:
        """Send the turns of the next conversation; return false if the server could not be reached."""
        place = self._part.place(next(self._prompts))
        prompt = place % len(self._workload.conversations)
        conversation = self._workload.conversations[prompt]
        if len(conversation.turns) == 1:
            turn = conversation.turns[0]
            exchange, index = await self._send(self._body(place))
            self._inbox.append(_Sent(index, scheduled, turn, 0, prompt, exchange))
            self._unread += exchange.size
            self._arrived.set()
            return bool(exchange.status)
        history: list[Message] = []
        for number, turn in enumerate(conversation.turns):
            if turn.wait_s and number:
                await asyncio.sleep(turn.wait_s)
                scheduled = perf_counter()
            exchange, index = await self._send(self._write(turn, history, (place, number)))
            reply = await read(exchange, self._reader, self._budget)
            self._take(_Sent(index, scheduled, turn, number, prompt, exchange), reply)
            if reply.error:
                return bool(exchange.status)  # the following turns depend on the missing reply
            history += [*messages_of(turn.content), {"role": "assistant", "content": reply.text}]
            scheduled = perf_counter()
        return True

    async def _send(self, body: bytes | UnsendableError) -> tuple[Exchange, int]:
        live = self._live
        index = next(self._numbers)
        live.sent += 1
        if isinstance(body, UnsendableError):
            now = perf_counter()
            return Exchange(sent=now, done=now, failure=str(body)), index
        live.in_flight += 1
        try:
            return await self._client.send(body), index
        finally:
            live.in_flight -= 1

    async def _read_all(self) -> None:
        """Parse replies as they come in, giving way to the network between them.

        If more come in than are parsed, memory would fill up; the client cannot measure then anyway.
        """
        self._reading = True
        while self._reading or self._inbox:
            while self._inbox:
                if self._unread > UNREAD:
                    self._budget.hurry()
                sent = self._inbox.popleft()
                self._take(sent, await read(sent.exchange, self._reader, self._budget))
                self._unread -= sent.exchange.size
                if perf_counter() > self._budget.until:
                    await self._budget.give_way()
            if self._reading:
                self._arrived.clear()
                await self._arrived.wait()

    def _take(self, sent: _Sent, reply: Reply) -> None:
        exchange, origin = sent.exchange, self._live.started
        stamps = reply.stamps
        for place, stamp in enumerate(stamps):
            stamps[place] = stamp - origin
        request = Request(
            index=sent.index,
            scheduled=sent.scheduled - origin,
            sent=exchange.sent - origin,
            done=exchange.done - origin,
            stamps=stamps,
            first_answer=None if reply.first_answer is None else reply.first_answer - origin,
            events=reply.events,
            first_tokens=reply.first_tokens,
            tokens=reply.tokens(self._workload.count_tokens, sent.turn.tokens),
            error=reply.error,
            turn=sent.number,
            waited=sent.turn.wait_s if sent.number else 0.0,
            prompt=sent.prompt,
        )
        self._live.requests.append(request)


async def _together(coroutines: Sequence[Coroutine[None, None, None]]) -> None:
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

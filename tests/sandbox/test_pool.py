"""Programs of many threads and loops, in a few jails."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

import pytest

from evalscope_pytest.core.errors import SandboxError, UsageError
from evalscope_pytest.sandbox import Limits, Program, Result
from evalscope_pytest.sandbox.pool import Pool, SandboxHandle


@pytest.fixture
def pool(jailed):
    made = Pool(jailed, 2)
    yield made
    made.close()


@dataclass
class Breaking:
    """An isolation whose first programs break it."""

    times: int
    name: str = "breaking"
    forks: bool = False
    isolates: bool = True
    started: int = 0
    running: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __hash__(self):
        return id(self)

    def obstacle(self):
        return ""

    def start(self):
        self.started += 1
        return BreakingJail(self)


class BreakingJail:
    def __init__(self, isolation):
        self.isolation = isolation
        self.usable = True

    def run(self, program):
        with self.isolation.lock:
            self.isolation.running += 1
            self.isolation.most = max(self.isolation.most, self.isolation.running)
        time.sleep(0.02)
        with self.isolation.lock:
            self.isolation.running -= 1
        if self.isolation.times:
            self.isolation.times -= 1
            self.usable = False
            return Result("sandbox_error", detail="it broke")
        return Result("ok")

    def close(self):
        self.usable = False


def test_programs_of_a_loop_run_at_the_same_time_and_each_gets_its_own_result(pool):
    async def all_of_them():
        return await asyncio.gather(*(pool.run(Program(source=f"print({n})")) for n in range(20)))

    assert [int(result.stdout) for result in asyncio.run(all_of_them())] == list(range(20))


def test_no_more_programs_than_the_pool_is_large():
    isolation = Breaking(0)
    pool = Pool(isolation, 3)
    futures = [pool.submit(Program(source="x")) for _ in range(12)]
    assert all(future.result().ok for future in futures)
    assert (isolation.most, isolation.started) == (3, 3)
    pool.close()


def test_a_jail_is_started_when_it_is_needed_and_kept():
    isolation = Breaking(0)
    pool = Pool(isolation, 3)
    assert isolation.started == 0
    for _ in range(5):
        pool.submit(Program(source="x")).result()
    assert isolation.started == 1
    pool.close()


def test_a_broken_jail_is_replaced_and_the_program_tried_again():
    isolation = Breaking(1)
    pool = Pool(isolation, 1)
    assert pool.submit(Program(source="x")).result().ok
    assert isolation.started == 2
    pool.close()


def test_what_breaks_twice_is_an_error_never_a_result():
    pool = Pool(Breaking(2), 1)
    with pytest.raises(SandboxError, match="broke twice: it broke"):
        pool.submit(Program(source="x")).result()
    assert pool.submit(Program(source="x")).result().ok
    pool.close()


def test_a_killed_jail_is_replaced(pool):
    assert pool.submit(Program(source="1")).result().ok
    (jail,) = pool._jails
    os.kill(jail.pid, signal.SIGKILL)
    assert pool.submit(Program(source="1")).result().ok


def test_closing_ends_what_runs(pool):
    future = pool.submit(Program(source="import time; time.sleep(3600)", limits=Limits(wall_s=3600.0)))
    time.sleep(0.3)
    pool.close()
    with pytest.raises(SandboxError):
        future.result(timeout=60)
    with pytest.raises(SandboxError, match="closed"):
        pool.submit(Program(source="1"))


def test_a_process_ends_although_a_program_still_runs():
    code = """
from evalscope_pytest.sandbox.choice import choose
from evalscope_pytest.sandbox.pool import Pool
from evalscope_pytest.sandbox.engine import SandboxChoice
from evalscope_pytest.sandbox import Limits, Program
pool = Pool(choose(SandboxChoice(), allow_unsafe=True), 1)
pool.submit(Program(source="import time; time.sleep(3600)", limits=Limits(wall_s=3600.0)))
import time; time.sleep(0.3)
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=240).returncode == 0


def test_the_handle_blocks_or_is_awaited(pool):
    handle = SandboxHandle(pool)
    assert handle.run("print(1)").stdout == "1\n"
    assert handle.run(Program(source="print(2)")).stdout == "2\n"
    assert handle.run(argv=("echo", "3")).stdout == "3\n"

    async def body():
        return await handle.run("f = 1", tests="assert f == 1")

    assert asyncio.run(body()).ok
    assert handle.name == pool.isolation.name
    with pytest.raises(UsageError, match=r"no argument 'test'.*'tests'"):
        handle.run("x", test="y")


def test_verdicts_are_the_same_one_at_a_time_and_eight_on_a_busy_machine(jailed):
    """Limits count the program's own CPU time, not what others take from it."""
    limits = Limits(cpu_s=0.4)
    fast = "import time\nend = time.process_time() + 0.1\nwhile time.process_time() < end: pass"
    programs = [Program(source=fast, limits=limits), Program(source="while True: pass", limits=limits)] * 4
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
    try:
        seen = []
        for size in (1, 8):
            pool = Pool(jailed, size)
            seen.append([future.result().status for future in [pool.submit(program) for program in programs]])
            pool.close()
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert seen[0] == seen[1] == ["ok", "timeout"] * 4

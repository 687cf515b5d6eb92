from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.scoring import math_answer
from evalscope_pytest.scoring.compare import math_worker
from evalscope_pytest.scoring.compare.math_worker import MathWorker
from tests.waiting import wait_until

from .judging import judged

CHILD = Path(math_worker.__file__).with_name("math_process.py")
HOSTILE = [
    "9^{9^{9^{9}}}",
    "100000000!",
    "+".join(f"x^{{{i}}}" for i in range(20_000)),
    "(" * 5000 + "1" + ")" * 5000,
    "\\frac{1}{" * 300 + "1" + "}" * 300,
    "\\sum_{i=1}^{10000000} \\frac{1}{i}",
]


@pytest.fixture(scope="module")
def worker():
    worker = MathWorker()
    yield worker
    worker.close()


def test_equal_and_different_expressions_are_distinguished(worker):
    async def compare():
        assert await worker.equal("x^2-1", "(x-1)(x+1)") == "equal"
        assert await worker.equal("\\frac{\\sqrt{2}}{2}", "\\frac{1}{\\sqrt 2}") == "equal"
        assert await worker.equal("[0,\\infty)", "(0,\\infty)") == "different"
        assert await worker.equal("p-q", "17") == "different"

    asyncio.run(compare())


@pytest.mark.slow
@pytest.mark.parametrize(
    "answer", HOSTILE, ids=["tower", "factorial", "long sum", "parentheses", "nested fractions", "harmonic"]
)
def test_hostile_mathematics_ends(worker, answer):
    asyncio.run(worker.equal("x", "y"))
    started = time.monotonic()
    assert asyncio.run(worker.equal("5", answer)) in ("different", "timeout")
    assert time.monotonic() - started < 60
    assert asyncio.run(worker.equal("x+y", "y+x")) == "equal"


@pytest.mark.parametrize("call", ["open('{path}', 'w').write('x')", "__import__('os').system('touch {path}')"])
def test_code_in_an_answer_is_not_run(worker, tmp_path, call):
    created = tmp_path / "created"
    code = call.format(path=created)
    for answer in (code, f"\\text{{{code}}}", f"\\operatorname{{{code}}}", f"x = {code}"):
        assert asyncio.run(worker.equal("5", answer)) == "different"
    assert not created.exists()


@pytest.mark.parametrize(
    "attack",
    [
        "open({path!r}, 'w')",
        "import os; os.system('touch ' + {path!r})",
        "import subprocess; subprocess.run(['touch', {path!r}])",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
    ],
)
def test_the_child_could_do_no_harm_even_if_code_ran(tmp_path, attack):
    created = tmp_path / "created"
    confined = f"import runpy\nchild = runpy.run_path({str(CHILD)!r})\nchild['_confine'](1 << 30)\n"
    code = confined + attack.format(path=str(created))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "PermissionError: this process" in done.stderr
    assert not created.exists()


def test_one_worker_serves_several_event_loops_and_many_tasks(worker):
    async def many():
        return await asyncio.gather(*(worker.equal(f"{n}x", f"x*{n}") for n in range(2, 8)))

    assert asyncio.run(many()) == asyncio.run(many()) == ["equal"] * 6


def test_uvloop_can_wait_for_it(worker):
    uvloop = pytest.importorskip("uvloop")
    loop = uvloop.new_event_loop()
    try:
        assert loop.run_until_complete(worker.equal("a+b", "b+a")) == "equal"
    finally:
        loop.close()


def test_a_cancelled_question_does_not_disturb_the_next(worker):
    async def cancel():
        task = asyncio.create_task(worker.equal("a", "b"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await worker.equal("a-b", "-b+a")

    assert asyncio.run(cancel()) == "equal"


def test_a_killed_child_is_replaced(worker):
    asyncio.run(worker.equal("x", "y"))
    worker._child.kill()
    worker._child.wait()
    assert asyncio.run(worker.equal("2x", "x+x")) == "equal"


def test_a_late_comparison_is_a_wrong_answer_that_says_so(monkeypatch):
    impatient = MathWorker(limit_s=0.2)
    monkeypatch.setattr(math_worker, "_shared", impatient)
    try:
        score = judged(math_answer(), "\\boxed{\\binom{10^{9}}{5*10^{8}}}", Sample("?", "\\sqrt{2}"))
    finally:
        impatient.close()
    assert score.values == {"accuracy": 0.0}
    assert score.metadata == {"comparison": "timeout"}


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system limits no processor time")
def test_a_machine_that_is_busy_makes_no_answer_wrong():
    worker = MathWorker(limit_s=1.0)
    try:
        assert asyncio.run(worker.equal("x", "y")) == "different"
        worker._child.send_signal(signal.SIGSTOP)  # gets nothing of the processor for longer than its limit
        threading.Timer(1.5, worker._child.send_signal, [signal.SIGCONT]).start()
        assert asyncio.run(worker.equal("a+b", "b+a")) == "equal"
    finally:
        worker.close()


def test_the_process_that_compares_ends_with_its_parent():
    code = (
        "import asyncio\nfrom evalscope_pytest.scoring.compare import math_worker as w\n"
        "print(asyncio.run(w.equal('x+y', 'y+x')), w._shared._child.pid)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=240)
    verdict, pid = done.stdout.split()
    assert verdict == "equal"
    assert done.stderr == ""
    wait_until(lambda: not Path(f"/proc/{pid}").exists())

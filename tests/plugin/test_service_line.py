"""The line of a run says why nothing happens, while nothing happens."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from types import SimpleNamespace

import pytest

from evalscope_pytest.run.progress import Tally, Verdict
from tests.servers.judge import JudgeServer, verdict
from tests.servers.service import rate_limited

from .project import QUIET

OFTEN = "--eval-heartbeat-interval=0.5"


def test_a_wait_is_shown_while_no_sample_finishes(served):
    served.benchmark(count=3)
    served.server.script(*[rate_limited("600")] * 3)
    served.server.gather(3)  # the first refusal holds what has not been sent
    (line,) = lines_of(served, OFTEN, say=("Retry-After", "429 x3"))
    assert re.match(r"adding  0/3  .*limit 1 of 8, 429 x3, waits [45]\d\d s: Retry-After", line)


def test_a_run_without_trouble_says_nothing_of_the_service(served):
    served.benchmark(count=30)
    run = served.run("--eval-heartbeat-interval=0.001")
    assert "limit" not in run.out
    assert "waits" not in run.out


def test_a_judge_that_makes_the_run_wait_is_named(served):
    served.benchmark(count=3)
    with JudgeServer(verdict("A")) as judge:
        judge.script(*[rate_limited("600")] * 3)
        judge.gather(3)
        args = json.dumps({"model_id": "j", "api_url": judge.url})
        options = ("--eval-judge-strategy=llm", f"--eval-judge-model-args={args}", "--eval-enable-progress-tracker")
        (line,) = lines_of(served, OFTEN, *options, say=("Retry-After", "429 x3"))
    assert re.search(r"  judge: limit 1 of 8, 429 x3, waits [45]\d\d s: Retry-After", line)
    (file,) = served.path.glob("outputs/*/progress.json")
    told = json.loads(file.read_text())
    assert (told["service"]["rate_limited"], told["service"]["answered"]) == (0, 3)
    assert (told["judges"]["rate_limited"], told["judges"]["answered"]) == (3, 0)


@pytest.mark.parametrize("processes", [0, 2])
def test_what_a_slow_service_keeps_waiting_is_logged_every_heartbeat(processes, served):
    served.benchmark(count=3)
    served.server.hold_from(0)
    options = [OFTEN, *(["-n", processes] if processes else [])]
    lines = lines_of(served, *options, say=("adding  0/3", "waiting"), times=2)
    assert all(re.fullmatch(r"adding  0/3  score   -     [1-3] waiting, longest \d+ s", line) for line in lines)


@pytest.mark.parametrize("processes", [0, 2])
def test_a_terminal_shows_what_is_waited_for_on_a_line_of_its_own(processes, served):
    served.benchmark(count=3)
    served.server.hold_from(0)
    told = re.compile(rb"waiting, longest [1-9]\d* s")

    def seen(process, shown):
        if told.search(shown):
            served.server.let_go()

    shown = on_a_terminal(served, ".", *(["-n", str(processes)] if processes else []), heed=seen)
    assert told.search(shown.encode())
    assert not re.search(r"[^\r\n]eval: 3 samples", shown)
    assert all(len(line) <= 80 for line in re.split(r"[\r\n]+", shown) if line.startswith("adding"))


@pytest.mark.parametrize("processes", [0, 2])
def test_ctrl_c_leaves_the_line_of_a_hanging_service_alone(processes, served):
    served.benchmark(count=3)
    served.server.hold_from(0)
    told = []

    def interrupted(process, shown):
        if b"waiting" in shown and not told:
            told.append(process.send_signal(signal.SIGINT))

    options = ["-n", str(processes)] if processes else []
    shown = on_a_terminal(served, ".", *options, code=2, heed=interrupted)
    lines = screen(shown)
    assert any(re.fullmatch(r"adding  0/3  score   -     [123] waiting, longest \d+ s", line) for line in lines), lines
    assert "The run is not complete: interrupted by Ctrl-C." in lines


def lines_of(project, *args, say, times=1):
    """Return the first lines a run writes, with no terminal, that hold all of these words; it is interrupted then."""
    words = ("--eval-model=served", "test_adding.py", *args)
    process = project.start(*words, env={"PYTHONUNBUFFERED": "1"})
    found = []
    with ended(process):
        while len(found) < times and (line := process.stdout.readline()):
            if all(word in line for word in say):
                found.append(line.rstrip("\n"))
        process.send_signal(signal.SIGINT)
        assert project.finish(process).code == 2
    return found


@contextmanager
def ended(process):
    """Kill a process that does not end by itself: whoever reads from it would wait for ever."""
    timer = threading.Timer(180, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def screen(written: str) -> list[str]:
    """Return the lines a terminal shows, which a carriage return lets write over what is there."""
    lines = []
    for line in written.replace("\r\n", "\n").split("\n"):
        seen = ""
        for piece in line.split("\r"):
            seen = piece + seen[len(piece) :]
        lines.append(seen.rstrip())
    return lines


def on_a_terminal(project, *args, code=0, heed=lambda process, shown: None):
    """Return what a run writes to a terminal.

    Args:
        heed: Called with the process and what it has written so far, whenever it writes.
    """
    import pty

    ours, theirs = pty.openpty()
    words = ["-m", "pytest", *QUIET, f"--eval-model={project.model}", *project.options, *args]
    environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=project.path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    written = b""
    with ended(process), suppress(OSError):  # the other end is closed
        while piece := os.read(ours, 65536):
            written += piece
            heed(process, written)
    os.close(ours)
    assert process.wait(60) == code
    return re.sub(r"\x1b\[[0-9;]*m", "", written.decode())


def tally(telling: int) -> Tally:
    return Tally("adding", 21, telling, started=95.0)


def test_no_time_is_foretold_from_the_first_of_many_that_were_asked_together(monkeypatch):
    monkeypatch.setattr("evalscope_pytest.run.progress.time", SimpleNamespace(monotonic=lambda: 100.0))
    correct = Verdict("adding", "correct", 1.0)
    line = tally(8)
    line.add(correct, 5.0)
    assert line.line(6) == "adding   1/21  score 1.0000"
    for _ in range(7):
        line.add(correct, 5.0)
    assert line.line(6) == "adding   8/21  score 1.0000  1.6/s  ETA 0:08"
    assert line.line(6, over=True) == "adding   8/21  score 1.0000  1.6/s  0:05"
    assert tally(8).line(6) == "adding   0/21  score   -   "

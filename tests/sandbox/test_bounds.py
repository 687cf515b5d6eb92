"""Programs that sleep, and programs that make files without end: the same in each kind of jail."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from evalscope_pytest.sandbox import Limits
from evalscope_pytest.sandbox.inside.watch import Idle
from evalscope_pytest.scoring.programs.outcome import limits_for

LONG = 3600.0
SLEEPERS = {
    "sleeps": "import time\ntime.sleep(3600)",
    "waits for a queue": "import queue\nqueue.Queue().get()",
    "takes a lock twice": "import threading\nlock = threading.Lock()\nlock.acquire(); lock.acquire()",
    "waits for a thread that waits for it": "import threading\nlocks = [threading.Lock(), threading.Lock()]\n"
    "def take(a, b):\n    with locks[a]:\n        barrier.wait()\n        locks[b].acquire()\n"
    "barrier = threading.Barrier(2)\nthreading.Thread(target=take, args=(0, 1)).start(); take(1, 0)",
    "reads a pipe nobody writes to": "import os\nout, into = os.pipe()\nos.read(out, 1)",
    "sleeps in pieces": "import time\nwhile True: time.sleep(0.01)",
    "waits for signals": "import signal\nsignal.pause()",
    "stops itself": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
}


@pytest.mark.parametrize("how", SLEEPERS)
def test_what_sleeps_is_ended(run, how):
    result = run(SLEEPERS[how], cpu_s=LONG, wall_s=LONG, idle_s=0.3)
    assert result.status == "timeout"
    assert run("print(1)").stdout == "1\n"


def test_what_waits_for_a_process_that_works_does_not_sleep(run):
    if not run.isolation.forks:
        pytest.skip("programs cannot start processes")
    work = "import time; end = time.process_time() + 1\nwhile time.process_time() < end: pass"
    source = f"import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', {work!r}]).returncode)"
    assert run(source, wall_s=LONG, idle_s=0.4).stdout == "0\n"
    command = ("sh", "-c", "i=0; while [ $i -lt 300 ]; do x=$(echo $i); i=$((i+1)); done; echo done")
    assert run(argv=command, wall_s=LONG, idle_s=0.4).stdout == "done\n"


@pytest.fixture
def busy_machine():
    """Three times as many loops as processors, so that programs wait for a processor most of the time."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(6)]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


def test_what_is_kept_from_a_processor_does_not_sleep(run, busy_machine):
    """It takes several times its CPU time, of which it is asleep for none."""
    work = "import time; end = time.process_time() + 0.5\nwhile time.process_time() < end: pass"
    result = run(work, cpu_s=LONG, wall_s=LONG, idle_s=0.3)
    assert result.status == "ok", result
    tests = "from program import f\nassert [f(n) for n in range(200)] == list(range(200))"
    source = "def f(n):\n    sum(range(20_000))\n    return n"
    assert run(source, tests=tests, apart=True, wall_s=LONG, idle_s=0.3).ok
    assert run("import time; time.sleep(3600)", cpu_s=LONG, wall_s=LONG, idle_s=0.3).status == "timeout"


def test_idle_time_of_a_process_that_runs_and_of_one_that_sleeps():
    if sys.platform != "linux":
        pytest.skip("measured through /proc")
    command = [
        sys.executable,
        "-c",
        "import sys, time\nprint(flush=True)\nwhile len(sys.argv) > 1: pass\ntime.sleep(3600)",
    ]
    with (
        subprocess.Popen([*command, "work"], stdout=subprocess.PIPE) as working,
        subprocess.Popen(command, stdout=subprocess.PIPE) as sleeping,
    ):
        assert working.stdout is not None
        assert sleeping.stdout is not None
        working.stdout.readline(), sleeping.stdout.readline()
        time.sleep(0.05)
        idle = [Idle(lambda process=process: [str(process.pid)]) for process in (working, sleeping)]
        for _ in range(20):
            time.sleep(0.02)
            works, sleeps = (each.seconds() for each in idle)
        working.kill(), sleeping.kill()
    assert works < 0.1 < sleeps


@pytest.mark.parametrize("seconds", [0.5, 4.0, 6.0, 20.0, 30.0, 300.0, None])
def test_a_benchmarks_program_may_not_sleep_for_long(seconds):
    limits = limits_for(seconds)
    assert limits.cpu_s + limits.idle_s <= 3 * limits.cpu_s + 5
    assert limits.idle_s <= 11
    assert limits.wall_s > 10 * limits.cpu_s  # a busy machine is slow


@pytest.mark.parametrize(
    "make",
    ["open(f'{n}', 'w').close()", "os.symlink('x', f'{n}')", "os.makedirs(f'd{n % 9}/{n}')"],
    ids=["files", "links", "nested"],
)
def test_files_without_end_are_too_many(run, make):
    source = f"import os\nn = 0\nwhile True:\n    n += 1\n    {make}"
    result = run(source, limits=Limits(cpu_s=120.0, wall_s=LONG))
    assert result.status == "output_limit", result
    assert run("import os; print(os.listdir('.'))").stdout == "[]\n"


def test_a_few_thousand_files_are_not(run):
    source = "import os\nfor n in range(5000): open(str(n), 'w').close()\nprint(len(os.listdir('.')))"
    assert run(source, cpu_s=60.0).stdout == "5000\n"


# What this kind of jail alone refuses --------------------------------------------------------------------------------

ASKS = {
    "processes": [
        "import subprocess; subprocess.run(['true'])",
        "import os; os.fork()",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
        "import os\nif os.system('true'): raise SystemExit(1)",
        "import multiprocessing\nmultiprocessing.Process(target=print).start()",
    ],
    "attributes": [
        "import os; open('a', 'w').close(); os.chmod('a', 0o600)",
        "import shutil; open('a', 'w').close(); shutil.copy('a', 'b')",
        "import os; open('a', 'w').close(); os.utime('a', (1, 1))",
    ],
}


@pytest.mark.parametrize(
    ("obstacle", "source"), [(kind, source) for kind, sources in ASKS.items() for source in sources]
)
def test_what_this_jail_alone_refuses_is_told(run, obstacle, source):
    result = run(source)
    if run.isolation.name == "landlock":
        assert (result.status, result.obstacle) == ("failed", obstacle), result
    else:
        assert (result.status, result.obstacle) == ("ok", ""), result


def test_a_command_that_starts_processes_tells_as_well(run):
    result = run(argv=("bash", "-c", "x=$(echo 1); test $x = 1"))
    expected = ("ok", "") if run.isolation.forks else ("failed", "processes")
    assert (result.status, result.obstacle) == expected


def test_threads_and_what_every_jail_refuses_are_not_told(run):
    source = "import threading; t = threading.Thread(target=print, args=(1,)); t.start(); t.join()"
    result = run(source)
    assert (result.stdout, result.obstacle) == ("1\n", "")
    if run.isolation.isolates:
        result = run("import socket; socket.socket()")
        assert (result.status, result.obstacle) == ("failed", "")


def test_asking_again_and_again_is_ended(run):
    if run.isolation.name != "landlock":
        pytest.skip("only there it is refused")
    source = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    result = run(source, cpu_s=0.3, idle_s=0.5, wall_s=LONG)
    assert (result.status, result.obstacle) == ("timeout", "processes")

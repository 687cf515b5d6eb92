"""Cases 27 to 29: what ends a run before its last sample, or one of its processes."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.plugin.project import junit, kept
from tests.plugin.recorded import number_of, recorded_in, records_of, wait_for_records
from tests.plugin.test_resume import asked
from tests.servers.service import status
from tests.waiting import wait_until

INTERRUPT = {
    "Ctrl-C": lambda process: os.killpg(process.pid, signal.SIGINT),  # as a terminal does
    "Ctrl-C passed on": lambda process: [os.kill(process.pid, signal.SIGINT) for _ in range(2)],
    "SIGTERM": lambda process: process.terminate(),
    "SIGINT": lambda process: os.kill(process.pid, signal.SIGINT),
}


@pytest.mark.parametrize(
    ("how", "processes"),
    [("Ctrl-C passed on", 0), ("SIGTERM", 0), ("Ctrl-C", 2), ("SIGTERM", 2), ("SIGINT", 2)],
)
def test_case_27_first_signal_reports_what_is_there_and_the_rest_is_asked_later(how, processes, served):
    served.benchmark(count=80)
    if "passed on" in how:  # at the same moment, also where a machine takes its time between the two
        served.write("conftest.py", "from evalscope_pytest.run import process\nprocess.ECHO_S = 600.0")
    served.server.hold_from(20)
    process = served.start("--eval-model=served", "test_adding.py", "--eval-batch-size=4", "-n", processes)
    wait_until(lambda: len(served.server.requests) == 24)
    wait_for_records(served, 20)
    INTERRUPT[how](process)
    cut = served.finish(process)
    assert cut.code == 2, cut.out
    assert not served.server.held_in_vain, "it does not wait for what it has asked"
    assert len(served.server.requests) == 24, "nothing more is asked"
    name = "SIGTERM" if how == "SIGTERM" else "Ctrl-C"
    assert f"The run is not complete: interrupted by {name}." in cut.out
    assert f"To carry on: the same command with --eval-use-cache={cut.work_dir}" in cut.out
    assert "Traceback" not in cut.out
    assert "crashed" not in cut.out
    summary = cut.reports["adding"]["execution_summary"]
    assert summary["incomplete"] is True
    recorded = recorded_in(cut.work_dir)
    assert summary["succeeded"] == len(recorded) == 20

    served.server.forget()
    served.server.let_go()
    (served.path / "conftest.py").unlink(missing_ok=True)
    rest = served.run(f"--eval-use-cache={cut.work_dir}")
    assert (rest.code, rest.counts) == (0, {"correct": 80}), rest.out
    assert sorted({*range(80)} - recorded) == asked(served.server)
    assert kept(type(rest)(0, "", served.path, cut.work_dir)) == kept(served.run())


STUBBORN = """
async def test_adding(sample, model):
    output = await model.generate(sample)
    while sample.target == "16":
        open("stubborn", "w")
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            pass
    return output
"""
# Without a second signal such a run would come to no end, and whoever has taken the first says so.
ENDLESS = """
import os
from evalscope_pytest.engine.loop import LoopThread
from evalscope_pytest.plugin import main, workers
from evalscope_pytest.run import process

workers.PATIENCE_S = 3600.0
LoopThread.close.__defaults__ = (3600.0,)

class Noting(process.Interruption):
    def _take(self, number, frame):
        try:
            super()._take(number, frame)
        finally:
            open(f"taken-{os.getpid()}", "w")

main.Interruption = Noting
"""


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize("pause", [0.3, 1.5])
def test_case_28_the_second_signal_ends_it_at_once(pause, processes, served):
    """However early it comes: the first has a body ahead of it that does not let itself be cancelled."""
    served.benchmark(count=40, body=STUBBORN)
    served.write("conftest.py", ENDLESS)
    process = served.start("--eval-model=served", "test_adding.py", "--eval-batch-size=4", "-n", processes)
    wait_until((served.path / "stubborn").exists)
    wait_for_records(served, 20)
    os.killpg(process.pid, signal.SIGINT)
    wait_until((served.path / f"taken-{process.pid}").exists)
    time.sleep(pause)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    cut = served.finish(process)
    assert cut.code == 2
    assert "Traceback" not in cut.out
    assert f"Stopped at once. To carry on: the same command with --eval-use-cache={cut.work_dir}" in cut.out
    wait_until(lambda: not _alive(process.pid))
    recorded = recorded_in(cut.work_dir)
    assert len(recorded) >= 20
    served.server.forget()
    (served.path / "conftest.py").unlink()
    served.benchmark(count=40)
    assert served.run(f"--eval-use-cache={cut.work_dir}").code == 0
    assert not recorded & set(asked(served.server))


def _alive(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("processes", [0, 2])
def test_an_ordinary_test_is_interrupted_at_once(processes, served):
    served.benchmark(count=4, after="def test_slow():\n    open('slow', 'w')\n    time.sleep(3600)")
    process = served.start("--eval-model=served", "test_adding.py", "-n", processes)
    wait_until((served.path / "slow").exists)
    os.killpg(process.pid, signal.SIGINT)
    cut = served.finish(process)
    assert cut.code == 2, cut.out
    assert cut.score() == 1


@pytest.mark.parametrize(("option", "processes"), [("-x", 0), ("--maxfail=2", 2)])
def test_a_failure_ends_the_run_with_x_and_queues_are_not_asked_to_their_end(option, processes, served):
    served.benchmark(count=200)
    served.server.fault_for = lambda received: status(400, "no") if number_of(received) in (9, 10) else None
    # The run ends while it waits for replies.
    served.server.holds = lambda received: received.number >= 50 and number_of(received) > 10
    run = served.run(option, "--eval-batch-size=4", "-n", processes)
    assert run.code == 1, run.out
    assert "The run is not complete: stopping after " in run.out
    assert f"--eval-use-cache={run.work_dir}" in run.out
    assert len(served.server.requests) < 60
    assert not served.server.held_in_vain
    assert run.reports["adding"]["execution_summary"]["incomplete"] is True
    served.server.forget()
    served.server.let_go()
    served.server.fault_for = lambda received: None
    recorded = recorded_in(run.work_dir)
    assert served.run(f"--eval-use-cache={run.work_dir}").counts == {"correct": 200}
    assert len(served.server.requests) == 200 - len(recorded)


DEATHS = {
    "os._exit(1)": ("os._exit(1)", "with exit code 1"),
    "SIGSEGV": ("import ctypes; ctypes.string_at(0)", "killed by SIGSEGV"),
    "SIGKILL": ("os.kill(os.getpid(), 9)", "killed by SIGKILL: out of memory?"),
}
DEADLY = """
async def test_adding(sample, model):
    output = await model.generate(sample)
    await asyncio.sleep(0.05)  # others are at work as well
    if sample.input in ({deadly}):
        {death}
    return output
"""


@pytest.mark.parametrize("death", DEATHS)
def test_case_29_a_sample_that_kills_its_worker_is_the_only_one_without_a_score(death, served):
    code, how = DEATHS[death]
    served.benchmark(count=60, body=DEADLY.format(deadly="'17 + 17',", death=code))
    server = served.server

    def while_others_are_at_work(received):
        """The deadly one is answered once all before it are recorded, whatever comes later once the worker is dead."""
        numbers = [number_of(r) for r in server.requests]
        if 17 not in numbers or numbers.count(17) > 1 or received.number < numbers.index(17):
            return False
        before = numbers[: numbers.index(17)]
        return numbers[received.number] != 17 or len(records_of(served)) < len(before)

    server.holds = while_others_are_at_work
    run = served.run("-n2", "--junitxml=junit.xml")
    assert run.code == 1, run.out
    assert not server.held_in_vain
    assert run.counts == {"correct": 59, "errors": 1}
    assert "adding[default-17]" in run.out
    assert " 1 error, 59 correct in " in run.out
    assert "ProcessDiedError: the process died while it ran this sample alone" in run.out
    assert how in run.out
    cases = junit(run.folder / "junit.xml")
    assert len(cases) == 60
    assert [name for name, case in cases.items() if case.find("error") is not None] == ["adding[default-17]"]
    report = run.reports["adding"]["execution_summary"]
    assert (report["succeeded"], report["incomplete"]) == (59, True)
    often = [n for n in set(asked(served.server)) if asked(served.server).count(n) > 1]
    assert 17 in often
    assert len(often) <= 8 + 4, "only what was under way, or had just arrived, is asked again"

    served.server.forget()
    served.benchmark(count=60)
    healed = served.run(f"--eval-use-cache={run.work_dir}")
    assert (healed.code, healed.counts) == (0, {"correct": 60}), healed.out
    assert asked(served.server) == [17], "the error is tried again, and nothing else"


def test_case_29_several_deadly_samples_and_a_blocking_body(served):
    body = DEADLY.format(deadly="'5 + 5', '6 + 6', '31 + 31'", death="os._exit(3)")
    body = body.replace("async def", "def").replace("await model", "model").replace("await asyncio", "time")
    served.benchmark(count=40, body=body)
    run = served.run("-n2", "--eval-batch-size=6", "--eval-max-errors=3")
    assert run.code == 0, run.out
    assert run.counts == {"correct": 37, "errors": 3}
    assert "adding[default-5], adding[default-6], adding[default-31]" in run.out


def test_case_29_an_innocent_test_beside_a_deadly_sample_and_a_deadly_test_beside_innocent_samples(served):
    deadly_test = "def test_deadly(): time.sleep(0.3); os._exit(1)\ndef test_fine(): time.sleep(0.2)"
    served.benchmark(count=12, body=DEADLY.format(deadly="'8 + 8',", death="os._exit(1)"), after=deadly_test)
    run = served.run("-n2")
    assert run.code == 1, run.out
    assert run.counts == {"correct": 11, "errors": 1, "failed": 1, "passed": 1}
    assert "crashed while running 'test_adding.py::test_deadly'" in run.out


def test_case_29_without_restarts_the_suspects_are_named_and_the_run_does_not_pass(served):
    served.benchmark(count=60, body=DEADLY.format(deadly="'17 + 17',", death="os._exit(1)"))
    run = served.run("-n2", "--max-worker-restart=0", "--eval-ignore-errors")
    assert run.code == 1, run.out
    assert "The run is not complete" in run.out
    assert "A worker died, and no other took its place. It was at work on: " in run.out
    assert "adding[default-17]" in run.out.partition("at work on: ")[2].splitlines()[0]


def test_a_worker_killed_from_outside_costs_no_sample(served):
    served.benchmark(count=80)
    served.server.hold_from(20)
    served.write("conftest.py", "import os\ndef pytest_sessionstart(session):\n    open('pid-' + "
                 "os.environ.get('PYTEST_XDIST_WORKER', 'main'), 'w').write(str(os.getpid()))")  # fmt: skip
    process = served.start("--eval-model=served", "test_adding.py", "-n2")
    wait_until(lambda: len(served.server.requests) == 28)
    wait_for_records(served, 20)
    os.kill(int((served.path / "pid-gw0").read_text()), signal.SIGKILL)
    served.server.let_go()
    run = served.finish(process)
    assert (run.code, run.counts) == (0, {"correct": 80}), run.out
    assert len(served.server.requests) <= 80 + 8, "only what was in flight, or had just arrived, is asked again"


def test_a_process_that_died_leaves_word_of_what_it_was_at_work_on(served):
    served.benchmark(count=20, body=DEADLY.format(deadly="'7 + 7',", death="os._exit(1)"))
    died = served.start("--eval-model=served", "test_adding.py", "--eval-batch-size=1")
    died.communicate(timeout=180)
    assert died.returncode == 1
    (work_dir,) = (served.path / "outputs").iterdir()
    served.benchmark(count=20)
    for processes in (0, 2):
        run = served.run(f"--eval-use-cache={work_dir}", "-n", processes)
        assert run.code == 0, run.out
        said = [line for line in run.out.splitlines() if "the run before died at work on" in line]
        assert len(said) == (0 if processes else 1), "once is enough"
    assert run.counts == {"correct": 20}


def test_a_process_that_died_while_it_waited_suspects_nobody(served):
    served.benchmark(count=20)
    served.server.hold_from(0)
    process = served.start("--eval-model=served", "test_adding.py", "--eval-batch-size=2")
    wait_until(lambda: len(served.server.requests) >= 2)
    process.kill()
    process.communicate()
    served.server.let_go()
    (work_dir,) = (served.path / "outputs").iterdir()
    run = served.run(f"--eval-use-cache={work_dir}")
    assert run.code == 0
    assert "the run before died" not in run.out


@pytest.mark.parametrize(("allowed", "processes"), [("3", 0), ("2%", 0), ("3", 2)])
def test_more_errors_than_allowed_end_the_run_once_that_is_certain(allowed, processes, served):
    served.benchmark(count=200)
    served.server.fault_for = lambda received: status(400, "no") if number_of(received) % 5 == 0 else None
    # The run ends while it waits for replies.
    served.server.holds = lambda received: received.number >= 80 and number_of(received) > 30
    run = served.run(f"--eval-max-errors={allowed}", "--eval-batch-size=4", "-n", processes)
    assert run.code == 1, run.out
    assert f"of 200 samples ended in errors, and --eval-max-errors={allowed} allows no more" in run.out
    assert f"To carry on: the same command with --eval-use-cache={run.work_dir}" in run.out
    assert len(served.server.requests) < 120, "it does not go on paying"
    assert not served.server.held_in_vain
    served.server.fault_for = lambda received: None
    served.server.let_go()
    again = served.run(f"--eval-max-errors={allowed}", f"--eval-use-cache={run.work_dir}")
    assert (again.code, again.counts) == (0, {"correct": 200}), again.out


def test_as_many_errors_as_allowed_do_not_end_it(served):
    served.benchmark(count=50)
    served.server.fault_for = lambda received: (
        status(400, "no") if received.body["messages"][-1]["content"] in ("3 + 3", "30 + 30") else None
    )
    for allowed, code in (("2", 0), ("4%", 0), ("1", 1), ("3.9%", 1)):
        run = served.run(f"--eval-max-errors={allowed}")
        assert run.code == code, run.out
        assert ("not complete" in run.out) <= bool(code)


@pytest.mark.parametrize("options", [["-n2", "-v"], []])
def test_every_run_says_where_it_records(options, served, tmp_path):
    served.benchmark()
    run = served.run(*options)
    seen_from_here = run.work_dir.relative_to(served.path)
    assert run.out.count(f"eval: 12 samples of 1 benchmark, recorded in {seen_from_here}\n") == 1
    again = served.run(*options, f"--eval-use-cache={run.work_dir}")
    assert f"recorded in {seen_from_here}, which holds 12 answers" in again.out
    elsewhere = tmp_path / "runs"
    outside = served.run(*options, f"--eval-work-dir={elsewhere}", "--eval-no-timestamp")
    assert f"recorded in {elsewhere}\n" in outside.out
    assert f"report: {elsewhere / 'reports' / 'report.html'}\n" in outside.out


def test_samples_that_a_conftest_skips_are_not_missed(served):
    served.benchmark(count=6)
    served.write(
        "conftest.py",
        "import pytest\ndef pytest_collection_modifyitems(items):\n"
        "    [i.add_marker(pytest.mark.skip('not now')) for i in items if i.name.endswith(('-1]', '-2]'))]",
    )
    for processes in (0, 2):
        run = served.run("-n", processes)
        assert (run.code, run.counts) == (0, {"correct": 4, "skipped": 2}), run.out
        assert "not complete" not in run.out


def test_a_body_that_skips_is_not_missed(served):
    served.benchmark(count=6, body="def test_adding(sample, output):\n    if sample.target == '4': pytest.skip('no')")
    run = served.run()
    assert (run.code, run.counts) == (0, {"correct": 5, "skipped": 1}), run.out
    assert "not complete" not in run.out

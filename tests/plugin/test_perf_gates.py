"""Gates on what tests measured with `load`, beside those on benchmarks, and the report of it."""

from __future__ import annotations

import json
import os
import signal
from html import escape

import numpy  # noqa: F401  pytester forgets what a run in this process imported, and numpy cannot be imported twice
import pytest

from evalscope_pytest.perf.output.compare import compare
from evalscope_pytest.perf.output.records import read_run
from tests.perf.belief import CONFTEST, believed  # noqa: F401
from tests.perf.service import Pace, PerfService, stream_of
from tests.waiting import wait_until

from .project import junit, solve

SERVING = """
import pytest

@pytest.mark.perf
async def test_serving(load):
    await load.run(concurrency=4, requests=8, goodput=["ttft:90s"])

@pytest.mark.parametrize("rate", [100, 200])
def test_rates(load, rate):
    load.run(rate=rate, requests=8)
    load.run(rate=rate, requests=8)
"""
ORDINARY = "def test_ordinary():\n    pass\n"
CROWD = "import pytest\n" + "".join(
    f"def test_{n}(load):\n    load.run(concurrency=2, requests=6, allow_invalid=True)\n" for n in range(4)
)


class Service(PerfService):
    """Streams to load tests, solves sums for benchmarks; knows how many load requests were in flight at most."""

    async def _reply(self, request, body):
        self.writes = stream_of(5) if body.get("stream") else []
        return await super()._reply(request, body)


@pytest.fixture
def tested(project, believed):  # noqa: F811
    with Service(pace=Pace(0.15, 0.002)) as server:
        server.answer = solve
        project.model, project.server = "m", server
        project.options = [f"--eval-api-url={server.url}", "--eval-type=openai_api"]
        project.write("test_serving.py", SERVING)
        project.write("conftest.py", CONFTEST)
        yield project


def gate_lines(run):
    return [line for line in run.out.splitlines() if line.startswith("gate ")]


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_gates_judge_what_tests_measured_beside_those_on_benchmarks(workers, tested):
    tested.benchmark(count=6)
    gates = ["adding>=0.9", "perf[test_serving]:goodput>=0.95", "perf[test_rates[200]]:ttft.p99<0.001"]
    run = tested.run(*(f"--eval-gate={gate}" for gate in gates), "--junitxml=j.xml", *workers)
    assert run.code == 1, run.out
    assert run.score() == 1.0
    cases = junit(run.folder / "j.xml")
    failed = [name for name, case in cases.items() if name.startswith("gate[") and case.find("failure") is not None]
    assert failed == [f"gate[{gates[2]} at test_rates[200] {load}]" for load in ("rate_200", "rate_200#2")]
    assert f"gate[{gates[0]}]" in cases
    lines = gate_lines(run)
    assert lines[0] == "gate perf[test_serving]:goodput>=0.95 at test_serving parallel_4: passed, goodput 1"
    for line, load in zip(lines[1:3], ("rate_200", "rate_200#2"), strict=True):
        assert line.startswith(
            f"gate perf[test_rates[200]]:ttft.p99<0.001 at test_rates[200] {load}: failed, ttft.p99 0."
        )
        assert " s, over 0.001 by 0." in line
    assert lines[3].startswith("gate adding>=0.9: passed")
    summary = json.loads((run.work_dir / "perf" / "summary.json").read_text())
    assert len(summary["results"]) == 5
    assert [gate["passed"] for gate in summary["gates"]] == [True, False, False]
    page = (run.work_dir / "perf" / "report.html").read_text()
    for gate in summary["gates"]:
        name, _, why = gate["result"].partition(": passed" if gate["passed"] else ": failed")
        assert f'<td class="gate">{escape(name)}</td>' in page
        assert escape(why.lstrip(", ")) in page
    assert {result["test"] for result in summary["results"]} == {
        "test_serving.py::test_serving", "test_serving.py::test_rates[100]", "test_serving.py::test_rates[200]"
    }  # fmt: skip
    assert bool(workers) == any("other workers" in note for result in summary["results"] for note in result["notes"])


def test_a_run_of_load_tests_alone_has_a_report_and_an_exit_code(tested):
    run = tested.run("--eval-gate=perf:success_rate>=1", "--eval-gate=perf[parallel_4]:icl.p50<0.5")
    assert run.code == 0, run.out
    assert len(gate_lines(run)) == 6
    folder = run.work_dir / "perf"
    assert "test_serving parallel_4" in run.out
    assert "test_rates[200] rate_200#2" in (folder / "summary.txt").read_text()
    assert (folder / "report.html").read_text().count("<section") == 6
    assert len(list(folder.glob("*/requests.jsonl"))) == 5
    assert str((folder / "report.html").relative_to(run.folder)) in run.out
    again = read_run(folder)
    assert [result.sent for result in again.results] == [8] * 5
    assert compare(again, again), "two runs of tests can be compared"


def test_load_tests_run_before_samples_and_one_at_a_time(tested):
    tested.benchmark("adding", count=20)
    tested.write("test_serving.py", CROWD)
    run = tested.run("--eval-batch-size=8")
    assert run.code == 0, run.out
    kinds = ["stream" in request.body for request in tested.server.requests]
    assert kinds == [True] * 24 + [False] * 20
    tested.server.forget()
    (tested.path / "test_adding.py").unlink()
    alone = tested.run("-n2")
    assert alone.code == 0, alone.out
    results = json.loads((alone.work_dir / "perf" / "summary.json").read_text())["results"]
    assert len(results) == 4
    assert tested.server.max_in_flight <= 2


@pytest.mark.parametrize(
    ("gate", "arguments", "words"),
    [
        ("perf:goodput>=0.9", ("test_ordinary.py",), "no test of this run measures a load"),
        ("perf:goodput>=0.9", ("-m", "not perf", "-k", "not rates"), "no test of this run measures a load"),
        ("perf:goodput>=0.9", ("test_ordinary.py", "-n2"), "no test of this run measures a load"),
        ("perf[test_servin]:ttft.p99<1", (), "Did you mean 'test_serving'?"),
        ("perf:ttft<1", (), "Say which: ttft.p99, for example"),
        ("perf:tttft.p99<1", (), "Did you mean 'ttft.p99'?"),
        ("perf>=0.5", (), "no metric ''"),
    ],
)
def test_a_gate_that_no_measurement_can_meet_is_refused_before_anything_is_sent(gate, arguments, words, tested):
    tested.write("test_ordinary.py", ORDINARY)
    run = tested.run(f"--eval-gate={gate}", *arguments)
    assert run.code == 4, run.out
    assert words in run.out
    assert not tested.server.requests


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ("perf[rate_7]:ttft.p99<9", "failed, nothing was measured of 'rate_7'; there are test_serving parallel_4, "),
        ("perf[test_rates[100]]:goodput>0", "failed, nothing was measured (goodput needs objectives)"),
    ],
)
def test_a_gate_that_matched_nothing_fails(gate, said, tested):
    run = tested.run(f"--eval-gate={gate}")
    assert run.code == 1, run.out
    assert said in gate_lines(run)[0]


def test_a_gate_fails_where_no_load_was_run(tested):
    tested.write("test_serving.py", "def test_nothing(load):\n    pass\n")
    run = tested.run("--eval-gate=perf:ttft.p99<1")
    assert run.code == 1, run.out
    assert gate_lines(run) == ["gate perf:ttft.p99<1: failed, nothing was measured"]
    assert run.work_dir is None


def test_an_invalid_measurement_passes_no_gate_and_is_in_the_report(tested):
    tested.server.stop()
    tested.write("test_serving.py", "def test_down(load):\n    load.run(requests=2, allow_invalid=True)\n")
    run = tested.run("--eval-gate=perf:success_rate>=0")
    assert run.code == 1, run.out
    assert run.counts == {"passed": 1}
    assert "at test_down parallel_1: failed, the measurement is INVALID: no request succeeded" in gate_lines(run)[0]
    assert "INVALID test_down parallel_1: no request succeeded" in run.out


def test_gates_of_the_ini_file_and_of_a_task_config_count(tested):
    tested.write("eval.yaml", 'gate: ["perf:success_rate>=1", "perf[test_serving]:tpot.p50>1"]\n')
    by_file = tested.run("test_serving.py::test_serving", "--eval-task-config=eval.yaml")
    tested.write("pytest.ini", "[pytest]\neval_gate =\n    perf:success_rate>=1\n    perf[test_serving]:tpot.p50>1\n")
    run = tested.run("test_serving.py::test_serving")
    for one in (by_file, run):
        assert one.code == 1, one.out
        assert [line.split(",")[0] for line in gate_lines(one)] == [
            "gate perf:success_rate>=1 at test_serving parallel_4: passed",
            "gate perf[test_serving]:tpot.p50>1 at test_serving parallel_4: failed",
        ]


@pytest.mark.parametrize("workers", [(), ("-n1",)])
def test_an_interrupted_run_ends_its_load_test_and_keeps_what_it_measured(workers, tested):
    tested.write("test_serving.py", "async def test_long(load):\n    await load.run(concurrency=2, duration_s=600)\n")
    process = tested.start("--eval-model=m", "test_serving.py", "--eval-gate=perf:success_rate>=0", *workers)
    wait_until(lambda: len(tested.server.requests) > 6)
    os.killpg(process.pid, signal.SIGINT)
    run = tested.finish(process)
    assert run.code == 2, run.out
    assert "the load was measured in part: the run ended after" in run.out
    assert gate_lines(run)[0].endswith("at test_long parallel_2: failed, the run was stopped before its end")
    (folder,) = (tested.path / "outputs").glob("*/perf")
    assert read_run(folder).results[0].sent >= 4

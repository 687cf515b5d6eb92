"""The `load` fixture and the `perf` marker."""

from __future__ import annotations

import sys

import numpy  # noqa: F401  pytester forgets what a run in this process imported, and numpy cannot be imported twice
import pytest

from evalscope_pytest.run import progress
from tests.perf.belief import believed  # noqa: F401
from tests.perf.service import Pace, PerfService, stream_of

TEST = """
import pytest

@pytest.mark.perf
async def test_serving(load):
    result = await load.run(concurrency=4, requests=24, goodput=["ttft:90s"], max_tokens=7)
    assert result.ttft.p99 < {bound}
    assert result.goodput.share == 1.0
    assert result.output_tokens.mean == 5

def test_blocking(load):
    assert load.run(rate=200, requests=10, prompts=["a", "b"]).succeeded == 10
"""
WITHOUT_PROMISE = """
def test_down(load):
    load.run(concurrency=1, requests=2)
"""


MISTAKES = """
import pytest

@pytest.mark.parametrize("given", [
    {"concurrency": 0, "requests": 1}, {"concurency": 2, "requests": 1}, {"requests": 2.5}, {},
    {"rate": 3, "requests": 1, "arrivals": "poison"}, {"requests": 1, "prompts": [object()]},
    {"requests": 1, "goodput": ["tfft:1s"]},
])
def test_mistake(load, given):
    load.run(**given)

async def test_forgotten(load):
    load.run(requests=1)

async def test_remembered(load):
    await load.run(requests=1, prompts="one text", allow_invalid=True)
"""


@pytest.fixture
def serving(believed):  # noqa: F811
    with PerfService(stream_of(5), Pace(0.08, 0.005)) as server:
        yield server


def options(server: PerfService) -> tuple[str, ...]:
    return (f"--eval-api-url={server.url}", "--eval-type=openai_api", "--strict-markers")


def test_a_test_says_what_serving_must_reach(project, serving):
    project.write("test_serving.py", TEST.format(bound=60))
    run = project.run(*options(serving), "test_serving.py", model="m")
    assert run.code == 0, run.out
    assert run.counts["passed"] == 2
    assert {r.body.get("max_tokens") for r in serving.requests} == {7, None}
    assert {r.body["messages"][0]["content"] for r in serving.requests if "max_tokens" not in r.body} == {"a", "b"}


@pytest.mark.parametrize("eval_type", ["openai_responses_api", "anthropic_api"])
def test_loads_speak_the_dialect_of_the_model(eval_type, project, believed, responses_server, anthropic_server):  # noqa: F811
    server = responses_server if eval_type == "openai_responses_api" else anthropic_server
    server.latency_s = 0.02
    project.write("test_one.py", "def test_one(load):\n    assert load.run(requests=4, max_tokens=7).succeeded == 4\n")
    given = (f"--eval-api-url={server.url}", f"--eval-type={eval_type}", "--eval-api-key=canary-key-0123456789")
    run = project.run(*given, "test_one.py", model="m")
    assert (run.code, run.counts) == (0, {"passed": 1}), run.out
    assert "canary-key" not in run.out
    names = {
        "openai_responses_api": ("authorization", "max_output_tokens"),
        "anthropic_api": ("x-api-key", "max_tokens"),
    }
    header, limit = names[eval_type]
    assert {r.headers[header].removeprefix("Bearer ") for r in server.requests} == {"canary-key-0123456789"}
    assert {r.body[limit] for r in server.requests} == {7}


@pytest.mark.parametrize("style", ["def", "async def"])
def test_a_load_that_takes_long_says_how_far_it_is(style, project, serving, monkeypatch):
    monkeypatch.setattr(progress, "FIRST_S", 0.0)  # it is looked every half second
    serving.pace = Pace(0.6, 0.0)
    call = "await load.run" if style == "async def" else "load.run"
    project.write("test_slow.py", f"{style} test_slow(load):\n    {call}(concurrency=2, requests=4)\n")
    run = project.run(*options(serving), "test_slow.py", model="m")
    assert (run.code, run.counts) == (0, {"passed": 1}), run.out
    assert len([line for line in run.out.splitlines() if line.startswith("parallel_2: ") and "/4 done" in line]) == 1


def test_a_missing_package_is_told_with_what_to_install(project, serving, monkeypatch):
    monkeypatch.setitem(sys.modules, "orjson", None)
    project.write("test_down.py", WITHOUT_PROMISE)
    run = project.run(*options(serving), "test_down.py", model="m")
    assert run.code == 1
    assert "perf needs orjson, which is not installed. Run: pip install 'evalscope-pytest[perf]'." in run.out
    assert "During handling" not in run.out
    assert "Traceback" not in run.out
    assert not serving.requests


@pytest.mark.filterwarnings("ignore:coroutine 'LoadTester._in_thread' was never awaited")
def test_what_a_test_asks_for_wrongly_is_told_before_anything_is_sent(project, serving):
    project.write("test_mistakes.py", MISTAKES)
    run = project.run(*options(serving), "--tb=short", "test_mistakes.py", model="m")
    assert (run.code, run.counts) == (1, {"failed": 8, "passed": 1})
    for words in (
        "concurrency: the number is out of range",
        "load.run takes no 'concurency'. Did you mean 'concurrency'?",
        "requests is 2.5, which is not a whole number",
        "Give requests=100 or duration_s=10.",
        "arrivals 'poison' are unknown. Did you mean 'poisson'?",
        "Give texts, lists of messages, or request bodies.",
        "goodput 'tfft:1s': no metric 'tfft'",
        "load.run() was not awaited: nothing was measured. Write: await load.run(...)",
    ):
        assert words in run.out
    assert [r.body["messages"][0]["content"] for r in serving.requests] == ["one text"]


def test_a_missed_bound_is_a_failure_and_the_marker_selects(project, serving):
    project.write("test_serving.py", TEST.format(bound=0.001))
    run = project.run(*options(serving), "test_serving.py", model="m")
    assert (run.code, run.counts) == (1, {"failed": 1, "passed": 1})
    run = project.run(*options(serving), "-m", "not perf", "test_serving.py", model="m")
    assert (run.code, run.counts["passed"]) == (0, 1)


def test_a_measurement_that_cannot_be_believed_fails_the_test(project, serving):
    serving.stop()
    project.write("test_serving.py", WITHOUT_PROMISE)
    run = project.run(*options(serving), "test_serving.py", model="m")
    assert run.code == 1
    assert "the measurement is INVALID: no request succeeded: nothing listens" in run.out


def test_without_a_service_it_is_skipped(project):
    project.write("test_serving.py", WITHOUT_PROMISE)
    run = project.run("-rs", "test_serving.py")
    assert run.counts == {"skipped": 1}
    assert "--eval-api-url=URL" in run.out

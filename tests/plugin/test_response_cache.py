"""The response cache: what one run has asked, another need not ask."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing

import pytest

from tests.servers.openai_server import OpenAIServer
from tests.servers.service import Answer
from tests.waiting import wait_until

from .project import Run, kept, solve

CACHE = "--eval-response-cache=replies"


def without_marks(run: Run) -> dict[str, str]:
    """Return all that a run recorded, but for times and the marks of cached replies."""
    marks = r'"metadata": \{"cached": true\}|("cached": )\d+'
    return {name: re.sub(marks, lambda m: (m[1] or '"metadata": ') + "null", text) for name, text in kept(run).items()}


def cached(run: Run, benchmark: str = "adding") -> int:
    return run.reports[benchmark]["execution_summary"]["evalscope_pytest"]["cached"]


def stored(project) -> int:
    with closing(sqlite3.connect(project.path / "replies/replies.sqlite")) as connection:
        return connection.execute("SELECT count(*) FROM replies").fetchone()[0]


@pytest.fixture
def asked_once(served):
    """A finished run of 12 samples, all of whose replies are kept."""
    served.benchmark(count=12)
    first = served.run(CACHE)
    assert (first.code, first.counts, cached(first)) == (0, {"correct": 12}, 0), first.out
    assert "response cache: 0 of 12 replies came from" in first.out
    assert stored(served) == 12
    served.server.forget()
    return first


@pytest.mark.parametrize("options", [[], ["-n2"], ["--eval-batch-size=3"]])
def test_a_second_run_asks_nothing_and_records_the_same(options, asked_once, served):
    second = served.run(CACHE, *options)
    assert (second.code, second.counts) == (0, {"correct": 12}), second.out
    assert not served.server.requests
    assert cached(second) == 12
    assert "response cache: 12 of 12 replies came from" in second.out
    assert without_marks(second) == without_marks(asked_once)


def test_two_processes_fill_one_cache(served):
    served.benchmark(count=40)
    first = served.run(CACHE, "-n2")
    assert (first.counts, stored(served)) == ({"correct": 40}, 40), first.out
    assert len(served.server.requests) == 40
    served.server.forget()
    assert served.run(CACHE, "-n2").counts == {"correct": 40}
    assert not served.server.requests


def test_cached_replies_count_in_no_time_and_stay_marked(asked_once, served):
    assert asked_once.reports["adding"]["perf_metrics"]["summary"]["n_samples"] == 12
    second = served.run(CACHE, "--eval-limit=6")
    assert second.reports["adding"].get("perf_metrics") is None
    assert all(row["model_output"]["metadata"] == {"cached": True} for row in second.rows())
    assert all(row["model_output"]["usage"]["total_tokens"] > 0 for row in second.rows())
    carried_on = served.run(CACHE, "--eval-limit=6", f"--eval-use-cache={second.work_dir}")
    assert carried_on.code == 0
    assert cached(second) == 6
    served.data("adding", 24)
    half = served.run(CACHE)
    assert (cached(half), len(served.server.requests)) == (12, 12)
    assert half.reports["adding"]["perf_metrics"]["coverage"] == {"requests_with_metrics": 12, "total_requests": 24}


@pytest.mark.parametrize(
    ("options", "again"),
    [
        (["--eval-timeout=30", "--eval-batch-size=1", "--eval-api-key=another-key"], 0),
        (["--eval-stream"], 0),
        (["--eval-generation-config", "retries=1,retry_interval=2"], 0),
        (["--eval-seed=7"], 0),
        (["--eval-generation-config=temperature=0,max_tokens=7"], 12),
        (["--eval-repeats=2"], 12),
        (["--eval-think-tags=<a>,</a>"], 12),
    ],
)
def test_only_what_changes_a_reply_is_asked_again(options, again, asked_once, served):
    run = served.run(CACHE, *options)
    assert run.code == 0, run.out
    assert len(served.server.requests) == again


def test_another_model_is_asked_and_another_address_is_not(asked_once, served):
    assert served.run(CACHE, "--eval-limit=2", model="another").code == 0
    assert len(served.server.requests) == 2
    with OpenAIServer() as elsewhere:
        served.options = [f"--eval-api-url={elsewhere.url}"]
        assert served.run(CACHE).counts == {"correct": 12}
        assert not elsewhere.requests


def test_a_changed_prompt_is_asked_and_a_changed_target_is_scored(asked_once, served):
    rows = [json.loads(line) for line in (served.path / "adding.jsonl").read_text().splitlines()]
    rows[2] |= {"question": "2 + 3", "answer": "5"}
    rows[4]["answer"] = "9"
    served.write("adding.jsonl", "\n".join(map(json.dumps, rows)))
    run = served.run(CACHE)
    assert run.counts == {"correct": 11, "wrong": 1}
    assert [r.body["messages"][-1]["content"] for r in served.server.requests] == ["2 + 3"]


def test_without_the_option_nothing_is_kept(served):
    served.benchmark(count=3)
    run = served.run()
    assert "response cache" not in run.out
    assert not list(served.path.rglob("replies*"))
    listed = served.run(CACHE, "--co", "-q")
    assert listed.code == 0
    assert not list(served.path.rglob("replies*"))


def test_resuming_comes_before_the_cache(asked_once, served):
    run = served.run(CACHE, f"--eval-use-cache={asked_once.work_dir}")
    assert run.code == 0
    assert cached(asked_once) == 0, "the run's own records are used, which are not from the cache"


# Sampling -------------------------------------------------------------------------------------------------------------

SAMPLED = "--eval-generation-config=temperature=0.7"


@pytest.fixture
def sampling(served):
    """A benchmark on a model that answers differently each time."""
    served.benchmark(count=4, body="async def test_adding(sample, model):\n    return await model.generate(sample)")
    served.server.answer = lambda messages: f"{solve(messages)}.{len(served.server.requests)}"
    return served


def test_sampled_replies_are_not_kept_unless_asked(sampling):
    for _ in range(2):
        sampling.server.forget()
        run = sampling.run(CACHE, SAMPLED)
        assert len(sampling.server.requests) == 4
        assert "Add --eval-response-cache-sampled, or temperature=0" in run.out
    assert stored(sampling) == 0
    assert "Add --eval-response-cache-sampled" not in sampling.run(CACHE, SAMPLED, "--eval-response-cache-sampled").out
    assert stored(sampling) == 4


def test_sampled_repeats_stay_different(sampling):
    options = (CACHE, SAMPLED, "--eval-response-cache-sampled", "--eval-repeats=3")
    first = sampling.run(*options)
    replies = [row["messages"][-1]["content"] for row in first.rows()]
    assert len(set(replies)) == 12
    sampling.server.forget()
    second = sampling.run(*options)
    assert [row["messages"][-1]["content"] for row in second.rows()] == replies
    assert not sampling.server.requests
    sampling.run(*options, "--eval-seed=7")
    assert len(sampling.server.requests) == 12, "another seed draws anew"


def test_a_sample_that_asks_the_same_several_times_gets_as_many_replies(sampling):
    body = """async def test_adding(sample, model):
    said = await asyncio.gather(*(model.generate(sample) for _ in range(3)))
    return Score(accuracy=len({s.text for s in said}) / 3)"""
    sampling.benchmark(count=4, body=body)
    options = (CACHE, SAMPLED, "--eval-response-cache-sampled")
    assert sampling.run(*options).score() == 1
    sampling.server.forget()
    second = sampling.run(*options)
    assert (second.score(), cached(second), len(sampling.server.requests)) == (1, 12, 0)


def test_the_setting_for_sampling_needs_a_cache(served):
    served.benchmark(count=1)
    run = served.run("--eval-response-cache-sampled")
    assert run.code == 4
    assert "Add its directory: --eval-response-cache DIR" in run.out


# Other models, ordinary tests, conversations --------------------------------------------------------------------------


def test_turns_of_a_conversation_are_kept_one_by_one(served):
    body = """async def test_adding(sample, model):
    first = await model.generate(sample)
    return await model.generate([Message("assistant", first.text), Message("user", "%s " + sample.input)])
"""
    served.benchmark(body=body % "sure? 1")
    served.run(CACHE)
    served.server.forget()
    served.benchmark(body=body % "sure? 2")
    run = served.run(CACHE)
    assert all(r.body["messages"][-1]["content"].startswith("sure? 2") for r in served.server.requests)
    assert len(served.server.requests) == cached(run) == 12


def test_an_ordinary_test_uses_it(served):
    served.write("test_smoke.py", "def test_smoke(model):\n    assert model.generate('1 + 1').text == '2'\n")
    for asked in (1, 0):
        served.server.forget()
        assert served.run(CACHE).code == 0
        assert len(served.server.requests) == asked


def test_the_mock_model_answers_by_its_reference(project):
    project.benchmark(count=6)
    arguments = ("--eval-model-args=accuracy=0.5", CACHE)
    first = project.run(*arguments)
    second = project.run(*arguments)
    assert first.counts == second.counts
    assert cached(second) == 6
    rows = [json.loads(line) for line in (project.path / "adding.jsonl").read_text().splitlines()]
    project.write("adding.jsonl", "\n".join(json.dumps({**row, "answer": "77"}) for row in rows))
    assert cached(project.run(*arguments)) == 0


@pytest.mark.parametrize("answer", [Answer(""), Answer("4", finish="content_filter")])
def test_a_reply_without_an_answer_is_asked_again(answer, served):
    served.benchmark(count=2)
    served.server.answer = lambda messages: answer
    for _ in range(2):
        served.server.forget()
        served.run(CACHE)
        assert len(served.server.requests) == 2


def test_a_truncated_reply_is_kept_as_truncated(served):
    served.benchmark(count=2)
    served.server.answer = lambda messages: Answer("It is", finish="length")
    first = served.run(CACHE)
    second = served.run(CACHE)
    assert cached(second) == 2
    assert without_marks(first) == without_marks(second)


# Trouble --------------------------------------------------------------------------------------------------------------


def test_two_runs_at_the_same_time_share_it(served):
    served.benchmark(count=60)
    served.server.latency_s = 0.02
    before = served._recorded()
    options = ("--eval-model=served", "test_adding.py", CACHE)
    processes = [served.start(*options, f"--eval-work-dir=out{i}") for i in range(2)]
    for process in processes:
        run = served.finish(process, before)
        assert (run.code, run.counts) == (0, {"correct": 60}), run.out
        assert "Traceback" not in run.out
    assert stored(served) == 60
    served.server.forget()
    assert served.run(CACHE).counts == {"correct": 60}
    assert not served.server.requests


def test_a_killed_run_leaves_what_it_asked(served):
    served.benchmark(count=120)
    served.server.hold_from(56)
    process = served.start("--eval-model=served", "test_adding.py", "--eval-batch-size=4", CACHE)
    wait_until(lambda: len(served.server.requests) == 60)
    wait_until(lambda: stored(served) == 56)  # within 100 ms of the last
    process.kill()
    process.communicate()
    left = stored(served)
    assert left == 56, "only what was in flight is gone"
    served.server.forget()
    served.server.let_go()
    run = served.run(CACHE)
    assert (run.counts, cached(run)) == ({"correct": 120}, left)
    assert len(served.server.requests) == 120 - left


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize("damage", ["a folder that is a file", "no database"])
def test_a_cache_that_cannot_be_used_is_told_of_before_the_first_request(damage, processes, served):
    served.benchmark(count=3)
    if damage == "no database":
        served.write("replies/replies.sqlite", "something else, and much of it " * 100)
    else:
        served.write("replies", "")
    run = served.run(CACHE, f"-n{processes}")
    assert run.code == 4, run.out
    assert "response_cache" in run.out
    assert "Traceback" not in run.out
    assert not served.server.requests


def test_a_cache_that_breaks_while_it_is_used_costs_replies_and_nothing_else(served):
    breaks = """
@pytest.fixture(scope="session", autouse=True)
def breaks():
    import sqlite3
    connection = sqlite3.connect("replies/replies.sqlite")
    connection.execute("DROP TABLE replies")
"""
    served.benchmark(count=12, before=breaks)
    run = served.run(CACHE)
    assert (run.code, run.counts) == (0, {"correct": 12}), run.out
    assert run.work_dir
    said = (run.work_dir / "logs/eval_log.log").read_text()
    assert said.count("cannot be read any more") == said.count("cannot be written any more") == 1


def test_no_key_is_in_the_file(served):
    key = "canary-5fD9xQ2-not-a-word"
    served.benchmark(count=3)
    served.server.answer = lambda messages: f"{solve(messages)} {key}"
    served.run(CACHE, f"--eval-api-key={key}")
    assert stored(served) == 3
    assert all(key.encode() not in file.read_bytes() for file in (served.path / "replies").iterdir())

"""Requests in flight: never more than asked for, and that many; across benchmarks, processes and kinds of bodies.

And what does not depend on any of it: the records.
"""

from __future__ import annotations

import time
from collections import Counter

import pytest

from .project import kept, solve
from .recorded import number_of


def in_order(requests):
    return [r.body["messages"][-1]["content"] for r in requests]


ENOUGH = 150  # others, which would not be asked if a slow one held them up
BLOCKING = "def test_adding(sample, model):\n    return model.generate(sample)"


@pytest.mark.parametrize(("body", "size"), [(None, 4), (None, 16), (BLOCKING, 16), (BLOCKING, 40)])
def test_so_many_requests_are_in_flight_as_asked_for_and_no_more(body, size, served):
    served.benchmark(body=body, count=3 * size)
    served.server.gather(size, after=1)
    served.server.latency_s = 0.05  # for one too many to be seen
    run = served.run(f"--eval-batch-size={size}")
    assert run.counts == {"correct": 3 * size}
    assert served.server.max_in_flight == size
    assert served.server.duplicates == 0


def test_eight_are_in_flight_by_default(served):
    served.benchmark(count=30)
    served.server.gather(8, after=1)
    served.server.latency_s = 0.02
    served.run()
    assert served.server.max_in_flight == 8


def test_the_next_benchmark_starts_before_the_last_reply_of_the_one_before(served):
    served.benchmark("adding", count=9)
    served.benchmark("doubling", count=9)
    text = (served.path / "doubling.jsonl").read_text()
    served.write("doubling.jsonl", text.replace(" + ", " plus "))
    server = served.server

    def waits_for_the_second(received):
        """The last of the first benchmark waits for the second to fill all the other places."""
        question = received.body["messages"][-1]["content"]
        return (question == "8 + 8" or "plus" in question) and server.max_in_flight < 8

    server.holds = waits_for_the_second
    run = served.run("--eval-batch-size=8")
    assert run.counts == {"correct": 18}
    assert not server.held_in_vain, "the second begins only when the first is over"
    assert server.max_in_flight == 8


def test_one_slow_reply_does_not_hold_up_the_others(served):
    served.benchmark(count=200)
    server = served.server
    server.holds = lambda received: number_of(received) == 0 and len(server.requests) < ENOUGH
    served.run("--eval-batch-size=8")
    assert not server.held_in_vain


def test_one_slow_body_does_not_hold_up_the_others(served):
    served.benchmark(
        count=200,
        body="""
async def test_adding(sample, model):
    while sample.target == "0" and not os.path.exists("enough"):
        await asyncio.sleep(0.01)
    return await model.generate(sample)
""",
    )

    def answer(messages):
        if len(served.server.requests) == ENOUGH:
            served.write("enough", "")
        return solve(messages)

    served.server.answer = answer
    served.run("--eval-batch-size=8")
    assert in_order(served.server.requests).index("0 + 0") >= ENOUGH


@pytest.mark.parametrize(
    ("options", "most"),
    [
        (["-n2", "--eval-batch-size=7"], 7),
        (["-n2", "--eval-batch-size=1"], 1),
        (["-n2", "--dist=worksteal"], 8),
        (["-n2", "--dist=loadfile", "--eval-batch-size=4"], 4),
        (["-n3", "--eval-batch-size=2"], 2),
        (["--tx=2*popen", "--dist=load", "--eval-batch-size=6"], 6),
    ],
)
def test_processes_share_the_requests_in_flight_and_ask_nothing_twice(options, most, served):
    served.benchmark("adding", count=60)
    served.benchmark("doubling", count=40)
    served.data("doubling", 40, first=100)
    by_file = "loadfile" in options[1]
    if not by_file:
        served.server.gather(most)
    served.server.latency_s = 0.03
    run = served.run(*options)
    assert run.code == 0, run.out
    assert run.counts == {"correct": 100}
    assert len(served.server.requests) == 100
    assert served.server.duplicates == 0
    assert served.server.max_in_flight <= most
    assert "0 + 0" in in_order(served.server.requests)[: 2 * most], "the first sample is the first to be asked"
    if not by_file:
        assert served.server.max_in_flight == most


def test_dist_each_is_refused(served):
    served.benchmark()
    run = served.run("-n2", "--dist=each")
    assert run.code == 4
    assert "--dist each would send every sample once per worker" in run.out
    assert not served.server.requests


def test_records_do_not_depend_on_processes_or_batch_size(served):
    served.benchmark("adding", count=40, options='repeats=2, aggregation="mean_and_pass_at_k"')
    served.benchmark(
        "asserting",
        count=20,
        options="scorer=None",
        body="""
def test_asserting(sample, output):
    print("looking at", sample.input)
    assert output.text == sample.target, f"{output.text} is wrong"
""",
    )
    answers = {f"{i} + {i}": str(2 * i if i % 3 else -1) for i in range(40)}
    served.server.answer = lambda messages: answers[messages[-1]["content"]]
    runs = [
        served.run(*options)
        for options in (
            ["--eval-batch-size=16"],
            ["--eval-batch-size=1"],
            ["-n2", "--eval-batch-size=16"],
            ["-n2", "--eval-batch-size=3", "--dist=loadscope"],
            ["-vv"],
        )
    ]
    first = kept(runs[0])
    assert len(first) == 6
    assert sum(len(text) for text in first.values()) > 20_000
    for other in runs[1:]:
        assert kept(other) == first


def test_rows_are_in_sample_order_whatever_the_latencies(served):
    served.benchmark(count=50)
    delays = Counter()

    def answer(messages):
        delays["n"] += 1
        time.sleep(0.005 * (delays["n"] % 3))
        return solve(messages)

    served.server.answer = answer
    run = served.run("-n2")
    assert [row["index"] for row in run.rows()] == list(range(50))

"""``--eval-thinking-metrics``: figures of the thinking beside any benchmark's own."""

from __future__ import annotations

from tests.servers.service import Answer


def test_thinking_is_measured_beside_the_benchmarks_own_metrics(served):
    served.benchmark(count=4)

    def answer(messages):
        text = str(2 * int(messages[-1]["content"].split()[0]))
        return Answer(text, reasoning=f"99\n\nWait, it is\n\nAlternatively\n{text}")

    served.server.answer = answer
    run = served.run("--eval-thinking-metrics")
    assert (run.code, run.counts) == (0, {"correct": 4}), run.out
    names = [m["identity"]["name"] for m in run.reports["adding"]["metrics"]]
    assert names[0] == "accuracy"
    assert {"thoughts", "thinking_tokens", "token_efficiency", "thinking_truncated"} <= set(names)
    assert "mean_thoughts" in run.out
    asked = len(served.server.requests)
    served.run(f"--eval-use-cache={run.work_dir}")
    assert [m["identity"]["name"] for m in run.reports["adding"]["metrics"]] == ["accuracy"]
    assert len(served.server.requests) == asked

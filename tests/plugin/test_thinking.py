"""``--eval-thinking-metrics``: figures of the thinking beside any benchmark's own."""

from __future__ import annotations

from tests.servers.service import Answer


def test_tags_of_a_models_own_are_taken_off_before_scoring_and_kept_in_the_records(served):
    served.benchmark(count=3)
    served.server.answer = lambda m: f"<mulling>easy</mulling>\n{2 * int(m[-1]['content'].split()[0])}"
    assert served.run().counts == {"wrong": 3}
    run = served.run("--eval-think-tags=<mulling>,</mulling>")
    assert run.counts == {"correct": 3}, run.out
    content = run.rows()[0]["model_output"]["choices"][0]["message"]["content"]
    assert content[0] == {"type": "reasoning", "reasoning": "easy"}
    assert "two texts" in served.run("--eval-think-tags=<mulling>").out


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

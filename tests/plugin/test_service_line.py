"""The line of a run says why nothing happens, while nothing happens."""

from __future__ import annotations

import json

from tests.servers.openai_server import OpenAIServer
from tests.servers.service import rate_limited


def test_a_wait_is_shown_while_no_sample_finishes(served):
    served.benchmark(count=3)
    served.server.script(*[rate_limited("2.6")] * 3)
    run = served.run()
    assert (run.code, run.counts) == (0, {"correct": 3})
    line = next(line for line in run.out.splitlines() if "Retry-After" in line)
    assert line.startswith("adding  0/3")
    assert "limit 1 of 8, 429 x3, waits 2 s: Retry-After" in line


def test_a_run_without_trouble_says_nothing_of_the_service(served):
    served.benchmark(count=30)
    run = served.run("--eval-heartbeat-interval=0.001")
    assert "limit" not in run.out
    assert "waits" not in run.out


def test_a_judge_that_makes_the_run_wait_is_named(served):
    served.benchmark(count=3)
    with OpenAIServer('{"verdict": "A"}') as judge:
        judge.script(*[rate_limited("2.6")] * 3)
        args = json.dumps({"model_id": "j", "api_url": judge.url})
        run = served.run(
            "--eval-judge-strategy=llm", f"--eval-judge-model-args={args}", "--eval-enable-progress-tracker"
        )
    assert (run.code, run.counts) == (0, {"correct": 3})
    line = next(line for line in run.out.splitlines() if "Retry-After" in line)
    assert "  judge: limit 1 of 8, 429 x3, waits 2 s: Retry-After" in line
    told = json.loads((run.work_dir / "progress.json").read_text())
    assert (told["service"]["rate_limited"], told["judges"]["rate_limited"], told["judges"]["answered"]) == (0, 3, 3)

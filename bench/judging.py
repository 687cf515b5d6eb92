"""Duration of a judged run, compared with the slower of its two phases: AlpacaEval, 64 requests in flight to each.

    python bench/judging.py [--data DIR] [--rounds 3] [--model-latency 0.4] [--judge-latency 0.4]

Inference alone is a run of the same benchmark without a judge; judging alone is a second run over its records, which
only judges; together is one run. Each phase is timed by its server, from the first request to the last reply. DIR holds
alpaca_eval/eval.jsonl. Model and judge answer after log-normal times with these medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import measure
from throughput import get

HERE = Path(__file__).resolve().parent
SIGMA = 0.5
IN_FLIGHT = 64
MOST = 1.15
UNJUDGED = """
from evalscope_pytest import Sample, benchmark, local

def to_sample(record):
    return Sample(record["instruction"], record["output"])

@benchmark("unjudged", dataset=local({data!r}), to_sample=to_sample, metrics=["characters"])
async def test_unjudged(sample, model):
    return float(len((await model.generate(sample)).text))
"""


@contextmanager
def loopback(latency: float, reply: str = "") -> Iterator[str]:
    command = [sys.executable, str(HERE / "loopback.py"), "--latency", str(latency), "--sigma", str(SIGMA)]
    command += ["--reply", reply] if reply else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
        finally:
            server.kill()


def judged(model: str, judge: str, data: Path, out: str, *extra: str) -> list[str]:
    names = json.dumps({"model_id": "judge", "api_url": judge})
    return measure.pytest(
        "--eval-model=bench", f"--eval-api-url={model}", f"--eval-batch-size={IN_FLIGHT}",
        "--eval-datasets=alpaca_eval", f"--eval-dataset-dir={data}", f"--eval-judge-model-args={names}",
        f"--eval-work-dir={out}", "--eval-no-timestamp", *extra,
    )  # fmt: skip


def inference(model: str, file: Path, out: str) -> list[str]:
    return measure.pytest(
        str(file), "--eval-model=bench", f"--eval-api-url={model}", f"--eval-batch-size={IN_FLIGHT}",
        f"--eval-work-dir={out}", "--eval-no-timestamp",
    )  # fmt: skip


def spans(*services: str) -> list[dict[str, float]]:
    return [get(service, "/stats") for service in services]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared" / "data")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model-latency", type=float, default=0.4)
    parser.add_argument("--judge-latency", type=float, default=0.4)
    arguments = parser.parse_args()
    data, ratios = arguments.data.resolve(), []
    verdict = json.dumps({"explanation": "", "verdict-KEY": "M"})
    print(f"{'inference s':>12}{'judging s':>12}{'together s':>12}{'ratio':>8}{'samples':>9}")
    with loopback(arguments.model_latency) as model, loopback(arguments.judge_latency, verdict) as judge:
        for _ in range(arguments.rounds):
            with tempfile.TemporaryDirectory() as folder:
                suite = Path(folder) / "test_unjudged.py"
                suite.write_text(UNJUDGED.format(data=str(data / "alpaca_eval" / "eval.jsonl")))
                for service in (model, judge):
                    get(service, "/reset")
                measure.run(inference(model, suite, f"{folder}/alone"))
                alone = get(model, "/stats")
                get(model, "/reset")
                started = time.perf_counter()
                measure.run(judged(model, judge, data, f"{folder}/run"))
                took = time.perf_counter() - started
                asked, decided = spans(model, judge)
                together = max(s["last"] for s in (asked, decided)) - min(s["first"] for s in (asked, decided))
                assert asked["requests"] == decided["requests"] == alone["requests"], (asked, decided, alone)
                get(judge, "/reset")
                cache = ("--eval-use-cache", f"{folder}/run", "--eval-rerun-review")
                measure.run(judged(model, judge, data, f"{folder}/again", *cache))
                judging = get(judge, "/stats")
                assert judging["requests"] == decided["requests"], judging
            ratios.append(together / max(alone["span_s"], judging["span_s"]))
            print(
                f"{alone['span_s']:>12.2f}{judging['span_s']:>12.2f}{together:>12.2f}{ratios[-1]:>8.3f}"
                f"{decided['requests']:>9.0f}   (whole command {took:.1f} s)",
                flush=True,
            )
    ratio = statistics.median(ratios)
    print(f"median {ratio:.3f}, at most {MOST} wanted")
    sys.exit(ratio > MOST)


if __name__ == "__main__":
    main()

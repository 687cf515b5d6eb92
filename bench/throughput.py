"""Throughput and CPU against a plain asyncio + aiohttp client: same requests, same loopback server, in turn.

    python bench/throughput.py [--data DIR] [--rounds 3]

Throughput is requests divided by the seconds from the first request to the last reply, as the server saw them; CPU is
that of the whole process, start-up taken off (a run of one sample). DIR/gsm8k holds test.jsonl and train.jsonl.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import measure

HERE = Path(__file__).resolve().parent
CASES = (("50 ms", 0.05, 0.0, 64, 0.90), ("50 ms", 0.05, 0.0, 256, 0.75), ("50 ms log-normal 0.8", 0.05, 0.8, 64, 0.90))


def ours(data: Path, base: str, concurrency: int, out: str, *extra: str) -> list[str]:
    return measure.pytest(
        "--eval-model=bench", f"--eval-api-url={base}", f"--eval-batch-size={concurrency}",
        "--eval-datasets=gsm8k", f"--eval-dataset-dir={data}", "--eval-dataset-args", '{"gsm8k": {"few_shot_num": 0}}',
        f"--eval-work-dir={out}", "--eval-no-timestamp", *extra,
    )  # fmt: skip


def get(base: str, path: str) -> dict[str, float]:
    with urllib.request.urlopen(base.removesuffix("/v1") + path) as reply:
        return json.load(reply)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared" / "data")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    data = arguments.data.resolve()
    print(
        f"{'latency':<22}{'in flight':>10}{'plain/s':>10}{'ours/s':>10}{'ratio':>8}{'target':>8}{'CPU ms/sample':>15}"
    )
    for name, latency, sigma, concurrency, target in CASES:
        command = [sys.executable, str(HERE / "loopback.py"), "--latency", str(latency), "--sigma", str(sigma)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, contextlib.ExitStack() as stack:
            stack.callback(server.kill)
            base = f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
            rates: dict[str, list[float]] = {"plain": [], "ours": []}
            cpu = []
            with tempfile.TemporaryDirectory() as folder:
                start_up = measure.run(ours(data, base, concurrency, f"{folder}/one", "--eval-limit=1")).cpu_s
                for round_ in range(arguments.rounds):
                    out = f"{folder}/{round_}"
                    get(base, "/reset")
                    used = measure.run(ours(data, base, concurrency, out)).cpu_s - start_up
                    seen = get(base, "/stats")
                    assert not seen["duplicates"], seen
                    cpu.append(used / seen["requests"] * 1000)
                    rates["ours"].append(seen["requests"] / seen["span_s"])
                    get(base, "/reset")
                    predictions = next(Path(out).glob("predictions/*/*.jsonl"))
                    measure.run(
                        [sys.executable, str(HERE / "plain_client.py"), base, str(concurrency), str(predictions)]
                    )
                    seen = get(base, "/stats")
                    rates["plain"].append(seen["requests"] / seen["span_s"])
        ratio = statistics.median(o / p for o, p in zip(rates["ours"], rates["plain"], strict=True))
        plain, own = statistics.median(rates["plain"]), statistics.median(rates["ours"])
        print(
            f"{name:<22}{concurrency:>10}{plain:>10.0f}{own:>10.0f}{ratio:>8.2f}{target:>8.2f}"
            f"{statistics.median(cpu):>15.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()

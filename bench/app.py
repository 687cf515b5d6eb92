"""The app over a run of many samples: CPU time and bytes of each page, memory, and readers at the same time.

    python bench/app.py [--samples 100000] [--benchmarks 20] [--readers 50] [--seconds 10]

The run is made in a temporary folder, shaped as EvalScope writes it, about 1 KB a review.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

WORDS = [f"word{number:04d}" for number in range(3000)]


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, default in (("samples", 100_000), ("benchmarks", 20), ("readers", 50), ("seconds", 10)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    from evalscope_pytest.app.server import serving

    with tempfile.TemporaryDirectory() as folder:
        write_run(Path(folder) / "run", options.samples // options.benchmarks, options.benchmarks)
        with serving([Path(folder)]) as address:
            run = json.loads(fetch(f"{address}/api/runs"))["runs"][0]["id"]
            measure(address, run, options.benchmarks)
            read_at_once(f"{address}/runs/{run}/benchmark?benchmark=bench00&show=wrong", options)


def write_run(root: Path, size: int, benchmarks: int) -> None:
    random.seed(1)
    for kind in ("reviews", "predictions", "reports"):
        (root / kind / "m").mkdir(parents=True)
    for number in range(benchmarks):
        name = f"bench{number:02d}"
        with (
            open(root / "reviews" / "m" / f"{name}_main.jsonl", "w") as reviews,
            open(root / "predictions" / "m" / f"{name}_main.jsonl", "w") as predictions,
        ):
            for index in range(size):
                review, prediction = rows(index)
                reviews.write(json.dumps(review) + "\n")
                predictions.write(json.dumps(prediction) + "\n")
        part = {"num": size, "score": 0.7, "macro_score": 0.7}
        category = {"name": ["default"], **part, "subsets": [{"name": "main", "score": 0.7, "num": size}]}
        report = {
            "dataset_name": name,
            "model_name": "m",
            "metrics": [{"name": "acc", **part, "categories": [category]}],
        }
        (root / "reports" / "m" / f"{name}.json").write_text(json.dumps(report))


def rows(index: int) -> tuple[dict, dict]:
    question, reply = (" ".join(random.choices(WORDS, k=length)) for length in (50, 30))
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": reply}]
    score = {"value": {"acc": float(random.random() < 0.7)}, "extracted_prediction": reply[:8], "prediction": reply}
    place = {"score": score, "sample_id": index, "group_id": index, "generation_index": 0}
    output = {"model": "m", "choices": [{"message": messages[1], "stop_reason": "stop"}], "time": random.random(),
              "usage": {"input_tokens": 50, "output_tokens": 30 + index % 7}}  # fmt: skip
    review = {"index": index, "target": "T", "messages": messages, "sample_score": place}
    return review, {"index": index, "model": "m", "model_output": output, "messages": messages}


def measure(address: str, run: str, benchmarks: int) -> None:
    base = f"/runs/{run}/benchmark?benchmark=bench{benchmarks // 2:02d}"
    pages = {
        "run, indexed": f"/runs/{run}", "run again": f"/runs/{run}", "benchmark": base, "wrong": f"{base}&show=wrong",
        "slowest": f"{base}&sort=slowest", "text": f"{base}&q=word0001", "absent text": f"{base}&q=nothing",
        "a key": f"{base}&q=assistant", "sample": f"/runs/{run}/sample?benchmark=bench00&of=main&index=77",
    }  # fmt: skip
    for name, path in pages.items():
        began, cpu = time.perf_counter(), time.process_time()
        size = len(fetch(address + path))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{name:14} {cpu:6.2f} s CPU {wall:6.2f} s {size:9,} bytes {memory:5} MB")


def read_at_once(address: str, options: argparse.Namespace) -> None:
    end, counts, errors = time.monotonic() + options.seconds, [0] * options.readers, []

    def read(number: int) -> None:
        while time.monotonic() < end:
            try:
                fetch(address)
                counts[number] += 1
            except OSError as error:
                errors.append(error)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(options.readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{options.readers} readers for {options.seconds} s: {sum(counts)} pages, {len(errors)} errors")


def fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=120) as page:
        return page.read()


if __name__ == "__main__":
    main()

"""Kills a run with SIGKILL at random moments and carries it on, again and again; then looks for what was lost.

    python bench/kill_resume.py [--cycles 200] [--samples 2000] [--workers 0] [--seed 1]

The service fails 5 % of the requests: 500, 429, a broken connection, half a reply, a refusal. At the end every sample
must be scored once, the report must be that of a run without kills and faults (times and retries aside), and no sample
may be requested again once its answer is recorded. Ends with 1 if any of this fails.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from evalscope_pytest.store.journal import entries
from evalscope_pytest.store.layout import WorkDir
from tests.servers.openai_server import OpenAIServer
from tests.servers.service import Received, rate_limited, reset, server_error, status, truncated_json

SUITE = '''"""Sums."""
from evalscope_pytest import Sample, benchmark, local
from evalscope_pytest.scoring import exact_match


def to_sample(record):
    return Sample(input=record["question"], target=record["answer"])


@benchmark("sums", dataset=local("sums.jsonl"), to_sample=to_sample, scorer=exact_match())
async def test_sums(sample, model):
    return await model.generate(sample)
'''
FAULTS = (server_error, rate_limited, reset, truncated_json, lambda: status(400, "not this one"))
SHARE_OF_FAULTS = 0.05
MODEL = "soaked"
TIMES = ("time", "perf_metrics", "retries")


def number(received: Received) -> int:
    """Return which sample a request is for."""
    return int(received.body["messages"][-1]["content"].split()[0])


def solve(messages: list[dict[str, Any]]) -> str:
    """Answer; every seventh sum is wrong, so that the score is not just 1."""
    first, second = map(int, re.findall(r"\d+", messages[-1]["content"]))
    return str(first + second if first % 7 else -1)


class Soak:
    """The folder of the run that is killed, and the service it asks."""

    def __init__(self, folder: Path, samples: int, options: list[str], server: OpenAIServer) -> None:
        self.folder, self.samples, self.options, self.server = folder, samples, options, server
        self.work_dir = WorkDir(folder / "run")
        (folder / "test_sums.py").write_text(SUITE)
        with (folder / "sums.jsonl").open("w") as file:
            for i in range(samples):
                file.write(json.dumps({"question": f"{i} + {i + 1}", "answer": str(2 * i + 1)}) + "\n")

    def start(self, work_dir: str) -> subprocess.Popen[bytes]:
        """Start a run, or carry on the one in ``work_dir``."""
        command = [
            sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_sums.py", f"--eval-model={MODEL}",
            f"--eval-api-url={self.server.url}", "--eval-generation-config=retry_interval=0.02",
            f"--eval-work-dir={work_dir}", "--eval-no-timestamp", "--eval-ignore-errors", *self.options,
        ]  # fmt: skip
        with (self.folder / "output.txt").open("wb") as output:
            return subprocess.Popen(
                command, cwd=self.folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    def recorded(self) -> Counter[int]:
        """Return how often each sample with a reply is recorded, in journals and compacted files."""
        found: Counter[int] = Counter()
        for path in self.work_dir.journal.glob("*-*.jsonl"):
            found.update(e.row.index for e in entries(path) if e.row.reusable)
        for path in self.work_dir.predictions(MODEL).glob("*.jsonl"):
            with path.open("rb") as file:
                found.update(json.loads(line)["index"] for line in file)
        return found

    def result(self, root: Path) -> dict[str, str]:
        """Return predictions, reviews and report, times aside."""
        files = [f for kind in ("predictions", "reviews", "reports") for f in sorted((root / kind).glob("*/*.json*"))]
        return {str(f.relative_to(root)): "\n".join(timeless(row) for row in rows(f)) for f in files}


def rows(file: Path) -> list[Any]:
    text = file.read_text()
    return [json.loads(line) for line in text.splitlines()] if file.suffix == ".jsonl" else [json.loads(text)]


def timeless(value: Any) -> str:
    def without(part: Any) -> Any:
        if isinstance(part, dict):
            return {k: without(v) for k, v in part.items() if k not in TIMES} or None
        return [without(v) for v in part] if isinstance(part, list) else part

    return json.dumps(without(value))


def kill_after(
    seconds: float, process: subprocess.Popen[bytes], server: OpenAIServer, start_up: float
) -> tuple[float, bool]:
    """Kill a run; return the seconds to its first request, measured once, and whether it was still running."""
    begun = time.monotonic()
    while time.monotonic() < begun + seconds and process.poll() is None:
        time.sleep(0.005)
        if server.requests and start_up == 1.0:
            start_up = time.monotonic() - begun
    runs = process.poll() is None
    if runs:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return start_up, runs


def soak(arguments: argparse.Namespace, folder: Path, server: OpenAIServer) -> list[str]:
    """Kill and carry on; return what went wrong."""
    chance = random.Random(arguments.seed)
    options = [f"--eval-batch-size={arguments.batch}", *([f"-n{arguments.workers}"] if arguments.workers else [])]
    run = Soak(folder, arguments.samples, options, server)
    server.answer, server.latency_s = solve, arguments.latency
    server.fault_for = lambda received: chance.choice(FAULTS)() if chance.random() < SHARE_OF_FAULTS else None
    asked: Counter[int] = Counter()
    wrong: list[str] = []
    killed = again = 0
    start_up = 1.0
    started = time.monotonic()
    for cycle in range(arguments.cycles):
        before = run.recorded()
        left = arguments.samples - len(before)
        pace = arguments.batch / arguments.latency
        window = 2 * left / pace / (arguments.cycles - cycle) if left else start_up / 2
        server.forget()
        process = run.start("run")
        # Anywhere from its start over asking to the writing of reports.
        delay = chance.uniform(0.3 * start_up, start_up + window + 0.2)
        start_up, was_killed = kill_after(delay, process, server, start_up)
        killed += was_killed
        time.sleep(0.05)  # requests on their way to the service arrive
        numbers = [number(r) for r in server.requests]
        asked.update(numbers)
        repeated = sorted({n for n in numbers if n in before})
        again += len(repeated)
        if repeated:
            wrong.append(f"cycle {cycle}: asked again although recorded: {repeated[:10]}")
        if lost := before.keys() - run.recorded().keys():
            wrong.append(f"cycle {cycle}: lost: {sorted(lost)[:10]}")
        if (cycle + 1) % 20 == 0:
            print(f"{cycle + 1} cycles: {len(run.recorded())} of {arguments.samples} recorded", flush=True)
    runs = 0
    while runs < 20 and (runs == 0 or len(run.recorded()) != arguments.samples):
        server.forget()
        code = run.start("run").wait()
        runs += 1
        asked.update(number(r) for r in server.requests)
        if code:
            wrong.append(f"the run to the end exits with {code}: {(folder / 'output.txt').read_text()[-2000:]}")
    seconds = time.monotonic() - started
    server.fault_for, server.latency_s = lambda received: None, 0.0
    if code := run.start("whole").wait():
        wrong.append(f"the run without faults exits with {code}")
    scored = Counter(row["index"] for row in rows(next((folder / "run").glob("reviews/*/*.jsonl"))))
    if sorted(scored) != list(range(arguments.samples)) or set(scored.values()) != {1}:
        wrong.append(f"scored: {len(scored)} samples, {max(scored.values())} times at most")
    ours, whole = run.result(folder / "run"), run.result(folder / "whole")
    wrong += [f"{name} differs from that of the run without kills" for name in whole if ours.get(name) != whole[name]]
    more = sum(asked.values()) - arguments.samples
    print(
        f"{arguments.cycles} cycles, {killed} killed while they ran, {runs} to the end, {seconds:.0f} s\n"
        f"{arguments.samples} samples, {len(scored)} scored; {sum(asked.values())} requests, {more} more than samples "
        f"(refused, or on their way when the run was killed)\n"
        f"recorded and asked again: {again}\n"
        f"reports, predictions and reviews equal those of one run without faults: {ours == whole}"
    )
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cycles", type=int, default=200)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=0, help="processes of xdist")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--latency", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, OpenAIServer() as server:
        wrong = soak(arguments, Path(folder), server)
    for line in wrong:
        print(f"WRONG: {line}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

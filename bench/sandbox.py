"""Cost of isolation: HumanEval's official solutions, ten times, against a new process for each without any.

    python bench/sandbox.py --data DIR [--engine bubblewrap] [--repeats 10] [--workers 2]

``DIR`` holds HumanEval's ``test.jsonl``. The plain processes run in turns with the sandbox, on the same processors and
as many at a time, and only for ``--plain`` of the repeats: their time is scaled.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from evalscope_pytest.sandbox.choice import choose
from evalscope_pytest.sandbox.engine import SandboxChoice
from evalscope_pytest.sandbox.pool import Pool
from evalscope_pytest.sandbox.protocol import Isolation, Program

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "humaneval"


def programs(folder: Path) -> list[Program]:
    """Return the official solutions with their tests."""
    lines = (folder / "test.jsonl").read_text().splitlines()
    return [
        Program(
            source=record["prompt"] + record["canonical_solution"],
            tests=f"{record['test']}\ncheck({record['entry_point']})",
        )
        for record in map(json.loads, lines)
    ]


async def _all(pool: Pool, work: list[Program]) -> list[str]:
    return [result.status for result in await asyncio.gather(*map(pool.run, work))]


def isolated(isolation: Isolation, work: list[Program], workers: int) -> float:
    """Return the seconds all programs take, the jails' start included."""
    pool = Pool(isolation, workers)
    started = time.perf_counter()
    statuses = asyncio.run(_all(pool, work))
    seconds = time.perf_counter() - started
    pool.close()
    wrong = [status for status in statuses if status != "ok"]
    if wrong:
        sys.exit(f"{len(wrong)} of {len(work)} official solutions did not pass: {sorted(set(wrong))}")
    return seconds


def plain(work: list[Program], workers: int) -> float:
    """Return the seconds a new interpreter for each program takes."""

    def one(program: Program) -> int:
        source = f"{program.source}\n{program.tests}"
        return subprocess.run(
            [sys.executable, "-"], input=source.encode(), cwd=folder, env={"PATH": "/usr/bin"}
        ).returncode

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as threads:
        started = time.perf_counter()
        codes = list(threads.map(one, work))
        seconds = time.perf_counter() - started
    if any(codes):
        sys.exit(f"{sum(map(bool, codes))} of {len(work)} official solutions did not pass in a plain process")
    return seconds


def start_s(isolation: Isolation) -> float:
    """Return the seconds one jail takes to start and to run its first program."""
    started = time.perf_counter()
    jail = isolation.start()
    jail.run(Program(source="pass"))
    seconds = time.perf_counter() - started
    jail.close()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--engine", default="auto", choices=["auto", "bubblewrap", "landlock"])
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--plain", type=int, default=1, help="repeats run in plain processes")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    options = parser.parse_args()
    isolation = choose(SandboxChoice(options.engine))
    work = programs(options.data)
    jail = start_s(isolation)
    share = options.plain / options.repeats
    fast = isolated(isolation, work * options.repeats, options.workers)
    slow = plain(work * options.plain, options.workers) / share
    count = len(work) * options.repeats
    print(f"{isolation.name}, {options.workers} at a time, {count} programs, all pass")
    print(f"jail start          {jail:8.2f} s   (target 0.5, once a worker)")
    print(f"isolated            {fast:8.2f} s   (target 20) {1000 * fast * options.workers / count:.1f} ms each")
    print(f"plain subprocesses  {slow:8.2f} s   ({slow / fast:.1f} times as long; target 5)")


if __name__ == "__main__":
    main()

"""Maximum load of the load tester on one core: 256 streams of 64 chunks, as fast as perf_flood writes them.

    python bench/perf_saturation.py [--evalscope PATH/TO/evalscope] [--repeats 3]

Each chunk in a separate write, and 16 in a write. Rates are counted at the server. Our client reads replies after
they came, so that it may still be at work when the server is done: its rate is that of all chunks until all were read.
With evalscope's program given, both are run in turns, and the ratio of each turn is shown; the target is 4 times its
chunks a second in the median. A server that used all of its core was the limit.
"""

from __future__ import annotations

import argparse
import os
from statistics import median

import perf_run

BURSTS = {1: 8000, 16: 16000}  # chunks a write: requests of one run
THEIR_REQUESTS = 2000  # they become slower the more there are


def ours(burst: int) -> float:
    with perf_run.server("--burst", str(burst), script="perf_flood.py") as url:
        seen = perf_run.ours(url, "--parallel", "256", "--ramp-up", "0", number=BURSTS[burst])
    effort, server = seen.client["effort"], seen.server
    rate = server["chunks_per_s"] * server["seconds"] / max(effort["wall_s"], server["seconds"])
    print(
        f"  evalscope-pytest {rate:9,.0f} chunks/s, written at {server['chunks_per_s']:9,.0f} "
        f"(server {server['cpu_share']:.0%} of a core); client {effort['cpu_share']:.0%}, "
        f"{'valid' if seen.client['valid'] else 'INVALID'}"
    )
    return rate


def theirs(program: str, burst: int) -> float:
    with perf_run.server("--burst", str(burst), script="perf_flood.py") as url:
        server = perf_run.evalscope(program, url, "--parallel", "256", number=THEIR_REQUESTS).server
    print(f"  evalscope        {server['chunks_per_s']:9,.0f} chunks/s (server {server['cpu_share']:.0%} of a core)")
    return server["chunks_per_s"]


def main(program: str | None, repeats: int) -> int:
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    missed = 0
    for burst in BURSTS:
        print(f"chunks a write: {burst}")
        ratios = []
        for _ in range(repeats):
            mine = ours(burst)
            if program:
                ratios.append(mine / theirs(program, burst))
        if ratios:
            missed += median(ratios) < 4
            shown = ", ".join(f"{ratio:.1f}" for ratio in ratios)
            print(f"  {shown} times evalscope's (at least 4): {'ok' if median(ratios) >= 4 else 'MISSED'}")
    return int(missed > 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--evalscope")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    raise SystemExit(main(arguments.evalscope, arguments.repeats))

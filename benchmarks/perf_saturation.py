"""How much load the load tester makes on one core: 256 streams of 64 chunks, as fast as the server
writes them, 16 at a time.

    python benchmarks/perf_saturation.py [--evalscope PATH/TO/evalscope] [--repeats 2]

Rates are counted at the server. With evalscope's program given, both are run in turns, and the ratio is shown; the
target is 4 times its chunks a second. The server is one Python process on one core, too: it may be the limit.
"""

from __future__ import annotations

import argparse
import os
from statistics import median

import perf_run

OPTIONS = ("--ttft", "0", "--itl", "0", "--tokens", "64", "--burst", "16")
REQUESTS = 4000


def main(program: str | None, repeats: int) -> int:
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    mine, theirs = [], []
    for _ in range(repeats):
        with perf_run.server(*OPTIONS) as url:
            seen = perf_run.ours(url, "--parallel", "256", "--ramp-up", "0", number=REQUESTS)
        mine.append(seen.server["chunks_per_s"])
        effort = seen.client["effort"]
        print(
            f"evalscope-pytest {seen.server['requests_per_s']:7,.0f} req/s {mine[-1]:9,.0f} chunks/s, "
            f"client {effort['cpu_share']:.0%} of a core, {'valid' if seen.client['valid'] else 'INVALID'}"
        )
        if program:
            with perf_run.server(*OPTIONS) as url:
                seen = perf_run.evalscope(program, url, "--parallel", "256", number=REQUESTS // 2)
            theirs.append(seen.server["chunks_per_s"])
            print(f"evalscope        {seen.server['requests_per_s']:7,.0f} req/s {theirs[-1]:9,.0f} chunks/s")
    if not theirs:
        return 0
    ratio = median(mine) / median(theirs)
    print(f"{ratio:.1f} times evalscope's chunks a second (at least 4): {'ok' if ratio >= 4 else 'MISSED'}")
    return int(ratio < 4)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--evalscope")
    parser.add_argument("--repeats", type=int, default=2)
    arguments = parser.parse_args()
    raise SystemExit(main(arguments.evalscope, arguments.repeats))

"""Coordinated omission: 20 requests a second for a server that takes about 5, at most 4 of them at once.

    python bench/perf_open_loop.py [--evalscope PATH/TO/evalscope]

From sending, each request looks as quick as ever, since it waited in the client; from when it should have been sent, it
is not. Reference: a queue fed by the same starts, worked off by 4 places that take 0.73 s each.
"""

from __future__ import annotations

import argparse
import heapq

import perf_run

RATE, PLACES, REQUESTS = 20.0, 4, 80
TAKES_S = 0.1 + 63 * 0.01


def queue_mean() -> float:
    """Mean seconds from the schedule to the end, for even starts."""
    free = [0.0] * PLACES
    total = 0.0
    for number in range(REQUESTS):
        due = number / RATE
        end = max(due, heapq.heappop(free)) + TAKES_S
        heapq.heappush(free, end)
        total += end - due
    return total / REQUESTS


def main(program: str | None) -> int:
    options = ("--rate", str(RATE), "--parallel", str(PLACES))
    with perf_run.server("--tokens", "64") as url:
        client = perf_run.ours(url, *options, "--arrival", "constant", number=REQUESTS).client
    truth, told, from_sending = queue_mean(), client["latency"]["mean"], client["latency_sent"]["mean"]
    print(f"mean latency: true {truth:.2f} s, reported {told:.2f} s, from sending {from_sending:.2f} s, "
          f"queueing max {client['queueing']['max']:.2f} s")  # fmt: skip
    if program:
        with perf_run.server("--tokens", "64") as url:
            theirs = perf_run.evalscope(program, url, *options, number=REQUESTS).client["Avg Latency (s)"]
        print(f"evalscope reports {theirs:.2f} s: {truth / theirs:.1f} times too little")
    fine = abs(told / truth - 1) <= 0.1
    print("ok" if fine else "MISSED")
    return int(not fine)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--evalscope")
    raise SystemExit(main(parser.parse_args().evalscope))

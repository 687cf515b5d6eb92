"""Measures what hostile long replies cost each reader and scorer: tests only see that it grows in proportion to length.

    python bench/long_replies.py [--most 10]

A reader reads 200,000 characters of each piece that `tests/scoring/read/test_long_replies.py` repeats; its figure is
the CPU time divided by that of finding every letter of such a reply. A scorer of the bundled benchmarks scores a
megabyte of each piece of `tests/scoring/test_long_replies_cost.py`. The slowest pairs are printed, the least of three
attempts each. The exit code is 1 if one misses its bar.

Args:
    most: How many pairs of each kind are printed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.cost import cpu_s_of
from tests.scoring import test_long_replies_cost as scorers
from tests.scoring.read import test_long_replies as readers
from tests.suites.test_suites import from_written

SCANS, SCORER_S, EASY_US = 3.0, 0.3, 100.0


def least(work: Callable[[], object]) -> float:
    """Return the seconds of CPU of the quickest of three attempts."""
    return min(cpu_s_of(work) for _ in range(3))


def of_readers() -> Iterator[tuple[float, str]]:
    """Yield the plain scans that each reader takes for each piece."""
    for name, read in readers.READERS.items():
        for piece in readers.PIECES:
            yield least(partial(read, readers.reply(piece))) / readers.plain_scan_s(), f"{name} on {piece!r}"


def of_scorers() -> Iterator[tuple[float, str]]:
    """Yield the seconds that each scorer of a bundled benchmark takes for each piece."""
    for name, options in scorers.BENCHMARKS.items():
        with tempfile.TemporaryDirectory() as folder:
            loaded = from_written(name, Path(folder), **options)
        scorer, sample = loaded.resolved.benchmark.scorer, next(iter(loaded.subsets.values()))[0]
        if scorer is None or scorer.needs:
            continue
        scorers.score(scorer, "是 ok", sample)
        for piece in scorers.PIECES:
            work = partial(scorers.score, scorer, scorers.repeated(piece, scorers.SIZE), sample)
            yield least(work), f"{name}: {scorer.name} on {piece!r}"


def easy() -> Iterator[tuple[float, str]]:
    """Yield the microseconds that `math_answer` takes for an easy answer."""
    from evalscope_pytest import Sample
    from evalscope_pytest.scoring import math_answer

    scorer, sample = math_answer(), Sample("How many?", "1234")
    reply = "She sells 12 a day. That is 12 * 2 = 24 in all.\n" * 8 + "The answer is \\boxed{1,234}."

    def score_often() -> None:
        for _ in range(2000):
            scorer.score(reply, sample)

    yield least(score_often) / 2000 * 1e6, "math_answer"


def main() -> int:
    """Print the slowest of each kind; return 1 if one misses its bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=10)
    most = parser.parse_args().most
    kinds = (
        ("readers, plain scans", SCANS, of_readers()),
        ("scorers, seconds", SCORER_S, of_scorers()),
        ("an easy answer, µs", EASY_US, easy()),
    )
    missed = 0
    for kind, bar, figures in kinds:
        slowest = sorted(figures, reverse=True)
        late = sum(figure > bar for figure, _ in slowest)
        print(f"{kind}: {late} of {len(slowest)} above {bar:g}")
        for figure, what in slowest[:most]:
            print(f"  {figure:8.2f}  {what}")
        missed += late
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

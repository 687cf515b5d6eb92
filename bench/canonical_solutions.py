"""Official solutions, which all have to pass, and mutants of them, which must not: the code benchmarks' own check.

    python bench/canonical_solutions.py --data DIR [--only humaneval] [--parallel 8] [--load 4] [--mutants]

``DIR`` holds a folder of official records for each benchmark. ``--load`` keeps that many processes busy besides:
verdicts must not change on a full machine. ``--mutants`` also replaces each solution by one that returns nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import load
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.datasets.base import DataLocation
from evalscope_pytest.sandbox.choice import choose
from evalscope_pytest.sandbox.engine import SandboxChoice
from evalscope_pytest.sandbox.pool import Pool, SandboxHandle
from evalscope_pytest.scoring.scorer import Scorer

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
NAMES = ("humaneval", "humaneval_plus", "mbpp")


def samples_of(name: str, data: Path) -> tuple[Scorer, float | None, list[Sample]]:
    """Return a benchmark's scorer, its time limit and its official records."""
    benchmark = load_bundled(name)
    resolved = resolve(replace(benchmark, few_shot=None))
    loaded = load(resolved, DataLocation(name, benchmark.file.parent, hub="local", dataset_id=str(data / name)))
    assert resolved.scorer is not None
    return resolved.scorer, resolved.timeout_s, [s for found in loaded.subsets.values() for s in found]


def mutant(sample: Sample) -> Sample:
    """Return the sample with a reference that does nothing."""
    entry = sample.metadata["entry_point"]
    return replace(sample, target=f"def {entry}(*args, **kwargs):\n    return None")


async def _judged(scorer: Scorer, samples: list[Sample], parallel: int) -> list[Score]:
    slots = asyncio.Semaphore(parallel)

    async def one(sample: Sample) -> Score:
        async with slots:
            return await scorer.score(scorer.ideal_reply(sample), sample)

    return list(await asyncio.gather(*map(one, samples)))


def _spin() -> None:
    while True:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--only", nargs="*", default=NAMES, choices=NAMES)
    parser.add_argument("--engine", default="auto", choices=["auto", "bubblewrap", "landlock"])
    parser.add_argument("--parallel", type=int, default=2)
    parser.add_argument("--load", type=int, default=0)
    parser.add_argument("--mutants", action="store_true")
    options = parser.parse_args()
    busy = [multiprocessing.Process(target=_spin, daemon=True) for _ in range(options.load)]
    for process in busy:
        process.start()
    pool = Pool(choose(SandboxChoice(options.engine)), options.parallel)
    print(f"{pool.isolation.name}, {options.parallel} at a time, {options.load} busy processes besides")
    wrong = 0
    for name in options.only:
        scorer, cpu_s, samples = samples_of(name, options.data)
        judge = scorer.bind(sandbox=SandboxHandle(pool), timeout_s=cpu_s)
        for kind, work in {"official": samples, "mutants": list(map(mutant, samples))}.items():
            if kind == "mutants" and not options.mutants:
                continue
            started = time.perf_counter()
            scores = asyncio.run(_judged(judge, work, options.parallel))
            seconds = time.perf_counter() - started
            passed = sum(score.values["accuracy"] == 1 for score in scores)
            statuses = Counter(score.metadata["status"] for score in scores)
            print(f"{name:16} {kind:8} {passed:4} of {len(work)} pass  {seconds:7.1f} s  {dict(statuses)}")
            wrong += len(work) - passed if kind == "official" else passed
            for sample, score in zip(work, scores, strict=True):
                if (score.values["accuracy"] == 1) != (kind == "official"):
                    print(f"    {sample.id}: {score.explanation}")
    pool.close()
    for process in busy:
        process.kill()
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

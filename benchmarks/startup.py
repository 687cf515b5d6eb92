"""What starting costs: an evaluation of one sample, and a pytest run that evaluates nothing.

    python benchmarks/startup.py [--rounds 5]

The first is the CPU of the whole process (target: 1.5 s). The second is the difference between an empty test run with
this package's plugin and without it, the least of each, since other programs only add to it (target: 5 ms).
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

import measure

DEMO = Path(__file__).resolve().parent.parent / "suites" / "demo" / "test_demo_math.py"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        test = Path(folder, "test_empty.py")
        test.write_text("def test_nothing(): pass\n")
        one = measure.pytest(str(DEMO), "--eval-model=mock", "--eval-limit=1", f"--eval-work-dir={folder}/out")
        idle = measure.pytest(str(test), f"--rootdir={folder}")
        measure.run(one), measure.run(idle)  # fill the caches
        cold = [measure.run(one).cpu_s for _ in range(rounds)]
        pairs = [(measure.run(idle).cpu_s, measure.run([*idle, "-p", "no:evalscope"]).cpu_s) for _ in range(8 * rounds)]
    print(f"one sample, cold start:          {statistics.median(cold):.2f} s CPU (target 1.5)")
    difference = min(a for a, _ in pairs) - min(b for _, b in pairs)
    print(f"plugin in a run without --eval:  {difference * 1000:.1f} ms CPU (target 5)")


if __name__ == "__main__":
    main()

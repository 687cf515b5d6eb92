"""Cost of starting: an evaluation of one sample, and a pytest run that evaluates nothing.

    python bench/startup.py [--rounds 5]

The first is the CPU of the whole process (target: 1.5 s), also if pytest has stored no rewritten bytecode of this
package and of the plugins it depends on (target: 1.1 times that). The second is what the plugin does in every pytest
run: being imported, adding its options and hooks, registering its fixtures; timed from inside, in fresh processes
(target: 3 ms). Whole processes differ by more than that from one time to the next.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import measure

DEMO = Path(__file__).resolve().parent.parent / "suites" / "demo" / "test_demo_math.py"


IDLE = """
import time
from _pytest.config import get_config
config = get_config()
start = time.process_time()
from evalscope_pytest.plugin import entry
config.pluginmanager.register(entry)
config.pluginmanager.register(entry.fixtures)
print(time.process_time() - start)
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        one = measure.pytest(str(DEMO), "--eval-model=mock", "--eval-limit=1", f"--eval-work-dir={folder}/out")
        idle = [sys.executable, "-W", "ignore", "-c", IDLE]
        measure.run(one), measure.run(idle)  # fill the caches
        cold = [measure.run(one).cpu_s for _ in range(rounds)]
        first = [measure.run(one, stored_bytecode=False).cpu_s for _ in range(rounds)]
        measure.run(one)
        added = [float(measure.run(idle).output) for _ in range(2 * rounds)]
    stored, not_stored = statistics.median(cold), statistics.median(first)
    print(f"one sample, cold start:          {stored:.2f} s CPU (target 1.5)")
    print(f"  no stored rewritten bytecode:  {not_stored:.2f} s CPU, {not_stored / stored:.2f} times (target 1.1)")
    print(f"plugin in a run without --eval:  {statistics.median(added) * 1000:.1f} ms CPU (target 3)")


if __name__ == "__main__":
    main()

"""Runs the real command again and again with an unchanged model, each run against the one before: how many are red?

    python bench/unchanged.py [--runs 40] [--questions 200] [--noise 0.33] [--drop 0] [--seed 1] [--one-baseline]

A local server answers each question right with a chance of its own, Beta(m v, (1-m) v) with m = 0.75; ``noise`` =
v/(1+v) is the share of the variance that comes from sampling again. Each run is ``pytest --eval-baseline=...`` in a
process of its own. What a comparison of the printed scores would have said of the same runs is counted beside it. With
an unchanged model the exit code is 1 if more than an eighth of the runs are red: issue 13 permits 5 of 40.

At most 5 % are red on average over baselines. With ``--one-baseline`` all runs are compared with the same one, and its
luck counts 40 times: after a baseline that is better than the model by 1.7 standard errors, a quarter of the runs are
red, whatever the test. Several ``--eval-baseline`` are the remedy.

Args:
    drop: Multiplies the odds of a right answer by 1 - drop after the baseline: a model that has really become worse.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.gates import chances
from bench.kill_resume import SUITE
from tests.servers.openai_server import OpenAIServer

PERMITTED = 1 / 8


class Model:
    """A model that answers each sum right with a chance of its own."""

    def __init__(self, draw: random.Random, right: list[float]) -> None:
        self._draw = draw
        self.right = right

    def answer(self, messages: list[dict[str, Any]]) -> str:
        """Return the sum, or a wrong number."""
        first, second = map(int, re.findall(r"\d+", messages[-1]["content"]))
        return str(first + second if self._draw.random() < self.right[first] else -1)

    def worsen(self, drop: float) -> None:
        """Multiply the odds of a right answer."""
        self.right = [p * (1 - drop) / (1 - p * drop) for p in self.right]


def run(folder: Path, name: str, url: str, *words: str) -> tuple[int, float]:
    """Run the command and return its exit code and the printed score."""
    where = folder / name
    options = [f"--eval-model={name}", f"--eval-api-url={url}", "--eval-model-id=same", "--eval-no-timestamp"]
    options += ["-q", "-p", "no:cacheprovider", f"--eval-work-dir={where}", *words]
    program = [sys.executable, "-m", "pytest", "test_sums.py", *options]
    done = subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False)
    report = where / "reports" / "same" / "sums.json"
    if done.returncode not in (0, 1) or not report.is_file():
        raise SystemExit(f"the run {name} ended with exit code {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.returncode, json.loads(report.read_text())["metrics"][0]["score"]


def main() -> int:
    """Count the red runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--noise", type=float, default=0.33)
    parser.add_argument("--drop", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one-baseline", action="store_true")
    given = parser.parse_args()
    draw = random.Random(given.seed)
    model = Model(draw, chances(draw, given.questions, given.noise))
    with tempfile.TemporaryDirectory() as made, OpenAIServer(model.answer) as server:
        folder = Path(made)
        (folder / "test_sums.py").write_text(SUITE)
        rows = ({"question": f"{i} + {i + 1}", "answer": str(2 * i + 1)} for i in range(given.questions))
        (folder / "sums.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        names = ["r0", *(f"r{number + 1}" for number in range(given.runs))]
        baselines = ["r0"] * given.runs if given.one_baseline or given.drop else names[:-1]
        scores = [run(folder, "r0", server.url)[1]]
        model.worsen(given.drop)
        red = lower = 0
        for name, baseline in zip(names[1:], baselines, strict=True):
            code, score = run(folder, name, server.url, f"--eval-baseline={baseline}")
            red += code
            lower += score < scores[names.index(baseline)]
            scores.append(score)
    print(f"{given.runs} runs of {given.questions} questions, noise {given.noise}, first score {scores[0]:.4f}")
    print(f"red: {red} of {given.runs}; by the printed scores {lower} would have been")
    return int(not given.drop and red > given.runs * PERMITTED)


if __name__ == "__main__":
    sys.exit(main())

"""CPU of `evalscope-pytest compare` over two recorded runs, above what the command needs to start.

    python bench/compare.py [--samples 14042] [--subsets 57] [--prompt 2500]

Both runs are made here by the real command with the mock model. The numbers are those of MMLU with five examples in
each prompt. Target: under 1 s of CPU above start-up, the tables printed; the page and the JSON file are measured as
well. The exit code is 1 above the target.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import measure

TARGET_S = 1.0
REPEATS = 3
SUITE = '''"""Sums by subject."""
from evalscope_pytest import Sample, benchmark, local
from evalscope_pytest.scoring import exact_match


def to_sample(record):
    return Sample(input=record["question"], target=record["answer"])


@benchmark("sums", dataset=local("sums.jsonl", subsets={subsets!r}, subset_by="subject"), to_sample=to_sample,
           scorer=exact_match())
async def test_sums(sample, model):
    return await model.generate(sample)
'''


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=14_042)
    parser.add_argument("--subsets", type=int, default=57)
    parser.add_argument("--prompt", type=int, default=2500)
    given = parser.parse_args()
    subjects = [f"subject_{number:02}" for number in range(given.subsets)]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with open(folder / "sums.jsonl", "w") as file:
            for i in range(given.samples):
                question = f"{'An example of a sum. ' * (given.prompt // 21)}What is {i} + {i}?"
                record = {"question": question, "answer": str(2 * i), "subject": subjects[i % given.subsets]}
                file.write(json.dumps(record) + "\n")
        (folder / "test_sums.py").write_text(SUITE.format(subsets=subjects))
        for name, accuracy in (("old", 0.71), ("new", 0.7)):
            words = ["--eval-model=mock", f"--eval-model-args=accuracy={accuracy}", "--eval-no-timestamp"]
            measure.run(measure.pytest(f"{folder}/test_sums.py", f"--eval-work-dir={folder}/{name}", *words))
        command = [sys.executable, "-m", "evalscope_pytest"]
        runs = [*command, "compare", f"{folder}/old", f"{folder}/new"]
        start, tables, page = (
            min((measure.run(words) for _ in range(REPEATS)), key=lambda cost: cost.cpu_s)
            for words in (
                [*command, "compare", "--help"],
                runs,
                [*runs, f"--html={folder}/c.html", f"--json={folder}/c"],
            )
        )
    above = tables.cpu_s - start.cpu_s
    print(tables.output.rstrip())
    print(f"\n{given.samples} samples in {given.subsets} subsets: start-up {start.cpu_s:.2f} s CPU, above it "
          f"{above:.2f} s ({tables.peak_mb:.0f} MB); with page and JSON {page.cpu_s - start.cpu_s:.2f} s "
          f"({page.peak_mb:.0f} MB)")  # fmt: skip
    return int(above >= TARGET_S)


if __name__ == "__main__":
    sys.exit(main())

"""100,000 generated samples with the mock model, records and reports written.

    python bench/many_samples.py [--samples 100000]

Targets: 25 s of CPU, 500 MB.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import measure

SUITE = '''"""Sums."""
from evalscope_pytest import Sample, benchmark, local
from evalscope_pytest.scoring import math_answer


def to_sample(record):
    return Sample(input=record["question"], target=record["answer"])


@benchmark("sums", dataset=local("sums.jsonl"), to_sample=to_sample, scorer=math_answer())
async def test_sums(sample, model):
    return await model.generate(sample)
'''


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=100_000)
    samples = parser.parse_args().samples
    with tempfile.TemporaryDirectory() as folder:
        with Path(folder, "sums.jsonl").open("w") as file:
            for i in range(samples):
                question = f"A shop sells {i} apples in the morning and {7 * i} in the afternoon. How many in all?"
                file.write(json.dumps({"question": question, "answer": str(8 * i)}) + "\n")
        Path(folder, "test_sums.py").write_text(SUITE)
        cost = measure.run(
            measure.pytest(f"{folder}/test_sums.py", "--eval-model=mock", f"--eval-work-dir={folder}/out")
        )
    print(f"{samples} samples: {cost.cpu_s:.1f} s CPU, {cost.peak_mb:.0f} MB ({cost.output.strip().splitlines()[-1]})")


if __name__ == "__main__":
    main()

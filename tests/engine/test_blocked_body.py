"""A body that blocks for ever keeps neither a run nor its process from ending."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

BLOCKED = """
import threading
from evalscope_pytest.run import EvaluationError, Session
from tests.sessions import sums

def body(sample, model):
    if sample.input != "0 + 0":
        threading.Event().wait()
    return model.generate(sample)

with Session({"model": "mock"}, benchmarks=[sums(body)], on_sample=lambda _: session.stop("enough")) as session:
    try:
        session.run()
    except EvaluationError as error:
        print(error)
print("closed")
"""


def test_a_process_ends_although_a_body_still_blocks_a_thread(tmp_path: Path) -> None:
    root = str(Path(__file__).parents[2])
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("EVALSCOPE_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED],
        cwd=tmp_path, env={**environment, "PYTHONPATH": root}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["closed"]), done.stderr
    assert "enough" in done.stdout

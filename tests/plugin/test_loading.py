"""Data that takes long to load says so."""

from __future__ import annotations

import pytest

# Writes a file once the terminal has told, so that the data is loaded just then, however fast the machine is.
TELLING = """
import pathlib
from _pytest.terminal import TerminalReporter
from evalscope_pytest.run import progress

progress.FIRST_S = 0.01
write_line = TerminalReporter.write_line

def noticing(self, line, **markup):
    write_line(self, line, **markup)
    if "so far" in str(line):
        pathlib.Path("told").touch()

TerminalReporter.write_line = noticing
"""
SLOW = """
import pathlib, time
from evalscope_pytest import Sample, benchmark, local
from evalscope_pytest.scoring import exact_match

def to_sample(record):
    until = time.monotonic() + 30
    while not pathlib.Path("told").exists() and time.monotonic() < until:
        time.sleep(0.01)
    return Sample(record["question"], record["answer"])

@benchmark("slow", dataset=local("slow.jsonl"), to_sample=to_sample, scorer=exact_match())
async def test_slow(sample, model):
    return await model.generate(sample)
"""


@pytest.mark.parametrize(
    ("workers", "line"), [((), "loading slow,"), (("-n2",), "workers are loading data, 0 s so far")]
)
def test_data_that_takes_long_to_load_says_so_once_and_no_more(workers, line, project):
    project.write("conftest.py", TELLING)
    project.write("test_slow.py", SLOW)
    project.data("slow", 3)
    run = project.spawn("--eval-model=mock", "test_slow.py", *workers)
    assert (run.code, run.counts) == (0, {"correct": 3}), run.out
    assert sum(said.startswith(line) for said in run.out.splitlines()) == 1
    assert run.out.count("so far") == 1


def test_data_that_is_there_at_once_says_nothing(project):
    project.benchmark("adding")
    assert "so far" not in project.spawn("--eval-model=mock", "test_adding.py").out

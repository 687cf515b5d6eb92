"""What changed between two runs, and what is only chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evalscope_pytest.cli.main import main
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.perf.load.load_point import LoadPoint
from evalscope_pytest.perf.measure.request import Request, Tokens
from evalscope_pytest.perf.measure.result import ClientOverhead, Observed, Result
from evalscope_pytest.perf.measure.validity import result_of
from evalscope_pytest.perf.output.compare import compare
from evalscope_pytest.perf.output.records import Facts, Run, read_run, write_result, write_summary

FACTS = Facts("m", "http://127.0.0.1/v1", "chat", "random", "2026-01-01", "{}")


def result(seed: int, slower: float = 1.0, name: int = 4) -> Result:
    """200 requests, four at a time, with times that vary by a fifth."""
    from array import array

    source = np.random.default_rng(seed)
    made = []
    free = [0.0] * 4
    for number in range(200):
        place = int(np.argmin(free))
        sent = free[place]
        first = sent + slower * 0.1 * source.lognormal(0, 0.2)
        stamps = array("d", (first + slower * 0.01 * k for k in range(10)))
        free[place] = stamps[-1]
        made.append(
            Request(number, sent, sent, stamps[-1], stamps, first, 10, 1, Tokens(5, 10, source="usage"), prompt=number)
        )
    level = LoadPoint(concurrency=name, requests=200, ramp_up_s=0.0)
    return result_of(level, Observed(tuple(made), max(r.sent for r in made), ClientOverhead(0.0, 0.1)))


def run(*results: Result) -> Run:
    return Run(Path("x"), "m", results)


def write(folder: Path, found: Result) -> None:
    write_result(folder, found)
    write_summary(folder, FACTS, [found], "")


def test_runs_that_differ_by_chance_are_unclear():
    changes = compare(run(result(1)), run(result(2)))
    assert {change.metric for change in changes} >= {"TTFT p50", "TTFT p99", "ICL p99", "out tok/s", "req/s"}
    assert sum(change.verdict != "unclear" for change in changes) <= 1


def test_a_slower_run_is_worse_and_its_interval_holds_the_change():
    changes = {change.metric: change for change in compare(run(result(1)), run(result(2, slower=1.3)))}
    assert {changes[name].verdict for name in ("TTFT p50", "Latency p50", "out tok/s", "req/s")} == {"worse"}
    assert changes["TTFT p50"].low < 0.03 < changes["TTFT p50"].high
    back = {change.metric: change for change in compare(run(result(2, slower=1.3)), run(result(1)))}
    assert {back[name].verdict for name in ("TTFT p50", "out tok/s")} == {"better"}


def test_runs_without_a_load_in_common_cannot_be_compared():
    with pytest.raises(ConfigError, match="no load in common"):
        compare(run(result(1, name=4)), run(result(1, name=8)))


def test_the_command_prints_a_table(tmp_path, capsys):
    for name, found in (("a", result(1)), ("b", result(2, slower=1.3))):
        write(tmp_path / name, found)
    assert main(["perf", "compare", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if "TTFT p50" in line)
    assert line.startswith("parallel_4")
    assert line.endswith("worse")


def test_a_folder_without_a_run_is_told(tmp_path, capsys):
    assert main(["perf", "compare", str(tmp_path), str(tmp_path)]) == 4
    assert "holds no summary.json" in capsys.readouterr().err


def test_a_damaged_run_is_told(tmp_path):
    write(tmp_path, result(1))
    (tmp_path / "parallel_4" / "requests.jsonl").write_text('{"index": 1}\n')
    assert main(["perf", "compare", str(tmp_path), str(tmp_path)]) == 1
    with pytest.raises(Exception, match="holds no requests of this tool"):
        read_run(tmp_path)

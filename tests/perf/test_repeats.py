"""``--repeats``: loads in turns, pooled samples, intervals over the repeats, and comparisons that use them."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace

import numpy as np
import pytest

from evalscope_pytest.cli.main import main
from evalscope_pytest.perf.load.load_point import LoadPoint
from evalscope_pytest.perf.measure.request import Tokens
from evalscope_pytest.perf.measure.result import ClientOverhead, Observed, Result
from evalscope_pytest.perf.measure.slo import parse_bound
from evalscope_pytest.perf.measure.validity import result_of
from evalscope_pytest.perf.output.compare import compare, text
from evalscope_pytest.perf.output.records import Facts, Run, read_run, write_result, write_summary
from evalscope_pytest.perf.output.table import overview
from evalscope_pytest.perf.search.repeats import of_repeats, student

from .service import Pace, stream_of
from .test_request import request

FACTS = Facts("m", "http://h/v1", "chat", "random", "2026-11-21", "{}")
OBJECTIVES = [parse_bound("ttft:150ms")]


def repeat(seed: int, ttft: float = 0.1, effort: float = 0.1, requests: int = 60) -> Result:
    """One measurement of four in flight, made up."""
    source = random.Random(seed)
    made, free = [], [0.0] * 4
    for number in range(requests):
        sent = free[number % 4]
        first = sent + ttft * source.uniform(0.9, 1.1)
        stamps = [first + 0.01 * n for n in range(11)]
        free[number % 4] = stamps[-1]
        found = request(stamps, scheduled=sent, sent=sent, done=stamps[-1])
        tokens = Tokens(5, 11, source="usage")
        made.append(replace(found, index=number, prompt=seed * 1000 + number, tokens=tokens))
    last = max(request.sent for request in made)
    return result_of(
        LoadPoint(concurrency=4, requests=requests),
        Observed(tuple(made), last, ClientOverhead(0.0, effort)),
        OBJECTIVES,
    )


def test_percentiles_are_of_pooled_samples_and_rates_of_all_the_time():
    parts = [repeat(1, 0.1), repeat(2, 0.2), repeat(3, 0.1)]
    whole = of_repeats(parts, OBJECTIVES)
    ttfts = np.concatenate([[r.ttft for r in part.requests] for part in parts])
    assert whole.ttft.p99 == pytest.approx(np.percentile(ttfts, 99))
    assert whole.ttft.p99 > max(np.mean([part.ttft.p99 for part in parts]), 0.2)
    assert whole.sent == 180
    seconds = sum(part.throughput.seconds for part in parts)
    assert whole.throughput.output_per_s == pytest.approx(180 * 11 / seconds)
    assert whole.window.seconds == pytest.approx(sum(part.window.seconds for part in parts))
    assert whole.goodput.share == pytest.approx(120 / 180)
    assert whole.goodput.per_s == pytest.approx(120 / seconds)
    assert whole.valid


def test_the_interval_is_students_over_the_repeats():
    parts = [repeat(1, 0.10), repeat(2, 0.11), repeat(3, 0.12)]
    whole = of_repeats(parts, OBJECTIVES)
    low, high = whole.intervals["ttft.mean"]
    values = [part.ttft.mean for part in parts]
    assert (high - low) / 2 == pytest.approx(4.303 * np.std(values, ddof=1) / math.sqrt(3))
    assert (high + low) / 2 == pytest.approx(whole.ttft.mean)
    assert student(1) > student(2.9) == student(2) > student(40) > student(1e9) >= 1.96


def test_one_measurement_has_no_interval():
    assert of_repeats([repeat(1)]).intervals == {}
    assert "±" not in overview([of_repeats([repeat(1)])])


def test_a_repeat_that_cannot_be_believed_spoils_the_whole():
    whole = of_repeats([repeat(1), repeat(2, effort=0.9)])
    assert whole.invalid[0].startswith("repeat 2 of 2: client-bound")


def test_they_are_written_and_read_back_alike(tmp_path):
    whole = of_repeats([repeat(1), repeat(2), repeat(3)], OBJECTIVES)
    write_result(tmp_path, whole)
    write_summary(tmp_path, FACTS, [whole], "")
    again = read_run(tmp_path).results[0]
    assert again.ttft.p99 == pytest.approx(whole.ttft.p99, rel=1e-4)
    assert again.intervals == whole.intervals
    assert (again.name, again.goodput, again.notes) == (whole.name, whole.goodput, whole.notes)
    assert [part.sent for part in again.repeats] == [60, 60, 60]
    found = json.loads((tmp_path / "summary.json").read_text())["results"][0]
    assert len(found["repeats"]) == 3
    assert found["intervals"]["ttft.p50"][0] < found["ttft"]["p50"] < found["intervals"]["ttft.p50"][1]


def test_a_comparison_takes_what_was_seen_between_repeats(tmp_path):
    def run(name: str, *ttfts: float) -> Run:
        parts = [repeat(seed, ttft) for seed, ttft in enumerate(ttfts)]
        return Run(tmp_path / name, "m", (of_repeats(parts),))

    steady, restless = run("a", 0.100, 0.101, 0.099), run("b", 0.105, 0.125, 0.095)
    slow = run("c", 0.150, 0.151, 0.149)
    verdicts = {change.metric: change.verdict for change in compare(steady, restless)}
    assert verdicts["TTFT p50"] == "unclear", "each run differs from the next by as much"
    assert {change.metric: change.verdict for change in compare(steady, slow)}["TTFT p50"] == "worse"
    assert "over the repeats" in text(steady, slow, compare(steady, slow))
    longer = Run(tmp_path / "e", "m", (of_repeats([repeat(seed, requests=80) for seed in range(2)]),))
    assert "parallel_4 is not the same load in both: requests 60 and 80" in text(
        steady, longer, compare(steady, longer)
    )
    once = Run(tmp_path / "d", "m", (repeat(9, 0.15),))
    mixed = compare(steady, once)
    assert {change.metric: change.verdict for change in mixed}["TTFT p50"] == "worse"
    assert {change.metric for change in mixed} >= {"out tok/s", "req/s"}
    assert "over the repeats" not in text(steady, once, mixed)


def test_the_command_measures_loads_in_turns(service, tmp_path, monkeypatch, capsys, believed):
    monkeypatch.chdir(tmp_path)
    service.writes, service.pace = stream_of(4), Pace(0.06, 0.005)
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("\n".join(f"question {n}" for n in range(60)), encoding="utf-8")
    words = ["perf", "--url", service.url, "--model", "m", "--dataset", "line_by_line", "--dataset-path", str(prompts)]
    words += ["--parallel", "1", "4", "-n", "3", "12", "--repeats", "3", "--sleep-interval", "0", "--no-timestamp"]
    assert main([*words, "--eval-gate", "perf:success_rate>=1"]) == 0
    out = capsys.readouterr().out
    assert "Samples of 3 repeats pooled" in out
    assert out.count("gate perf:success_rate>=1") == 2
    folder = tmp_path / "outputs" / "perf" / "m"
    results = read_run(folder).results
    assert [(result.name, result.sent, len(result.repeats)) for result in results] == [
        ("parallel_1", 9, 3), ("parallel_4", 36, 3)
    ]  # fmt: skip
    assert len({request.prompt for request in results[1].requests}) == 36
    assert not any("shared" in note for result in results for note in result.notes)
    asked = [received.body["messages"][0]["content"] for received in service.requests[1:]]
    assert len(set(asked)) == len(asked) == 45, "no prompt is sent twice while there are new ones"
    assert asked[:3] == [f"question {n}" for n in range(3)]
    assert set(asked[15:18]) == {f"question {n}" for n in range(15, 18)}, "the first load again after the second"
    assert not (folder / "parallel_4" / "requests.jsonl").exists(), "each repeat has its own"
    page = (folder / "report.html").read_text()
    assert page.count("<summary>3 repeats</summary>") == 2


def test_a_trace_is_replayed_from_its_first_record_each_time(service, believed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    service.writes = stream_of(4)
    trace = tmp_path / "trace.jsonl"
    trace.write_text("".join(json.dumps({"timestamp": n * 60, "prompt": f"question {n}"}) + "\n" for n in range(9)))
    words = ["perf", "--url", service.url, "--model", "m", "--dataset", "trace", "--dataset-path", str(trace)]
    assert main([*words, "-n", "6", "--repeats", "2", "--sleep-interval", "0", "--no-timestamp"]) == 0
    asked = [received.body["messages"][0]["content"] for received in service.requests[1:]]
    assert asked == [f"question {n}" for n in range(6)] * 2
    (result,) = read_run(tmp_path / "outputs" / "perf" / "m").results
    assert [request.scheduled for request in result.requests[6:]] == pytest.approx([0.06 * n for n in range(6)])


def test_random_starts_are_drawn_anew_for_each_repeat(service, believed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    service.writes = stream_of(2)
    words = ["perf", "--url", service.url, "--model", "m", "--prompt", "x", "--rate", "200", "-n", "20"]
    assert main([*words, "--repeats", "2", "--sleep-interval", "0", "--no-timestamp"]) == 0
    (result,) = read_run(tmp_path / "outputs" / "perf" / "m").results
    starts = [[request.scheduled for request in part.requests] for part in result.repeats]
    assert starts[0] != starts[1]
    assert "requests_per_s" in result.intervals


@pytest.mark.parametrize("words", [["--repeats", "0"], ["--repeats", "2", "--sla-auto-tune"]])
def test_repeats_that_cannot_be_are_refused(words, capsys):
    assert main(["perf", "--url", "http://127.0.0.1:9/v1", "--model", "m", "-n", "5", "--prompt", "x", *words]) == 4
    assert "--repeats" in capsys.readouterr().err

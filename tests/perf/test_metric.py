"""A metric is one object: an entry in the registry, and everything that shows figures shows it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evalscope_pytest.cli.main import main
from evalscope_pytest.perf.measure.gates import evaluate, parse
from evalscope_pytest.perf.measure.metric import METRICS, Metric, figure, figure_names, metric_of
from evalscope_pytest.perf.measure.slo import goodput, parse_bound, parse_slos
from evalscope_pytest.perf.output.compare import compare, text
from evalscope_pytest.perf.output.html import render
from evalscope_pytest.perf.output.records import Run, read_run, scalars, write_result, write_summary
from evalscope_pytest.perf.output.table import overview
from evalscope_pytest.perf.output.table import text as table
from evalscope_pytest.perf.search.repeats import of_repeats

from .test_repeats import FACTS, repeat


@pytest.fixture
def added(monkeypatch):
    """Two metrics that no file of the package knows: one of requests, one of a load."""
    tail = Metric(
        name="tail", title="Tail", heading="Time after the first output", unit="s", better="less",
        meaning="time from the first output to the last", points=("p50", "p90"),
        samples=lambda request, _: (request.last - request.stamps[0],) if request.stamps else (),
        shown_in=("overview", "compare", "sweep", "curve", "goodput", "slo"),
    )  # fmt: skip
    longest = Metric(
        name="longest_s", title="longest", heading="Longest reply", unit="s", better="less",
        meaning="latency of the slowest request", value=lambda result: result.latency.max,
        shown_in=("overview", "compare", "sweep", "slo"),
    )  # fmt: skip
    for metric in (tail, longest):
        monkeypatch.setitem(METRICS, metric.name, metric)


def test_tables_have_it(added):
    result = of_repeats([repeat(1), repeat(2), repeat(3)])
    head, _, row = overview([result]).splitlines()[:3]
    assert head.split()[-6:] == ["Latency", "p50", "p99", "Tail", "p50", "p90"]
    assert head.split()[-15] == "longest"
    assert row.split()[-2:] == ["100", "100"], "milliseconds"
    assert "Time after the first output (ms)" in table([result])


def test_the_page_has_it(added):
    loads = [repeat(1), replace(repeat(2), name="parallel_8")]
    page = render(FACTS, loads)
    for words in ("Tail p50", "longest", "Time after the first output (ms)", "Time after the first output, ms</text>",
                  "Longest reply, ms</text>", "Time after the first output, ms: share of requests below"):  # fmt: skip
        assert words in page


@pytest.mark.parametrize("repeats", [1, 3])
def test_comparisons_have_it(added, repeats):
    def run(name: str, ttft: float) -> Run:
        return Run(Path(name), "m", (of_repeats([repeat(seed, ttft) for seed in range(repeats)]),))

    a, b = run("a", 0.1), run("b", 0.2)
    changes = {change.metric: change for change in compare(a, b)}
    assert changes["Tail p90"].a == pytest.approx(0.1)
    assert changes["longest"].verdict == ("worse" if repeats > 1 else "unclear")
    assert "longest ms" in text(a, b, compare(a, b))


def test_gates_have_it(added):
    gates = parse(["perf:tail.p99<0.05", "perf:longest_s<9"], ["parallel_4"], False)
    first, second = evaluate(gates, [repeat(1)])
    assert first.line == "perf:tail.p99<0.05 at parallel_4: failed, tail.p99 0.1 s, over 0.05 by 0.05"
    assert second.passed


def test_objectives_and_searches_have_it(added):
    result = repeat(1)
    good = goodput([parse_bound("tail:50ms")], result.requests, 1.0)
    assert good is not None
    assert good.good == 0
    (slo,) = parse_slos('{"p90_tail": "<=200ms", "longest_s": "min"}')
    assert slo.criteria[0].is_met(result)
    assert slo.objective is not None
    assert slo.objective.score(result) == pytest.approx(-result.latency.max)


def test_files_and_experiments_have_it(added, tmp_path):
    whole = of_repeats([repeat(1), repeat(2)])
    write_result(tmp_path, whole)
    write_summary(tmp_path, FACTS, [whole], "")
    found = json.loads((tmp_path / "summary.json").read_text())["results"][0]
    assert found["tail"]["p99"] == pytest.approx(0.1)
    assert found["longest_s"] == pytest.approx(whole.latency.max)
    assert set(found["intervals"]) > {"tail.p99", "longest_s"}
    assert read_run(tmp_path).results[0].tail.p99 == pytest.approx(0.1, abs=1e-5)
    assert {"tail/p90", "longest_s"} <= set(scalars(whole))


def test_every_figure_has_a_value_and_a_way_back_to_its_metric():
    result = repeat(1)
    for name in figure_names():
        metric, value = metric_of(name), figure(name)
        assert metric is not None
        assert value is not None
        assert isinstance(value(result), float)
        assert metric.meaning


@pytest.mark.parametrize("name", ["ttft", "ttft.p98", "goodput.p99", "latenc", "", ".p99", "ttft."])
def test_a_name_of_no_figure_has_no_metric(name):
    assert metric_of(name) is None
    assert figure(name) is None


def test_a_metric_is_computed_in_one_way():
    common = {"name": "x", "title": "x", "heading": "x", "unit": "s", "better": "less", "meaning": "x"}
    for more in ({}, {"samples": lambda request, _: (), "value": lambda result: 0.0}):
        with pytest.raises(ValueError, match="metric x: give either samples"):
            Metric(**common, **more)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"points": ("p50", "p42")}, r"points \['p42'\]. Allowed: mean, min, p10"),
        ({"points": ("std",)}, "points"),
        ({"better": "", "shown_in": ("slo",)}, "need a direction"),
        ({"unit": "tokens", "shown_in": ("goodput",)}, "times of requests only"),
        ({"samples": None, "value": lambda result: 0.0, "shown_in": ("goodput",)}, "times of requests only"),
    ],
)
def test_a_metric_can_be_shown_where_it_says(more, message):
    common = {"name": "x", "title": "x", "heading": "x", "unit": "s", "better": "less", "meaning": "x"}
    with pytest.raises(ValueError, match=message):
        Metric(**{**common, "samples": lambda request, _: (), **more})


def test_a_result_has_no_attributes_but_its_own():
    result = repeat(1)
    assert result.ttft is result.distributions["ttft"]
    assert not hasattr(result, "ttff")


def test_the_help_lists_what_options_take(capsys):
    with pytest.raises(SystemExit):
        main(["perf", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "of ttft, tpot, icl, latency" in said
    assert "p99_ of ttft, tpot, latency, on success_rate, rps, tps" in said

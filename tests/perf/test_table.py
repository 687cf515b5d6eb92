"""Tables and lines at the width of a terminal, and the page's plots."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from evalscope_pytest.perf.load.load_point import LoadPoint
from evalscope_pytest.perf.load.session import Snapshot
from evalscope_pytest.perf.measure.result import Failure
from evalscope_pytest.perf.output.html import render
from evalscope_pytest.perf.output.plot import HEIGHT, WIDTH, Series, plot
from evalscope_pytest.perf.output.progress import line_of
from evalscope_pytest.perf.output.table import NAME, rate_columns, text, time_columns
from evalscope_pytest.perf.search.repeats import of_repeats

from .test_repeats import FACTS, repeat

COLUMNS = [column for group in ([NAME], *rate_columns(), *time_columns()) for column in group]


@pytest.fixture(scope="module")
def measured():
    whole = of_repeats([repeat(1), repeat(2), repeat(3)])
    doubtful = replace(
        whole,
        level=replace(whole.level, concurrency=4096),
        name="parallel_4096",
        invalid=("client-bound: the client used 93% of a core, so the figures are partly its own. Lower the load.",),
        notes=("12 of 80 requests failed, which is a note that is longer than a terminal has columns, as notes are.",),
        failures=(Failure("HTTP 500: " + "x" * 300, 12, 0.2),),
    )
    return [whole, doubtful]


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_nothing_is_wider_than_the_terminal_and_nothing_is_lost(width, measured):
    shown = text(measured, width)
    assert all(len(line) <= width for line in shown.splitlines() if "x" * 300 not in line)
    words = shown.split()
    for name, cell in COLUMNS:
        assert all(word in words for word in name.split())
        for result in measured:
            assert cell(result) in shown
    assert "Lower the load." in " ".join(words)


def test_a_file_has_all_in_one_table(measured):
    head = text(measured).splitlines()[0]
    assert [head.count(name) for name, _ in COLUMNS[:9]] == [1] * 8 + [4]
    assert "parallel 4096 INVALID" in text(measured)


@pytest.mark.parametrize("width", range(20, 140, 5))
def test_a_line_that_changes_never_wraps(width):
    level = LoadPoint(concurrency=8, requests=50000)
    line = line_of(level, Snapshot(4.0, 12345, 2, 8, 123456.0, (0.1, 2.5)), "parallel_8 (2 of 3)", width)
    assert len(line) < width
    assert line.startswith("parallel_8 (2 of 3"[: width - 1])
    assert width < 60 or line.endswith("2 errors")


def test_marks_of_a_plot_lie_within_it():
    xs, ys = [0.3, 1.7, 9.9], [0.5, 1234.0, 999.0]
    drawn = plot("Title", "seconds", [Series("a", xs, ys), Series("b", xs, ys[::-1])])
    assert re.findall(r">([\d,.]+k?)<", drawn) == ["0", "500", "1,000", "1,500", "2", "4", "6", "8"]
    for x, y in re.findall(r'x="([\d.-]+)" y="([\d.-]+)"', drawn):
        assert 0 <= float(x) <= WIDTH
        assert 0 <= float(y) <= HEIGHT
    places = [float(x) for x in re.findall(r'class="k\d" x="([\d.]+)"', drawn)]
    assert places == sorted(places), "names stand in the order of the lines"


@pytest.mark.parametrize("value", [0.0, 1e-9, 3e8, 1.0])
def test_a_plot_of_one_value_is_drawn(value):
    assert "<path" in plot("t", "x", [Series("", [5.0], [value])])


def test_the_page_says_what_stands_against_a_result_in_its_row(measured):
    page = render(FACTS, measured)
    assert page.count("parallel 4096 INVALID") == 2
    assert "<script" not in page
    assert f"12 × HTTP 500: {'x' * 300}" in page
    assert page.count("<summary>3 repeats</summary>") == 2

"""The heat map of Needle in a Haystack: as a file, in the page, and its cells left out of the tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from xml.etree import ElementTree

from evalscope_pytest.benchmarks.after_run import FinishedRun
from evalscope_pytest.report.build import build_report, save_report
from evalscope_pytest.report.html import About, render
from evalscope_pytest.report.model import Report
from evalscope_pytest.report.table import metric_table
from evalscope_pytest.store.layout import WorkDir
from evalscope_pytest.store.plan import RunPlan
from evalscope_pytest.suites.long_context.needle.heat_map import HeatMap, draw, heat_maps, save_heat_maps

from ..report.rows import plan, row

SVG = "{http://www.w3.org/2000/svg}"
CELLS = {(1000, 0): 1.0, (1000, 100): 0.0, (16000, 0): 0.5, (16000, 100): 0.25}


def hidden(subset: str = "english") -> Report:
    rows = [
        row(subset, n, values={"accuracy": score, f"Context#{length} Depth#{depth}": score})
        for n, ((length, depth), score) in enumerate(CELLS.items())
    ]
    return build_report(plan({subset: len(rows)}), rows, "tiny")


def test_the_cells_of_a_report_are_a_heat_map_for_each_subset() -> None:
    assert heat_maps(hidden()) == [HeatMap("english", CELLS)]
    assert heat_maps(build_report(plan({"a": 1}), [row("a", 0)], "tiny")) == []


def test_lengths_go_across_and_depths_down_in_colours_of_the_score() -> None:
    picture = ElementTree.fromstring(draw(HeatMap("<english>", CELLS)))
    words = [text.text for text in picture.iter(f"{SVG}text")]
    assert words[:5] == ["<english>", "1,000", "16,000", "0 %", "100 %"]
    assert words[5:9] == ["1.00", "0.00", "0.50", "0.25"]
    assert [(rect.get("x"), rect.get("y")) for rect in picture.iter(f"{SVG}rect")] == [
        ("80", "34"), ("80", "64"), ("140", "34"), ("140", "64"),
    ]  # fmt: skip
    assert [rect.get("fill") for rect in picture.iter(f"{SVG}rect")] == ["#2a9d6f", "#c83e4d", "#f2c14e", "#dd804e"]


def test_the_picture_is_a_file_beside_the_report_and_a_part_of_the_page(tmp_path: Path) -> None:
    save_report(WorkDir(tmp_path), hidden("../up"))
    summary = save_heat_maps(_finished(tmp_path))
    (file,) = (tmp_path / "reports").rglob("*.svg")
    assert file.parent == tmp_path / "reports" / "tiny"
    assert summary is not None
    shown = replace(hidden(), pictures=summary.pictures)
    page = render(About("tiny", datetime(2026, 3, 9, tzinfo=timezone.utc)), [shown], {})
    assert file.read_text() in page
    assert "Context#" not in page


def test_a_run_without_scores_has_no_picture(tmp_path: Path) -> None:
    save_report(WorkDir(tmp_path), build_report(plan({"english": 1}), [row("english", 0, None)], "tiny"))
    assert save_heat_maps(_finished(tmp_path)) is None
    assert not [*tmp_path.rglob("*.svg")]


def _finished(folder: Path) -> FinishedRun:
    benchmark = plan({"english": 4})
    return FinishedRun(WorkDir(folder), RunPlan("tiny", "tiny", "session", (benchmark,)), benchmark)


def test_tables_show_the_mean_and_not_a_hundred_cells() -> None:
    table = metric_table([hidden()])
    assert "mean_acc" in table
    assert "Context#" not in table

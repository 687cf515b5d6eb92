"""Reports of all generations can be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalscope_pytest.core.errors import StoreError
from evalscope_pytest.report.model import dump_report, load_report

from .rows import report


def test_a_written_report_is_read_as_it_was(tmp_path: Path) -> None:
    made = report({"a": [1, 0, None], "b": [1, 1]}, categories={"a": ("X", "Y")}, version="3")
    path = tmp_path / "quiz.json"
    path.write_bytes(dump_report(made))
    read = load_report(path)
    assert read == made
    assert dump_report(read) == dump_report(made)


@pytest.mark.real_data
def test_evalscopes_reports_are_read_and_written_alike(parity: Path) -> None:
    for path in sorted(parity.glob("*/report.json")):
        data = json.loads(path.read_bytes())
        data["execution_summary"]["evalscope_pytest"] = None
        read = load_report(path).to_json()
        read["execution_summary"]["evalscope_pytest"] = None
        assert json.dumps(read) == json.dumps(data), path


@pytest.mark.parametrize(
    ("name", "label", "aggregation", "dimensions"),
    [
        ("AverageAccuracy", "AverageAccuracy", "mean", ()),
        ("mean_acc", "mean_acc", "mean", ()),
        ("pass@1", "pass@1", "pass_at_k", (("k", 1),)),
        ("mean_pass@4", "mean_pass@4", "pass_at_k", (("k", 4),)),
        ("mean_Rouge-L-R", "mean_Rouge-L-R", "mean", (("statistic", "recall"), ("variant", "l"))),
    ],
)
def test_reports_of_schema_1_are_read(
    tmp_path: Path, name: str, label: str, aggregation: str, dimensions: tuple[object, ...]
) -> None:
    subset = {"name": "main", "score": 0.3, "num": 10}
    category = {"name": ["default"], "num": 10, "score": 0.3, "macro_score": 0.3, "subsets": [subset]}
    metric = {"name": name, "num": 10, "score": 0.3, "macro_score": 0.3, "categories": [category]}
    data = {
        "name": "m@gsm8k",
        "dataset_name": "gsm8k",
        "model_name": "m",
        "score": 0.3,
        "metrics": [metric],
        "analysis": "N/A",
    }
    path = tmp_path / "gsm8k.json"
    path.write_text(json.dumps(data))
    read = load_report(path)
    assert (read.score, read.num, read.execution) == (0.3, 10, None)
    primary = read.primary_metric
    assert primary is not None
    assert (primary.label, primary.identity.aggregation, primary.identity.dimensions) == (
        label,
        aggregation,
        dimensions,
    )


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"schema_version": 2}', b"\xff"])
def test_what_is_no_report_is_refused_with_its_path(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"x\.json"):
        load_report(path)

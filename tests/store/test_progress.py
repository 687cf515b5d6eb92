"""progress.json tells from outside how far a run is."""

from __future__ import annotations

import json
from pathlib import Path

from evalscope_pytest.core.service_state import ServiceState
from evalscope_pytest.store.progress import BenchmarkProgress, ProgressFile


def test_document_has_flat_counts_and_a_stage_with_children(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    done = BenchmarkProgress("arc", 10, 10, 10)
    going = BenchmarkProgress("mmlu", 30, 20, 5, split="val")
    waiting = BenchmarkProgress("gsm8k", 20, 0, 0)
    ProgressFile(path).update([done, going, waiting])
    document = json.loads(path.read_text())
    updated = document.pop("updated_at")
    assert len(updated) == len("2026-03-09T10:05:42Z")
    assert document == {
        "status": "running",
        "pipeline": "eval",
        "total_count": 60,
        "processed_count": 15,
        "percent": 25.0,
        "stage": {
            "name": "Evaluating",
            "label": "mmlu",
            "current": 2,
            "total": 3,
            "status": "running",
            "children": [
                _child("Predicting", "mmlu@val", 20, 30, "running"),
                _child("Reviewing", "mmlu@val", 5, 30, "running"),
            ],
        },
    }


def _child(name: str, label: str, current: int, total: int, status: str) -> dict[str, object]:
    return {"name": name, "label": label, "current": current, "total": total, "status": status, "children": []}


def test_it_is_due_once_a_second(tmp_path: Path) -> None:
    now = [0.0]
    file = ProgressFile(tmp_path / "progress.json", clock=lambda: now[0])
    state = [BenchmarkProgress("arc", 4, 4, 4)]
    assert file.is_due
    file.update(state)
    now[0] = 0.9
    assert not file.is_due
    now[0] = 1.0
    assert file.is_due
    file.update(state, "completed")
    document = json.loads((tmp_path / "progress.json").read_text())
    assert document["status"] == document["stage"]["status"] == "completed"
    assert (document["percent"], document["stage"]["current"]) == (100.0, 1)
    assert list(tmp_path.iterdir()) == [tmp_path / "progress.json"]


def test_a_run_without_samples_is_done(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path / "progress.json")
    file.update([], "completed")
    assert json.loads((tmp_path / "progress.json").read_text())["percent"] == 100.0


def test_the_state_of_the_service_is_in_it(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path / "progress.json")
    state = ServiceState(in_flight=3, limit=12, most=64, rate_limited=31, waits_s=12.3456, waits_for="Retry-After")
    state = state._replace(waiting=4, longest_s=55.678)
    file.update([BenchmarkProgress("arc", 4, 2, 2)], service=state)
    service = json.loads((tmp_path / "progress.json").read_text())["service"]
    assert set(service) == set(ServiceState._fields)
    assert (service["limit"], service["waits_s"], service["breaker"]) == (12, 12.3, "closed")
    assert (service["waiting"], service["longest_s"]) == (4, 55.7)

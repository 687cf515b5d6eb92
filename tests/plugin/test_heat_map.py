"""A run of the needle in a haystack leaves a picture."""

from __future__ import annotations

import json

from .project import Project


def test_a_run_draws_its_heat_map(project: Project) -> None:
    project.write("essays/PaulGraham_Essays.txt", "It is late. " * 400)
    args = {
        "dataset_id": str(project.path / "essays"),
        "subset_list": ["english"],
        "extra_params": {"context_lengths_max": 2000, "context_lengths_num_intervals": 2},
    }
    given = json.dumps({"needle_haystack": args})
    run = project.run("--eval-datasets", "needle_haystack", "--eval-dataset-args", given, here=False)
    assert run.counts == {"correct": 20}
    assert run.work_dir is not None
    picture = run.work_dir / "reports" / "mock" / "needle_haystack_heatmap_english.svg"
    assert picture.read_text().count("<rect") == 20
    assert picture.read_text().strip() in (run.work_dir / "reports" / "report.html").read_text()
    assert "Context#" not in run.out

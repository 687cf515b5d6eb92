"""Runs with the prompts of an installed EvalScope."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.benchmarks.test_evalscope_prompts import evalscope  # noqa: F401
from tests.suites.written import write


@pytest.mark.skipif(find_spec("evalscope") is not None, reason="EvalScope is installed")
def test_without_an_evalscope_a_run_stops_before_it_asks(project):
    run = project.run("--eval-datasets=demo_math", "--eval-prompts=evalscope", here=False)
    assert run.code == 4
    assert "none is installed" in run.out


def test_a_run_sends_them(project, evalscope, tmp_path):  # noqa: F811
    write("gsm8k", tmp_path / "data")
    run = project.run(
        "--eval-datasets=gsm8k", "--eval-prompts=evalscope", f"--eval-dataset-dir={tmp_path / 'data'}", here=False
    )
    (row,) = run.rows()
    assert [message["role"] for message in row["messages"]] == ["system", "user", "assistant"]
    assert row["messages"][0]["content"] == "Be exact."
    assert row["messages"][1]["content"].startswith("Seen:\n")
    assert row["messages"][1]["content"].endswith("How many?\n\\boxed{}")

"""The action's own script, run by bash as a job of GitHub runs it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEP = next(step for step in ACTION["runs"]["steps"] if step.get("id") == "evaluate")
pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


@pytest.fixture
def job(tmp_path):
    """Return a function that runs the step with inputs, and returns its exit code, outputs and summary."""
    bin_ = tmp_path / "temp" / "evalscope-pytest" / "bin"
    bin_.mkdir(parents=True)
    (bin_ / "pytest").write_text(f'#!/bin/sh\nexec {sys.executable} -m pytest -p no:cacheprovider -p no:syrupy "$@"\n')
    (bin_ / "pytest").chmod(0o755)
    checkout, outputs, page = tmp_path / "checkout", tmp_path / "outputs", tmp_path / "summary.md"
    checkout.mkdir()

    def run(**inputs):
        given = {name: value.get("default", "") for name, value in ACTION["inputs"].items()} | inputs
        names = {variable: text.strip("${} ").removeprefix("inputs.") for variable, text in STEP["env"].items()}
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("EVALSCOPE_", "PYTEST_"))}
        environment = kept | {variable: given[name] for variable, name in names.items()}
        environment |= {
            "RUNNER_TEMP": str(tmp_path / "temp"), "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(page),
        }  # fmt: skip
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEP["run"]]
        done = subprocess.run(shell, cwd=checkout, env=environment, capture_output=True, text=True, timeout=120)
        found = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
        return done.returncode, found, page.read_text(), checkout

    return run


def test_a_model_that_passes(job):
    code, outputs, page, checkout = job(
        model="mock", datasets="demo_math, demo_science\n", gates="demo_math >= 0.7 @95%\n\n demo_science>=0.5\n"
    )
    assert code == 0
    assert outputs == {"exit-code": "0", "report": "eval-outputs/reports/report.html"}
    assert (checkout / outputs["report"]).is_file()
    assert page.startswith("### ✅ Evaluation of mock: 2 passed of 2 gates")


def test_a_model_that_fails(job):
    code, outputs, page, _ = job(
        model="mock",
        datasets="demo_math",
        gates="demo_math>=0.9",
        args="--eval-model-args=accuracy=0.5\n--eval-limit=8",
    )
    assert code == 1
    assert outputs["exit-code"] == "1"
    assert "❌ failed" in page


def test_inputs_are_words_not_code(job):
    code, _, page, checkout = job(model="mock", datasets="demo_math", gates="demo_math>=0.5 $(touch made); touch made")
    assert code == 4
    assert not (checkout / "made").exists()
    assert "nothing was evaluated" in page


def test_every_input_is_used():
    text = (ROOT / "action.yml").read_text()
    assert [name for name in ACTION["inputs"] if f"inputs.{name}" not in text] == []


def test_the_job_for_gitlab_runs(tmp_path):
    blocks = (ROOT / "docs" / "ci.md").read_text().split("```yaml\n")[1:]
    job = yaml.safe_load(blocks[1].split("```")[0])["evaluate"]
    command = job["script"][-1].replace("pytest ", f"{sys.executable} -m pytest -p no:cacheprovider -p no:syrupy ", 1)
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("EVALSCOPE_", "PYTEST_"))}
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=kept, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "outputs" / "reports" / "report.html").is_file()
    assert all(
        (tmp_path / path).exists() for path in [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]
    )


def test_the_job_for_github_gives_inputs_that_exist():
    block = (ROOT / "docs" / "ci.md").read_text().split("```yaml\n")[1].split("```")[0]
    step = yaml.safe_load(block)["jobs"]["evaluate"]["steps"][-1]
    assert set(step["with"]) <= set(ACTION["inputs"])

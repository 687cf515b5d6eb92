"""`run_task` with a stand-in for the program it starts, for each way a run can end, and once for real."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evalscope_pytest import TaskConfig, run_task
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.run import EvaluationError

# Writes down what it was started with, reports what it was told to, and ends as it was told to.
STAND_IN = """
import json, os, pathlib, sys
settings = json.loads(sys.stdin.read())
record = {"settings": settings, "argv": sys.argv[1:], "cwd": os.getcwd(),
          "environment": sorted(n for n in os.environ if n.startswith("PYTEST_"))}
pathlib.Path(os.environ["STAND_IN_RECORD"]).write_text(json.dumps(record))
root = pathlib.Path(settings.get("use_cache") or settings["work_dir"])
for name in os.environ.get("STAND_IN_REPORTS", "").split():
    folder = root / "reports" / settings["model"].rpartition("/")[2]
    folder.mkdir(parents=True, exist_ok=True)
    report = {"dataset_name": name, "model_name": "m", "metrics": [
        {"name": "mean_acc", "num": 2, "score": 0.5, "macro_score": 0.5, "categories": []}]}
    (folder / f"{name}.json").write_text(json.dumps(report))
print("on stdout")
print(os.environ.get("STAND_IN_COMPLAINT", "on stderr"), file=sys.stderr)
sys.exit(int(os.environ.get("STAND_IN_EXIT", "0")))
"""


@pytest.fixture
def started(tmp_path, monkeypatch):
    """Make `python -m pytest` the stand-in, and return what the last one was started with."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pytest.py").write_text(STAND_IN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "bin"))
    monkeypatch.setenv("STAND_IN_RECORD", str(tmp_path / "record.json"))
    monkeypatch.chdir(tmp_path)
    for name in [n for n in os.environ if n.startswith("EVALSCOPE_")]:
        monkeypatch.delenv(name)
    return lambda: json.loads((tmp_path / "record.json").read_text())


TASK = {"model": "org/m", "api_url": "http://h/v1", "datasets": ["gsm8k", "arc"], "limit": 5}


@pytest.mark.parametrize("form", ["object", "mapping", "yaml", "json", "path"])
def test_every_form_of_configuration_gives_the_reports(form, started, monkeypatch, tmp_path):
    monkeypatch.setenv("STAND_IN_REPORTS", "gsm8k arc")
    (tmp_path / "c.json").write_text(json.dumps(TASK))
    (tmp_path / "c.yaml").write_text("model: org/m\napi_url: http://h/v1\ndatasets: [gsm8k, arc]\nlimit: 5\n")
    task = {"object": TaskConfig(**TASK), "mapping": TASK, "yaml": "c.yaml", "json": "c.json",
            "path": tmp_path / "c.yaml"}[form]  # fmt: skip
    reports = run_task(task)
    assert list(reports) == ["gsm8k", "arc"]
    assert reports["arc"].score == 0.5
    settings = started()["settings"]
    assert {name: settings[name] for name in TASK} == TASK


def test_a_list_gives_a_list_and_each_run_a_directory(started, monkeypatch, tmp_path):
    monkeypatch.setenv("STAND_IN_REPORTS", "gsm8k")
    results = run_task([{**TASK, "model": "a"}, TaskConfig(**{**TASK, "model": "b"})])
    assert [list(reports) for reports in results] == [["gsm8k"], ["gsm8k"]]
    assert len(list((tmp_path / "outputs").iterdir())) == 2


def test_keys_go_over_standard_input_only(started, tmp_path):
    headers = {"Authorization": "s3cret-header"}
    run_task({**TASK, "api_key": "s3cret-key", "generation_config": {"extra_headers": headers}})
    assert started()["settings"]["api_key"] == "s3cret-key"
    assert started()["settings"]["generation_config"]["extra_headers"] == headers
    assert "s3cret" not in " ".join(started()["argv"])
    assert not [p for p in (tmp_path / "outputs").rglob("*") if p.is_file() and "s3cret" in p.read_text()]


def test_a_session_around_it_does_not_reach_the_child(started, monkeypatch, tmp_path):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-n 4")
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    run_task(TASK, pytest_args=["tests/eval", "-k", "x"])
    assert started()["environment"] == []
    assert started()["argv"] == ["--eval-task-config=-", "tests/eval", "-k", "x"]
    assert started()["cwd"] == str(tmp_path)


def test_only_what_was_set_is_handed_on_so_that_the_ini_file_still_counts(started):
    run_task(TASK)
    assert set(started()["settings"]) == {*TASK, "work_dir", "no_timestamp"}


def test_the_environment_counts_below_the_configuration(started, monkeypatch, tmp_path):
    monkeypatch.setenv("EVALSCOPE_LIMIT", "9")
    monkeypatch.setenv("EVALSCOPE_SEED", "7")
    monkeypatch.setenv("EVALSCOPE_WORK_DIR", str(tmp_path / "elsewhere"))
    run_task(TASK)
    assert (started()["settings"]["limit"], started()["settings"]["seed"]) == (5, 7)
    assert Path(started()["settings"]["work_dir"]).parent == tmp_path / "elsewhere"


def test_an_earlier_run_is_carried_on_where_it_is(started, monkeypatch, tmp_path):
    monkeypatch.setenv("STAND_IN_REPORTS", "gsm8k other")
    (tmp_path / "earlier").mkdir()
    assert list(run_task({**TASK, "use_cache": "earlier"})) == ["gsm8k"]
    assert started()["settings"]["use_cache"] == str(tmp_path / "earlier")
    assert "work_dir" not in started()["settings"]


def test_output_is_passed_on(started, capsys):
    run_task(TASK)
    output = capsys.readouterr()
    assert (output.out, output.err) == ("on stdout\n", "on stderr\n")


def test_a_usage_error_of_the_child_is_a_config_error_with_its_message(started, monkeypatch, tmp_path):
    monkeypatch.setenv("STAND_IN_EXIT", "4")
    monkeypatch.setenv("STAND_IN_COMPLAINT", "a warning\nERROR: no benchmark named 'gsm'. Did you mean 'gsm8k'?\n")
    with pytest.raises(ConfigError, match=r"^no benchmark named 'gsm'\. Did you mean 'gsm8k'\?$"):
        run_task(TASK)
    assert list((tmp_path / "outputs").iterdir()) == []


@pytest.mark.parametrize(
    ("code", "reason"), [(1, "a gate failed"), (2, "interrupted"), (3, "internal error"), (5, "nothing was selected")]
)
def test_any_other_exit_code_is_an_error_that_carries_it_and_the_reports(code, reason, started, monkeypatch):
    monkeypatch.setenv("STAND_IN_EXIT", str(code))
    monkeypatch.setenv("STAND_IN_REPORTS", "gsm8k")
    with pytest.raises(EvaluationError, match=reason) as error:
        run_task(TASK)
    assert error.value.exit_code == code
    assert error.value.reports["gsm8k"].score == 0.5


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ({"datasets": ["gsm8k"]}, "no model is given"),
        ({"model": "m"}, "no benchmark is given"),
        ({**TASK, "limt": 5}, "Did you mean 'limit'"),
        ("nosuch.yaml", "no configuration file nosuch.yaml"),
        (5, "task_cfg is a int"),
        ({**TASK, "use_cache": "nosuch"}, "use_cache is not there"),
    ],
)
def test_mistakes_are_told_before_anything_is_started(task, words, started, tmp_path):
    with pytest.raises(Exception, match=words) as error:
        run_task(task)
    assert type(error.value).__name__ in ("ConfigError", "UsageError")
    assert not (tmp_path / "record.json").exists()


def test_a_model_of_the_demo_is_evaluated_for_real(tmp_path):
    code = (
        "from evalscope_pytest import TaskConfig, run_task\n"
        "print('REPORTS', {n: (r.score, r.num) for n, r in "
        "run_task(TaskConfig(model='mock', datasets=['demo_math'], limit=2, api_key='s3cret-key')).items()})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert "REPORTS {'demo_math': (1.0, 2)}" in done.stdout, done.stdout + done.stderr
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and b"s3cret" in p.read_bytes()]

"""Results as experiments of other tools: stand-ins that note what they are told, and the real ones where they are."""

from __future__ import annotations

import json
import math

import pytest

from evalscope_pytest.perf.output.records import scalars

from .test_verdict import result

STAND_IN = """
import json
calls = []

class Experiment:
    def log(self, values, step):
        calls.append(["log", step, values])

def init(**named):
    calls.append(["init", named])
    return Experiment()

def finish():
    with open("told.json", "w") as file:
        json.dump(calls, file)
"""


@pytest.mark.parametrize(("tool", "name"), [("wandb", "name"), ("swanlab", "experiment_name")])
def test_each_load_is_a_step(tool, name, perf, tmp_path, monkeypatch):
    (tmp_path / f"{tool}.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, tool, raising=False)
    assert perf("--parallel", "1", "2", "-n", "4", "--visualizer", tool, "--api-key", "sk-secretsecretsecret1") == 0
    told = (tmp_path / "told.json").read_text()
    (_, begun), *logged = json.loads(told)
    assert (begun["project"], begun[name], begun["config"]["model"]) == ("perf_benchmark", "m", "m")
    assert [(step, values["parallel"]) for _, step, values in logged] == [(0, 1.0), (1, 2.0)]
    assert logged[0][2]["ttft/p99"] > 0
    assert "secretsecret" not in told


def test_a_tool_that_is_not_there_is_told_before_anything_is_sent(perf, service, monkeypatch, capsys):
    monkeypatch.setitem(__import__("sys").modules, "wandb", None)
    assert perf("-n", "4", "--visualizer", "wandb") == 4
    assert "pip install wandb" in capsys.readouterr().err
    assert service.requests == []


def test_figures_that_are_not_there_are_left_out():
    found = scalars(result())
    assert "goodput" not in found
    assert "rate" not in found
    assert all(math.isfinite(value) for value in found.values())


@pytest.mark.parametrize(("tool", "mode"), [("wandb", "WANDB_MODE"), ("swanlab", "SWANLAB_MODE")])
def test_the_real_tool_offline(tool, mode, perf, monkeypatch):
    pytest.importorskip(tool)
    monkeypatch.setenv(mode, "offline")
    assert perf("-n", "4", "--visualizer", tool) == 0

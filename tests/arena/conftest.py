"""Arenas as users hold them: runs that have been recorded, and a scripted judge."""

from __future__ import annotations

import json
import re

import evalica
import pytest
import scipy.stats

# As in tests/plugin: what a run in this process imports is forgotten with it, and numpy cannot be imported twice.
import evalscope_pytest.arena.general
import evalscope_pytest.arena.summary  # noqa: F401
from evalscope_pytest.arena.results import Battle, rate
from tests.plugin.conftest import nothing_from_around, project  # noqa: F401
from tests.servers.judge import JudgeServer, verdict

assert rate([Battle(str(n), "a", "b", n / 2) for n in range(3)])  # loads whatever evalica, numpy and pandas load late
assert evalica.__version__, scipy.stats.norm


def shown(messages: list[dict[str, str]]) -> list[str]:
    """Return the replies a judge is shown, in their order."""
    return [part.split("\n")[1] for part in messages[1]["content"].split("<<< ")[1:]]


def fair(messages: list[dict[str, str]]) -> str:
    """Prefer the reply that is the sum asked for."""
    one, other = map(int, re.findall(r"(\d+) \+ (\d+)", messages[1]["content"])[0])
    right = [reply == str(one + other) for reply in shown(messages)]
    if len(right) == 1:
        return verdict(1.0 if right[0] else 0.25)
    return verdict("tie" if right[0] == right[1] else "A" if right[0] else "B")


@pytest.fixture
def judge_server():
    with JudgeServer(fair) as server:
        yield server


class Arenas:
    """Recorded runs of sums, and arenas over them."""

    def __init__(self, project, judge_server) -> None:  # noqa: F811
        self.project = project
        self.judge_server = judge_server

    def record(self, name: str, accuracy: float, *args: object, count: int = 12) -> str:
        """Record a run in which a model is right as often as that."""
        if not (self.project.path / "test_adding.py").exists():
            self.project.benchmark(count=count)
        options = ["--eval-no-timestamp", f"--eval-work-dir=runs/{name}", f"--eval-model-id={name}"]
        run = self.project.run(f"--eval-model-args=accuracy={accuracy}", *options, *args)
        assert run.code == 0, run.out
        return f"runs/{name}"

    @property
    def judge(self) -> str:
        return f"--eval-judge-model-args=model_id=j,api_url={self.judge_server.url}"

    def hold(self, *args: object, params: dict[str, object] | None = None, judge: str | None = None):
        """Hold an arena; words without a dash are its models."""
        words = [f"--eval-arena={word}" if not word.startswith("-") else word for word in map(str, args)]
        if params:
            words.append("--eval-dataset-args=" + json.dumps({"general_arena": {"extra_params": params}}))
        return self.project.run(*words, self.judge if judge is None else judge, model="", here=False)


def ratings(run) -> dict:
    """Return what an arena wrote."""
    (file,) = run.work_dir.glob("reports/*/general_arena/ratings.json")
    return json.loads(file.read_text())


@pytest.fixture
def arenas(project, judge_server):  # noqa: F811
    return Arenas(project, judge_server)

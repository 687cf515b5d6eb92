"""A user's folder with benchmarks in it, and runs of pytest there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.forking.client import Forked, start
from tests.servers.openai_server import OpenAIServer

HEAD = """
import asyncio, logging, os, sys, threading, time
import pytest
from evalscope_pytest import FewShot, Message, Sample, Score, benchmark, local
from evalscope_pytest.scoring import exact_match

def to_sample(record):
    return Sample(input=record["question"], target=record["answer"])
"""
ASK = "async def test_{name}(sample, model):\n    return await model.generate(sample)"
PYTEST = ("-m", "pytest")
# Options of one run that no test here is about, and plugins that only cost time.
QUIET = ("-p", "no:hypothesispytest", "-p", "no:syrupy", "-p", "no:anyio", "-p", "no:timeout", "-p", "no:faulthandler")


def solve(messages: list[dict[str, Any]]) -> str:
    """Answer what a benchmark of `Project` asks."""
    numbers = re.findall(r"\d+", messages[-1]["content"])
    return str(sum(map(int, numbers)))


def wrong_about(*numbers: int) -> Callable[[list[dict[str, Any]]], str]:
    """Return the answers of a model that is wrong about these sums, and right about the others."""
    wrong = {str(2 * number) for number in numbers}
    return lambda messages: "wrong" if solve(messages) in wrong else solve(messages)


@dataclass(frozen=True)
class Run:
    """A finished run of pytest.

    Attributes:
        code: Its exit code.
        out: What it printed, stderr last.
        work_dir: Where it recorded; None when it did not.
    """

    code: int
    out: str
    folder: Path
    work_dir: Path | None

    @property
    def counts(self) -> dict[str, int]:
        """The counts of pytest's last line: ``{"correct": 12}``."""
        last = [line for line in self.out.splitlines() if re.search(r" in \d+\.\d+s", line)][-1]
        return {
            "errors" if word == "error" else word: int(number)
            for number, word in re.findall(r"(\d+) ([a-z][a-z ]*[a-z])(?:,| in )", last)
        }

    @property
    def reports(self) -> dict[str, dict[str, Any]]:
        """The reports by benchmark, as JSON."""
        if self.work_dir is None:
            return {}
        files = sorted((self.work_dir / "reports").glob("*/*.json"))
        return {report["dataset_name"]: report for report in (json.loads(f.read_text()) for f in files)}

    def score(self, benchmark: str = "adding") -> float:
        """The primary metric's score."""
        report = self.reports[benchmark]
        identity = report["primary_metric_identity"]
        return next(m["score"] for m in report["metrics"] if m["identity"] == identity)

    def rows(self, kind: str = "predictions") -> list[dict[str, Any]]:
        """The rows of all predictions or reviews, file by file."""
        assert self.work_dir is not None
        files = sorted((self.work_dir / kind).glob("*/*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    @property
    def written(self) -> str:
        """Everything in the run's files."""
        assert self.work_dir is not None
        return "\n".join(f.read_text(errors="replace") for f in sorted(self.work_dir.rglob("*")) if f.is_file())


def drop_forgotten_modules() -> None:
    """Remove modules that pytester forgot from their packages, so that a patch by name reaches the next run's copy.

    pytester takes what a run has imported out of ``sys.modules``. The package keeps the old module as an attribute,
    ``monkeypatch.setattr("package.module.name", ...)`` would find that one, and the next run imports another.
    """
    ours = [(name, module) for name, module in sys.modules.items() if name.partition(".")[0] == "evalscope_pytest"]
    for name, package in ours:
        for attribute, value in list(vars(package).items()):
            part = f"{name}.{attribute}"
            if isinstance(value, ModuleType) and value.__name__ == part and sys.modules.get(part) is not value:
                delattr(package, attribute)


class Project:
    """A folder of a user's own.

    Attributes:
        path: The folder.
        options: Given to every run, before a run's own.
        model: The model runs are given.
        server: The service they ask, where there is one.
    """

    server: OpenAIServer

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        self.path = pytester.path
        self.options: list[str] = []
        self.model = "mock"

    def write(self, name: str, text: str) -> Path:
        """Write a file."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def data(self, name: str, count: int = 12, *, first: int = 0) -> Path:
        """Write sums to solve."""
        rows = ({"question": f"{i} + {i}", "answer": str(2 * i)} for i in range(first, first + count))
        return self.write(f"{name}.jsonl", "".join(json.dumps(row) + "\n" for row in rows))

    def benchmark(
        self,
        name: str = "adding",
        body: str | None = None,
        *,
        count: int = 12,
        options: str = "",
        before: str = "",
        after: str = "",
        marks: str = "",
    ) -> Path:
        """Write a benchmark of sums, and its data.

        Args:
            body: The whole test function; by default it asks the model and returns the output.
            count: Number of samples; 0 writes no data.
            options: Further arguments of the decorator.
            before: Code ahead of the benchmark, such as fixtures.
            after: Code behind it, such as ordinary tests.
            marks: Decorators above it.
        """
        if count:
            self.data(name, count)
        scorer = "" if "scorer" in options else "scorer=exact_match(), "
        decorator = f'@benchmark("{name}", dataset=local("{name}.jsonl"), to_sample=to_sample, {scorer}{options})'
        parts = [HEAD, before, marks, decorator, body or ASK.format(name=name), "\n", after]
        return self.write(f"test_{name}.py", "\n".join(parts))

    def run(self, *args: object, model: str | None = None, here: bool = True) -> Run:
        """Run pytest in this process: on the paths among ``args``, or on the whole folder.

        Args:
            model: Another model; empty for none.
            here: Name the folder; without any path the bundled benchmarks would run.
        """
        before = self._recorded()
        words = [*([f"--eval-model={model or self.model}"] if model != "" else []), *self.options, *map(str, args)]
        if here and not any(self._is_path(word) for word in words):
            words.insert(0, ".")
        result = self._pytester.runpytest_inprocess(*QUIET, *words)
        drop_forgotten_modules()
        return self._finished(int(result.ret), str(result.stdout), str(result.stderr), before)

    def start(
        self, *args: object, program: tuple[str, ...] = PYTEST, env: Mapping[str, str] | None = None, new: bool = False
    ) -> subprocess.Popen[str] | Forked:
        """Start a process of its own.

        Args:
            new: Start a new interpreter also for pytest; otherwise one that has imported pytest forks.
        """
        words = [*QUIET, *map(str, [*self.options, *args])] if program == PYTEST else [*map(str, args)]
        environment = {**os.environ, **(env or {})}
        if program == PYTEST and not new and (forked := start(words, self.path, environment)) is not None:
            return forked
        return subprocess.Popen(
            [sys.executable, *program, *words],
            cwd=self.path, env=environment, text=True, encoding="utf-8",
            stdin=subprocess.DEVNULL, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def finish(self, process: subprocess.Popen[str] | Forked, before: set[Path] | None = None) -> Run:
        """Wait for a process."""
        try:
            out, err = process.communicate(timeout=180)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"the run hangs\n{out}\n{err}") from None
        return self._finished(process.returncode, out, err, before or set())

    def spawn(self, *args: object, **options: Any) -> Run:
        """Run pytest in a process of its own."""
        before = self._recorded()
        return self.finish(self.start(*args, **options), before)

    def _is_path(self, word: str) -> bool:
        return not word.startswith("-") and (self.path / word.partition("::")[0]).exists()

    def _recorded(self) -> set[Path]:
        return {p for p in (self.path / "outputs").glob("*") if p.is_dir()}

    def _finished(self, code: int, out: str, err: str, before: set[Path]) -> Run:
        new = sorted(self._recorded() - before)
        assert len(new) < 2, new
        return Run(code, f"{out}\n{err}", self.path, new[0] if new else None)


def junit(path: Path) -> dict[str, ElementTree.Element]:
    """Return the test cases of a JUnit file by name."""
    return {case.get("name", ""): case for case in ElementTree.parse(path).iter("testcase")}


def kept(run: Run) -> dict[str, str]:
    """Return predictions, reviews and reports by file, without what is measured in seconds, and without gates."""
    assert run.work_dir is not None
    files = [f for kind in ("predictions", "reviews", "reports") for f in (run.work_dir / kind).glob("*/*.json*")]
    return {str(f.relative_to(run.work_dir)): _timeless(f) for f in sorted(files)}


def _timeless(file: Path) -> str:
    text = file.read_text()
    rows = text.splitlines() if file.suffix == ".jsonl" else [text]
    return "\n".join(json.dumps(_without_times(json.loads(row))) for row in rows)


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_times(v) for k, v in value.items() if k not in ("time", "perf_metrics", "gates")}
    return [_without_times(v) for v in value] if isinstance(value, list) else value

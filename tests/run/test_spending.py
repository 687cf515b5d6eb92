"""Prices and limits without pytest: from Python, and from the command line of this package."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from evalscope_pytest import Sample, benchmark, local, run_task
from evalscope_pytest.config.prices import UNIT, money
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.run import EvaluationError, Session
from evalscope_pytest.run.spending import cost_text
from evalscope_pytest.scoring import exact_match
from tests.servers.service import Answer

PRICES = "served: {input: 10, output: 100}\n"
USAGE = {"prompt_tokens": 20, "completion_tokens": 30, "total_tokens": 50}
TEST = """
from evalscope_pytest import Sample, benchmark, local
from evalscope_pytest.scoring import exact_match

@benchmark("adding", dataset=local("adding.jsonl"), scorer=exact_match())
def test_adding(record) -> Sample:
    return Sample(record["question"], target=record["answer"])
"""


def solve(messages):
    return Answer(str(sum(map(int, re.findall(r"\d+", messages[-1]["content"])))), usage=USAGE)


@pytest.fixture
def task(tmp_path, monkeypatch, openai_server):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "adding.jsonl").write_text(
        "".join(json.dumps({"question": f"{i} + {i}", "answer": str(2 * i)}) + "\n" for i in range(20))
    )
    (tmp_path / "test_adding.py").write_text(TEST)
    (tmp_path / "prices.yaml").write_text(PRICES)
    openai_server.answer = solve
    return {
        "model": "served", "api_url": openai_server.url, "prices": "prices.yaml", "max_cost": 0.02,
        "generation_config": {"max_tokens": 30}, "no_timestamp": True, "work_dir": "out",
    }  # fmt: skip


def cost(report) -> Decimal:
    return money(report.execution.costs.total())


def adding(file: Path):
    async def ask(sample, model):
        return await model.generate(sample)

    decorated = benchmark(
        "adding", dataset=local(str(file)), scorer=exact_match(),
        to_sample=lambda record: Sample(record["question"], target=record["answer"]),
    )  # fmt: skip
    return decorated(ask)


def test_a_session_stops_at_the_limit_and_is_carried_on(task, tmp_path, openai_server):
    own = adding(tmp_path / "adding.jsonl")
    with Session(task, benchmarks=[own]) as session:
        with pytest.raises(EvaluationError, match=r"the budget is used up\. .* of 0\.02 USD are spent") as failure:
            session.run()
        assert any("estimate" in note for note in session.notes)
    sent = len(openai_server.requests)
    assert cost(failure.value.reports["adding"]) == sent * Decimal("0.0032") <= Decimal("0.02")
    with Session({**task, "max_cost": 1}, benchmarks=[own]) as session:
        reports = session.run()
    assert len(openai_server.requests) == 20
    assert cost(reports["adding"]) == 20 * Decimal("0.0032")


def test_run_task_says_that_the_budget_is_used_up(task, openai_server):
    with pytest.raises(EvaluationError, match="exit code 1: the budget is used up") as failure:
        run_task(task, pytest_args=["test_adding.py"])
    assert 0 < failure.value.reports["adding"].execution.succeeded < 20
    reports = run_task({**task, "max_cost": 1}, pytest_args=["test_adding.py"])
    assert reports["adding"].execution.succeeded == 20
    assert len(openai_server.requests) == 20
    Path("other.yaml").write_text("other: {input: 1, output: 1}")
    with pytest.raises(ConfigError, match="no price for 'served'"):
        run_task({**task, "prices": "other.yaml"}, pytest_args=["test_adding.py"])


def test_the_command_line_takes_the_options(task, openai_server):
    words = [
        *("--model", "served", "--api-url", openai_server.url, "--prices", "prices.yaml", "--max-cost", "0.02"),
        *("--max-tokens-total", "100000", "--generation-config", "max_tokens=30", "test_adding.py"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "evalscope_pytest", "eval", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "0.02 USD left, " in done.stdout


def test_replies_of_a_version_without_a_ledger_count(task, tmp_path, openai_server):
    own = adding(tmp_path / "adding.jsonl")
    with Session({**task, "max_cost": None, "prices": None, "limit": 5}, benchmarks=[own]) as session:
        session.run()
    (tmp_path / "out" / "spending.jsonl").unlink()
    with Session({**task, "max_cost": 0.017, "limit": 10}, benchmarks=[own]) as session:
        with pytest.raises(EvaluationError, match="the budget is used up") as failure:
            session.run()
        assert any("replies of an earlier version" in note for note in session.notes)
    assert len(openai_server.requests) == 5
    assert cost(failure.value.reports["adding"]) == 5 * Decimal("0.0032")


@pytest.mark.parametrize(
    ("cost", "text"),
    [
        (0, "0.00"), (5 * UNIT, "5.00"), (UNIT // 20, "0.05"), (UNIT // 80, "0.012"), (1, "0.000000000000000001"),
        (1234 * UNIT + 5 * UNIT // 1000, "1234.00"), (UNIT * 999 // 1000, "1.00"), (UNIT // 10, "0.10"),
    ],
)  # fmt: skip
def test_costs_are_shown_with_two_digits_at_least(cost, text):
    assert cost_text(cost, "USD") == f"{text} USD"

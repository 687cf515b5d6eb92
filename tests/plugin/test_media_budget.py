"""Budgets and early stop of runs with pictures: they cost as well."""

from __future__ import annotations

import json

import pytest

from tests.media import png
from tests.servers.service import Answer

COUNT = 30
SIZE = 1_200  # pixels a side: 1,920 tokens, twice as many at most
TAKEN = 3_000  # tokens that the service bills for one
MADE = """
from evalscope_pytest import image, text
def to_sample(record):
    return Sample([text(record["question"]), image(record["image"])], record["answer"])
"""
SHORT = "--eval-generation-config=max_tokens=10"


def usage(tokens: int):
    used = {"prompt_tokens": tokens, "completion_tokens": 10, "total_tokens": tokens + 10}
    return lambda messages: Answer("7", usage=used)


@pytest.fixture
def seen(served):
    """A project whose questions come with a picture each."""
    served.benchmark(before=MADE, count=1)
    rows = [{"question": f"How many? {n}", "image": f"{n}.png", "answer": "7"} for n in range(COUNT)]
    served.write("adding.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    for n in range(COUNT):
        (served.path / f"{n}.png").write_bytes(png(SIZE, SIZE, n))
    served.server.answer = usage(TAKEN)
    return served


def spent(run) -> int:
    lines = (run.work_dir / "spending.jsonl").read_text().splitlines()
    found = [json.loads(line).get("spent", {}) for line in lines]
    return sum(one.get("input", 0) + one.get("output", 0) for one in found)


@pytest.mark.parametrize("processes", [0, 2])
def test_a_limit_holds_from_the_first_request_on(processes, seen):
    """All first requests are in flight before any reply shows what a picture costs."""
    seen.server.gather(4 if not processes else 1)
    run = seen.run("-n", processes, "--eval-max-tokens-total=17000", "--eval-batch-size=16", SHORT)
    assert run.code == 1, run.out
    assert 4 <= len(seen.server.requests) <= 5
    assert spent(run) <= 17_000
    assert "the next request may take up to 3,8" in run.out


def test_nothing_is_sent_if_the_first_picture_may_pass_the_limit(seen):
    run = seen.run("--eval-max-tokens-total=3000", SHORT)
    assert (run.code, run.counts, seen.server.requests) == (1, {"not run": COUNT}, [])


def test_the_estimate_counts_pictures(seen):
    run = seen.run("--collect-only", "--eval-max-tokens-total=1000000", SHORT)
    assert "estimate: 58,000 input and 300 output tokens for 30 samples" in run.out
    seen.run("--eval-limit=10", SHORT)
    again = seen.run("--collect-only", "--eval-max-tokens-total=1000000", SHORT)
    assert "estimate: 90,000 input" in again.out


def test_what_a_service_bills_beyond_the_allowance_is_learned(seen):
    seen.server.answer = usage(9_000)
    run = seen.run("--eval-max-tokens-total=30000", "--eval-batch-size=1", SHORT)
    assert len(seen.server.requests) == 3
    assert spent(run) <= 30_000


def test_a_service_that_reports_no_tokens_is_estimated_with_its_pictures(seen):
    seen.server.whole = lambda body, answer: {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": answer.text}, "finish_reason": "stop"}]
    }
    run = seen.run("--eval-limit=3", "--eval-max-tokens-total=1000000", SHORT)
    assert 3 * 1_920 < spent(run) < 3 * 1_940


def test_pictures_with_early_stop_and_a_limit_are_carried_on(seen):
    options = ("--eval-stop-when-decided", "--eval-gate=adding>=0.5", "--eval-batch-size=1", SHORT)
    run = seen.run(*options, "--eval-max-tokens-total=25000")
    first = len(seen.server.requests)
    assert (run.code, first) == (1, 8), run.out
    whole = seen.run(*options, "--eval-max-tokens-total=2500000", f"--eval-use-cache={run.work_dir}")
    assert whole.code == 0, whole.out
    assert 15 <= len(seen.server.requests) < COUNT
    assert seen.server.duplicates == 0

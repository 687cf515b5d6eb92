"""Rules over the repeats of a question, and questions whose repeats differ."""

from __future__ import annotations

import json
from collections import Counter
from threading import Lock

import pytest

from tests.servers.service import status

from .project import solve

AT_LEAST = '--eval-dataset-args={"adding": {"aggregation": "mean_and_at_least_k"}}'
REPEATED = ("--eval-repeats=5", AT_LEAST)


class Unsteady:
    """A model that is right about the n-th sum in n of its first five attempts; from the fifth sum on always."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._lock = Lock()

    def __call__(self, messages):
        right = solve(messages)
        with self._lock:
            self._seen[right] += 1
            fine = self._seen[right] <= int(right) // 2
        return right if fine else "wrong"


@pytest.fixture
def unsteady(served):
    served.benchmark(count=40)
    served.server.answer = Unsteady()
    return served


def scores(run) -> dict[str, float]:
    found = {}
    for metric in run.reports["adding"]["metrics"]:
        k = metric["identity"]["dimensions"].get("k")
        found[f"{metric['identity']['aggregation']}{k or ''}"] = metric["score"]
    return found


def own(run) -> dict:
    return run.reports["adding"]["execution_summary"]["evalscope_pytest"]


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_k_of_five_attempts_must_be_right(unsteady, workers):
    run = unsteady.run(
        *REPEATED, "--eval-gate=adding:at_least@4>=0.7 @95%", "--eval-gate=adding:at_least@5>=0.9", *workers
    )
    assert run.code == 1
    found = scores(run)
    assert [found[f"at_least_k{k}"] for k in range(1, 6)] == [39 / 40, 38 / 40, 37 / 40, 36 / 40, 35 / 40]
    assert found["mean"] == pytest.approx((35 * 5 + 10) / 200)
    assert own(run)["statistics"]["at_least@4"]["questions"] == 40
    assert "gate adding:at_least@4>=0.7 @95%: passed, at_least@4 0.9000 over 40, at least 0.79" in run.out
    assert "gate adding:at_least@5>=0.9: failed, at_least@5 0.8750 over 40, short of 0.9 by 0.025" in run.out
    assert "at_least@5" in run.out


def test_it_is_an_aggregation_of_a_benchmark(served):
    served.benchmark(count=6, options='aggregation="mean_and_at_least_k", repeats=3')
    run = served.run("--eval-gate=adding:at_least@3>=1")
    assert run.code == 0, run.out
    assert scores(run)["at_least_k3"] == 1.0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            REPEATED,
            "at_least@8 needs 8 repeats, and the run has 5. Allowed: at_least@1 to at_least@5, or --eval-repeats 8",
        ),
        (
            ("--eval-repeats=8",),
            'Request it with --eval-dataset-args \'{"adding": {"aggregation": "mean_and_at_least_k"}}\'',
        ),
    ],
)
def test_what_is_not_repeated_often_enough_is_refused_before_anything_is_sent(served, options, says):
    served.benchmark(count=6)
    run = served.run(*options, "--eval-gate=adding:at_least@8>=0.9")
    assert run.code == 4
    assert says in " ".join(run.out.split())
    assert served.server.requests == []


def test_a_missing_attempt_counts_at_its_worst_and_best(served):
    served.benchmark(count=12)
    seen: Counter[str] = Counter()

    def answer(messages):
        right = solve(messages)
        seen[right] += 1
        return status(400) if right == "22" and seen[right] > 2 else right

    served.server.answer = answer
    gates = [f"--eval-gate=adding:at_least@{k}>=0.7 @95%" for k in (2, 3)]
    run = served.run("--eval-repeats=3", "--eval-batch-size=1", AT_LEAST, *gates)
    found = {m["identity"]["dimensions"].get("k"): m for m in run.reports["adding"]["metrics"]}
    assert (found[2]["num"], found[2]["score"]) == (12, 1.0)  # two of three are right already
    assert (found[3]["num"], found[3]["score"]) == (11, 1.0)
    assert "gate adding:at_least@2>=0.7 @95%: passed, at_least@2 1.0000 over 12, at least 0.81" in run.out
    assert "at_least@3 1.0000 over 11, 1 without a score, between 0.69" in run.out


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_flaky_questions_are_counted_and_the_worst_are_listed(unsteady, workers):
    run = unsteady.run(*REPEATED, *workers)
    flaky = own(run)["flaky"]
    assert (flaky["metric"], flaky["questions"], flaky["flaky"]) == ("mean_acc", 40, 4)
    assert flaky["subsets"] == {"default": 4}
    assert [(q["id"], q["right"], q["rate"]) for q in flaky["most"]] == [
        ("adding[default-2]", 2, 0.6), ("adding[default-3]", 3, 0.6), ("adding[default-1]", 1, 0.4),
        ("adding[default-4]", 4, 0.4),
    ]  # fmt: skip
    line = "flaky: adding: 4 of 40 questions: default-2 2 of 5 right, default-3 3 of 5 right, "
    assert line + "default-1 1 of 5 right, ..." in run.out
    page = (run.work_dir / "reports/report.html").read_text()
    assert "Flaky questions" in page
    assert "4 of 40 questions: their repeats differ in mean_acc" in page
    json.dumps(flaky)


def test_the_page_in_chinese_lists_them(unsteady):
    run = unsteady.run("--eval-repeats=5", "--eval-language=zh")
    assert "结果不稳定的题目" in (run.work_dir / "reports/report.html").read_text()


def test_a_steady_model_has_none_and_without_repeats_there_is_nothing_to_say(served):
    served.benchmark(count=6)
    run = served.run("--eval-repeats=2")
    assert own(run)["flaky"]["flaky"] == 0
    assert "flaky: adding: none of 6 questions" in run.out
    assert "Flaky" not in (run.work_dir / "reports/report.html").read_text()
    once = served.run()
    assert "flaky" not in own(once)
    assert "flaky" not in once.out


def test_the_summary_of_a_ci_job_names_them(unsteady):
    unsteady.run("--eval-repeats=5", "--eval-summary=summary.md")
    assert "- flaky: adding: 4 of 40 questions: default-2 2 of 5 right" in (unsteady.path / "summary.md").read_text()

"""Reviews name the question and its cluster, so that two runs pair whatever their order, limit, prompt or shots."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest.statistics.scores import Attempts, measured

ARGS = "--eval-dataset-args"


def questions(run) -> dict[str, str]:
    """Return the key of each question by its target, which no two questions of these tests share."""
    assert run.code == 0, run.out
    found: dict[str, set[str]] = {}
    for row in run.rows("reviews"):
        found.setdefault(row["target"], set()).add(row["question"])
    assert all(len(keys) == 1 for keys in found.values())  # repeats of a question have one key
    return {target: min(keys) for target, keys in found.items()}


@pytest.mark.parametrize(
    "words",
    [
        [f'{ARGS}={{"adding": {{"shuffle": true}}}}', "--eval-seed=7"],
        ["--eval-limit=5"],
        ["--eval-limit=5", "--eval-limit-order=random"],
        [f'{ARGS}={{"adding": {{"prompt_template": "Add: {{question}}", "system_prompt": "Be brief."}}}}'],
        ["--eval-repeats=2"],
        ["-n2"],
        ["-k", "default-3 or default-11"],
    ],
    ids=["shuffle", "limit", "random", "prompt", "repeats", "processes", "some"],
)
def test_another_run_has_the_same_keys(project, words):
    project.benchmark()
    every = questions(project.run())
    assert len(set(every.values())) == 12
    other = questions(project.run(*words))
    assert other
    assert other.items() <= every.items()


def test_an_error_has_a_key_and_leaves_the_others_theirs(project):
    project.benchmark()
    every = questions(project.run())
    broken = project.run("--eval-model-args=error_rate=0.5", "--eval-ignore-errors")
    assert broken.counts["errors"] > 0
    assert questions(broken).items() < every.items()


def test_a_random_limit_is_drawn_with_the_seed(project):
    project.benchmark(count=40)

    def drawn(*words: str) -> list[str]:
        return [row["target"] for row in project.run("--eval-limit=5", *words).rows("reviews")]

    first = [str(2 * i) for i in range(5)]
    assert drawn() == drawn("--eval-limit-order=first") == first
    one = drawn("--eval-limit-order=random")
    assert drawn("--eval-limit-order=random") == one != first
    assert drawn("--eval-limit-order=random", "--eval-seed=7") != one


def test_clusters_reach_the_reviews(project):
    make = "    return Sample(record['question'], record['answer'], cluster=f'P{position // 3}')"
    project.benchmark(count=9, before=f"def to_sample(record, position):\n{make}\n")
    run = project.run("--eval-repeats=2")
    assert [row["cluster"] for row in run.rows("reviews")] == [f"P{n // 3}" for n in range(9) for _ in range(2)]
    reviews = run.rows("reviews")
    attempts = Attempts([r["question"] for r in reviews], [1.0] * 18, [r["cluster"] for r in reviews])
    assert measured(attempts, (0, 1)).scores.cluster_count == 3


def test_equal_questions_are_numbered_and_in_one_cluster(project):
    rows = [{"question": q, "answer": "2"} for q in ("1 + 1", "0 + 2", "1 + 1", "1 + 1")]
    project.write("adding.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.benchmark(count=0)
    one, other, two, three = project.run().rows("reviews")
    assert [two["question"], three["question"]] == [f"{one['question']}#2", f"{one['question']}#3"]
    assert one["cluster"] == two["cluster"] == three["cluster"] == one["question"]
    assert other["cluster"] is None


def test_a_run_that_is_carried_on_keeps_its_keys(project):
    project.benchmark()
    run = project.run()
    before = run.rows("reviews")
    again = project.run(f"--eval-use-cache={run.work_dir}")
    assert again.code == 0
    assert type(run)(0, "", run.folder, run.work_dir).rows("reviews") == before


def test_a_misspelt_cluster_costs_no_request(served):
    served.benchmark(options='cluster="pasage"')
    run = served.run()
    assert run.code == 4
    assert "cluster of @benchmark('adding') is 'pasage'" in run.out
    assert not served.server.requests


@pytest.mark.parametrize("value", ["5", "[]"])
def test_a_cluster_of_another_kind_is_refused(project, value):
    project.benchmark(options=f"cluster={value}")
    run = project.run()
    assert run.code != 0
    assert "Write the name of a metadata field, or give each Sample its cluster." in run.out

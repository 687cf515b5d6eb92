"""Arenas over recorded runs, end to end: records, a scripted judge, ratings."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.servers.openai_server import OpenAIServer
from tests.servers.service import status

from .conftest import ratings, shown, verdict


def places(found):
    return {entry["model"]: entry for entry in found["ratings"]}


def test_all_meet_all_in_both_orders(arenas):
    for name, accuracy in (("strong", 1.0), ("fair", 0.6), ("weak", 0.2)):
        arenas.record(name, accuracy)
    run = arenas.hold("runs/strong", "runs/fair", "runs/weak")
    assert run.code == 0, run.out
    assert len(arenas.judge_server.requests) == 2 * 3 * 12
    found = ratings(run)
    assert (found["questions"], found["pairs"], found["inconsistency"]) == (12, 36, 0)
    assert list(places(found)) == ["strong", "fair", "weak"]
    right = {n: sum(r["sample_score"]["score"]["value"]["accuracy"] for r in rows_of(run, n)) for n in places(found)}
    assert found["win_rates"]["strong"]["weak"] == pytest.approx(0.5 + (right["strong"] - right["weak"]) / 24)
    assert found["win_rates"]["weak"]["strong"] == pytest.approx(1 - found["win_rates"]["strong"]["weak"])
    strong = places(found)["strong"]
    assert (strong["losses"], strong["wins"] + strong["ties"]) == (0, 24)
    rating = strong["bradley_terry"]
    assert rating["low"] < rating["value"] < rating["high"]
    assert "Rating" in run.out
    assert "ratings: " in run.out


def rows_of(run, name):
    file = run.folder / "runs" / name / "reviews" / name / "adding_default.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_judge_that_always_says_a_leaves_all_equal_and_is_found_out(arenas):
    arenas.record("strong", 1.0)
    arenas.record("weak", 0.0)
    arenas.judge_server.answer = verdict("A")
    run = arenas.hold("runs/strong", "runs/weak")
    found = ratings(run)
    assert found["inconsistency"] == 1
    assert [(p["bradley_terry"]["value"], p["elo"]["value"], p["win_rate"]) for p in found["ratings"]] == [
        (1000, 1000, 0.5), (1000, 1000, 0.5)
    ]  # fmt: skip
    assert "the order decided 100.0 % of 12 comparisons" in run.out


def test_a_finished_arena_is_carried_on_without_a_question(arenas):
    for name in ("a", "b", "c"):
        arenas.record(name, 0.5, "--eval-seed=1")
    first = arenas.hold("runs/a", "runs/b", "--eval-limit=6")
    asked = len(arenas.judge_server.requests)
    assert asked == 12
    again = arenas.hold("runs/a", "runs/b", "--eval-limit=6", f"--eval-use-cache={first.work_dir}")
    assert (again.code, len(arenas.judge_server.requests)) == (0, asked)
    more = arenas.hold("runs/a", "runs/b", "runs/c", f"--eval-use-cache={first.work_dir}")
    assert more.code == 0, more.out
    assert len(arenas.judge_server.requests) == 2 * 3 * 12  # only what is new was asked


def test_a_failed_judgement_is_an_error_and_no_tie(arenas):
    arenas.record("a", 1.0)
    arenas.record("b", 0.0)
    arenas.judge_server.fault_for = lambda r: status(400, "no") if b"3 + 3" in r.raw else None
    run = arenas.hold("runs/a", "runs/b")
    assert (run.code, run.counts["errors"]) == (1, 1)
    found = ratings(run)
    assert (found["pairs"], found["questions"]) == (11, 11)
    assert places(found)["a"]["wins"] == 11
    arenas.judge_server.fault_for = lambda r: None
    asked = len(arenas.judge_server.requests)
    again = arenas.hold("runs/a", "runs/b", f"--eval-use-cache={run.work_dir}")
    assert again.code == 0
    assert len(arenas.judge_server.requests) - asked == 2


def test_against_a_baseline(arenas):
    for name in ("a", "b", "c"):
        arenas.record(name, 0.5)
    run = arenas.hold("runs/a", "runs/b", "runs/c", params={"baseline": "b"})
    assert len(arenas.judge_server.requests) == 2 * 2 * 12
    found = ratings(run)
    assert found["baseline"] == "b"
    assert set(found["win_rates"]["b"]) == {"a", "c"}
    assert set(found["win_rates"]["a"]) == {"b"}
    assert set(run.reports["general_arena"]["metrics"][0]["categories"][0]["name"]) == {"adding", "default"}


def test_single_replies_are_scored(arenas):
    arenas.record("strong", 1.0)
    arenas.record("weak", 0.0)
    run = arenas.hold("runs/strong", "runs/weak", params={"mode": "single"})
    assert run.code == 0, run.out
    assert len(arenas.judge_server.requests) == 24
    assert [(s["model"], s["score"]["value"]) for s in ratings(run)["scores"]] == [("strong", 1.0), ("weak", 0.25)]


def test_tables_by_category(arenas):
    project = arenas.project
    project.benchmark(count=0, before="""
def to_sample(record):
    number = int(record["question"].split()[0])
    kind = "even" if number % 2 == 0 else "odd"
    return Sample(input=record["question"], target=record["answer"], metadata={"category": kind})
""")  # fmt: skip
    project.data("adding", 12)
    arenas.record("a", 1.0)
    arenas.record("b", 0.0)
    fair = arenas.judge_server.answer
    arenas.judge_server.answer = lambda m: verdict("tie") if "1 + 1" in m[1]["content"] else fair(m)
    found = ratings(arenas.hold("runs/a", "runs/b"))
    assert set(found["categories"]) == {"even", "odd"}
    assert places(found["categories"]["even"])["a"]["wins"] == 6
    assert (places(found["categories"]["odd"])["a"]["wins"], places(found["categories"]["odd"])["a"]["ties"]) == (4, 2)


def test_samples_are_matched_by_prompt_not_by_position(arenas):
    arenas.record("a", 1.0, '--eval-dataset-args={"adding": {"shuffle": true}}', "--eval-seed=7", count=12)
    arenas.record("b", 1.0, "--eval-limit=8")
    arenas.judge_server.answer = lambda m: verdict("tie" if len(set(shown(m))) == 1 else "A")
    run = arenas.hold("runs/a", "runs/b")
    assert (ratings(run)["pairs"], ratings(run)["inconsistency"]) == (8, 0)
    assert {p["ties"] for p in ratings(run)["ratings"]} == {8}


def test_repeats_are_paired_in_order_and_are_one_question(arenas):
    arenas.record("a", 1.0, "--eval-repeats=2")
    arenas.record("b", 0.0, "--eval-repeats=2")
    found = ratings(arenas.hold("runs/a", "runs/b"))
    assert (found["questions"], found["pairs"]) == (12, 24)


def test_processes_share_an_arena(arenas):
    for name, accuracy in (("a", 0.9), ("b", 0.3)):
        arenas.record(name, accuracy)
    words = ["--eval-arena=runs/a", "--eval-arena=runs/b", arenas.judge]
    alone = arenas.project.spawn(*words)
    together = arenas.project.spawn(*words, "-n", "2")
    assert together.code == 0, together.out
    assert ratings(alone) == ratings(together)


def test_names_and_replies_are_data_in_the_picture(arenas):
    arenas.record("a", 1.0)
    arenas.record("b", 0.2)
    run = arenas.hold("<script>x=runs/a", f"{'long' * 20}=runs/b")
    (picture,) = run.work_dir.glob("reports/*/general_arena/ratings.svg")
    tree = ElementTree.fromstring(picture.read_text())
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert tags == {"svg", "title", "rect", "path", "text", "circle"}
    assert "<script>x" in [element.text for element in tree.iter()]


MISTAKES = {
    "one model": (["runs/a"], {}, "has 1 model, and needs 2 at least. Name another"),
    "no such run": (["runs/a", "runs/x"], {}, "runs/x is not a run"),
    "names twice": (["runs/a", "a=runs/b"], {}, "two models of the arena are called 'a'"),
    "no such baseline": (["runs/a", "runs/b"], {"baseline": "bb"}, "'bb' is none of its models. Did you mean 'b'?"),
    "no such mode": (["runs/a", "runs/b"], {"mode": "pairwise_al"}, "Did you mean 'pairwise_all'?"),
    "no baseline": (["runs/a", "runs/b"], {"mode": "pairwise_baseline"}, "needs a baseline"),
    "votes on nothing": (["runs/a", "runs/b"], {"mode": "single", "votes": ["v.csv"]}, "votes are on pairs"),
    "no votes": (["runs/a", "runs/b"], {"votes": ["v.csv"]}, "votes cannot be read: v.csv"),
    "two lists": (["runs/a", "runs/b"], {"models": ["x"]}, "name different runs"),
    "other questions": (["runs/a", "runs/other"], {}, "have no question in common"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_before_any_request(arenas, mistake):
    models, params, message = MISTAKES[mistake]
    arenas.record("a", 1.0)
    arenas.record("b", 1.0)
    if "runs/other" in models:
        arenas.project.data("adding", 5, first=50)
        arenas.record("other", 1.0)
    run = arenas.hold(*models, params=params)
    assert run.code == 4
    assert message in " ".join(run.out.split())
    assert not arenas.judge_server.requests


def test_a_run_of_two_models_needs_a_choice(arenas):
    arenas.record("a", 1.0)
    options = ["--eval-no-timestamp", "--eval-work-dir=runs/a", "--eval-model-id=z"]
    assert arenas.project.run(*options).code == 0
    run = arenas.hold("runs/a", "runs/a/reports/z")
    assert run.code == 4
    assert "runs/a/reports/a" in run.out
    assert arenas.hold("runs/a/reports/a", "runs/a/reports/z").code == 0


def test_runs_of_evalscope_by_its_own_configuration(arenas):
    for name, reply in (("qwen-plus", "Paris is it."), ("qwen2.5-7b", "Lyon.")):
        evalscope_run(arenas.project.path / "outputs" / name, name, reply)
    models = [{"name": n, "report_path": f"outputs/{n}/reports/{n}"} for n in ("qwen-plus", "qwen2.5-7b")]
    arenas.judge_server.answer = lambda m: verdict("A" if shown(m)[0].startswith("Paris") else "B")
    args = {"general_arena": {"extra_params": {"models": models, "baseline": "qwen2.5-7b"}}}
    words = ["--eval-model-id=Arena", "--eval-datasets=general_arena", f"--eval-dataset-args={json.dumps(args)}"]
    run = arenas.project.run(*words, arenas.judge, model="", here=False)
    assert run.code == 0, run.out
    subset = run.reports["general_arena"]["metrics"][0]["categories"][0]["subsets"][0]
    assert subset["name"] == "general_qa&arena@qwen-plus&qwen2.5-7b"
    assert subset["score"] == 1
    row = run.rows("reviews")[0]
    assert (row["target"], row["sample_score"]["sample_metadata"]["answer_1"]) == ("Lyon.", "Paris is it.")


def evalscope_run(folder: Path, name: str, reply: str) -> None:
    """Write what EvalScope 1.x leaves of a run: report and predictions."""
    question = {"id": "1", "content": "Capital of France?", "role": "user"}
    content = [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": reply}]
    answer = {"id": "2", "content": content, "role": "assistant"}
    row = {
        "index": 0, "model": name, "messages": [question, answer], "metadata": {},
        "model_output": {"model": name, "choices": [{"message": answer, "stop_reason": "stop"}]},
    }  # fmt: skip
    subset = {"name": "arena", "score": 0.1, "num": 1}
    category = {"name": ["default"], "num": 1, "score": 0.1, "macro_score": 0.1, "subsets": [subset]}
    metric = {"name": "mean_Rouge-L-R", "num": 1, "score": 0.1, "macro_score": 0.1, "categories": [category]}
    report = {"name": f"{name}@general_qa", "dataset_name": "general_qa", "model_name": name, "metrics": [metric]}
    for kind, file, text in (
        ("reports", "general_qa.json", json.dumps(report)),
        ("predictions", "general_qa_arena.jsonl", json.dumps(row) + "\n"),
    ):
        (folder / kind / name).mkdir(parents=True)
        (folder / kind / name / file).write_text(text)


# People -------------------------------------------------------------------------------------------------------------


def fill_in(file: Path, decide) -> None:
    """Write a verdict on each pair, as a person would in a spreadsheet."""
    with open(file, encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    with open(file, "w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0])
        writer.writeheader()
        writer.writerows({**row, "verdict": decide(row)} for row in rows)


def arena_command(arenas, *words: object):
    return arenas.project.spawn(*words, program=("-m", "evalscope_pytest", "arena"))


def test_people_vote_without_knowing_who_wrote_what(arenas):
    arenas.record("strong", 1.0)
    arenas.record("weak", 0.0)
    run = arena_command(arenas, "runs/strong", "runs/weak", "--export", "votes.csv")
    assert run.code == 0, run.out
    assert "12 pairs written to votes.csv" in run.out
    file = arenas.project.path / "votes.csv"
    assert "strong" not in file.read_text()
    sides = set()

    def decide(row):
        right = str(2 * int(row["question"].split()[0]))
        sides.add("a" if row["reply_a"] == right else "b")
        return "" if row["question"].startswith("11") else "a" if row["reply_a"] == right else " B "

    fill_in(file, decide)
    assert sides == {"a", "b"}  # neither model is always shown first
    run = arena_command(arenas, "runs/strong", "runs/weak", "--votes", "votes.csv")
    assert run.code == 0, run.out
    found = ratings(run)
    assert (found["pairs"], places(found)["strong"]["wins"], found["inconsistency"]) == (11, 11, None)
    assert not arenas.judge_server.requests
    judgements = run.rows("reviews")[0]["sample_score"]["score"]["metadata"]["judgements"]
    assert [j["judge"] for j in judgements] == ["votes.csv"]
    other = arenas.hold("runs/weak", "runs/strong", params={"votes": ["votes.csv"]})
    assert other.code == 4
    assert "holds no vote on any of the 12 pairs" in other.out


def test_several_people_are_averaged_and_a_wrong_verdict_is_named(arenas):
    arenas.record("a", 1.0)
    arenas.record("b", 0.0)
    for name in ("one.csv", "two.csv"):
        assert arena_command(arenas, "runs/a", "runs/b", "--export", name).code == 0
        fill_in(arenas.project.path / name, lambda row, name=name: "tie" if name == "two.csv" else "A")
    run = arenas.hold("runs/a", "runs/b", params={"votes": ["one.csv", "two.csv"]})
    values = {r["sample_score"]["score"]["value"]["win_rate"] for r in run.rows("reviews")}
    assert values == {0.25, 0.75}
    fill_in(arenas.project.path / "one.csv", lambda row: "C")
    run = arenas.hold("runs/a", "runs/b", params={"votes": ["one.csv"]})
    assert run.code == 4
    assert "line 2 of one.csv has the verdict 'C'. Allowed: A, B, tie." in run.out


def test_what_a_model_wrote_is_not_a_formula_in_a_spreadsheet(arenas):
    arenas.project.benchmark()
    for name, reply in (("a", "=HYPERLINK(1)"), ("b", "+1")):
        options = ["--eval-no-timestamp", f"--eval-work-dir=runs/{name}", f"--eval-model-id={name}"]
        arenas.project.run(f"--eval-model-args={json.dumps({'reply': reply})}", *options)
    assert arena_command(arenas, "runs/a", "runs/b", "--export", "votes.csv").code == 0
    with open(arenas.project.path / "votes.csv", encoding="utf-8-sig", newline="") as opened:
        row = next(csv.DictReader(opened))
    assert sorted([row["reply_a"], row["reply_b"]]) == ["'+1", "'=HYPERLINK(1)"]


# Services whose replies are requested first --------------------------------------------------------------------------


def test_services_get_requests_first_and_only_once(arenas):
    arenas.project.benchmark()
    old = arenas.record("old", 0.5)
    with OpenAIServer(lambda m: str(2 * int(m[-1]["content"].split()[0]))) as right, OpenAIServer("no idea") as wrong:
        words = [f"good={right.url}", f"bad={wrong.url}", old, "--limit", "5", arenas.judge.replace("--eval-", "--")]
        words += ["--work-dir", "held"]
        run = arena_command(arenas, *words, "-k", "adding", "--datasets", "adding", "test_adding.py")
        assert run.code == 0, run.out
        assert (len(right.requests), len(wrong.requests)) == (5, 5)
        last = sorted((arenas.project.path / "held").glob("2*"))[-1]
        found = json.loads((last / "reports/Arena/general_arena/ratings.json").read_text())
        assert list(places(found)) == ["good", "old", "bad"]
        assert (found["questions"], found["pairs"]) == (5, 15)
        judged = len(arenas.judge_server.requests)
        run = arena_command(
            arenas, *words, "-k", "adding", "--datasets", "adding", "test_adding.py", "--use-cache", last
        )
        assert run.code == 0, run.out
        assert (len(right.requests), len(wrong.requests), len(arenas.judge_server.requests)) == (5, 5, judged)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "the arena has no models"),
        (["http://127.0.0.1:9/v1", "runs/b"], "has no name. Write NAME=http://127.0.0.1:9/v1"),
        (["m=http://127.0.0.1:9/v1", "runs/b"], "nothing to evaluate m with: name benchmarks"),
        (["a", "b", "--agianst", "b"], "unknown option --agianst"),
        (["a", "b", "--export", "x", "--single"], "Leave one of the two out"),
    ],
)
def test_mistakes_of_the_command(arenas, words, message):
    run = arena_command(arenas, *words)
    assert run.code == 4
    assert message in run.out

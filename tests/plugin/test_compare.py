"""``evalscope-pytest compare`` on runs that were really made: paired by question, whatever else is different."""

from __future__ import annotations

import json
import re

import pytest

from evalscope_pytest.cli.main import main

from .project import solve, wrong_about


@pytest.fixture
def many(served):
    """Sixty sums."""
    served.benchmark(count=60)
    return served


@pytest.fixture
def command(capsys):
    """Run ``evalscope-pytest compare`` and return its exit code, stdout and stderr."""

    def run(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()  # of the runs that are compared
        code = main(["compare", *map(str, words)])
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def compare(command):
    """Return the JSON of a comparison."""

    def compared(*words: object) -> dict:
        code, out, err = command(*words, "--json")
        assert code == 0, err
        return json.loads(out)

    return compared


def _only(document: dict) -> dict:
    (run,) = document["comparisons"]
    (one,) = run["benchmarks"]
    return one


@pytest.mark.parametrize("workers", [(), ("-n2",)])
@pytest.mark.parametrize(
    ("words", "paired", "only_baseline"),
    [
        (['--eval-dataset-args={"adding": {"shuffle": true}}'], 60, 0),
        (["--eval-limit=40"], 40, 20),
        (['--eval-dataset-args={"adding": {"prompt_template": "Add: {question}", "shuffle": true}}'], 60, 0),
    ],
    ids=["shuffled", "limited", "prompted"],
)
def test_runs_pair_by_question(words, paired, only_baseline, workers, many, compare):
    before = many.run()
    many.server.answer = wrong_about(3, 4, 5, 50)
    now = many.run(*words, *workers)
    found = _only(compare(before.work_dir, now.work_dir))
    lost = 4 if paired == 60 else 3
    assert (found["paired"], found["only_now"], found["only_baseline"]) == (paired, 0, only_baseline)
    assert (found["won"], found["lost"]) == (0, lost)
    assert found["method"] == "tango"
    assert found["difference"] == pytest.approx(-lost / paired)
    assert found["low"] < found["difference"] < found["high"]
    reviews = {row["question"]: row["target"] for row in now.rows("reviews")}
    assert {reviews[flip["question"]] for flip in found["lost_questions"]} == {"6", "8", "10", "100"} - (
        {"100"} if lost == 3 else set()
    )
    if any("prompt_template" in word for word in words):
        assert any(note.startswith("prompt_template ") and note.endswith("now") for note in found["notes"])


def test_it_says_what_the_gate_says(many, compare):
    many.server.answer = wrong_about(1, 2)
    before = many.run()
    many.server.answer = wrong_about(2, *range(10, 20))
    now = many.run(f"--eval-baseline={before.work_dir}")
    (gate,) = now.reports["adding"]["execution_summary"]["evalscope_pytest"]["gates"]
    found = _only(compare(before.work_dir, now.work_dir))
    for name in ("paired", "only_now", "only_baseline", "won", "lost", "method"):
        assert found[name] == gate[name]
    assert found["difference"] == pytest.approx(gate["difference"])
    assert found["p_worse"] == pytest.approx(gate["p"])
    assert (found["won"], found["lost"]) == (1, 10)


def test_repeats_and_clusters_of_whole_runs(many, compare):
    make = "    return Sample(record['question'], record['answer'], cluster=f'P{position // 3}')"
    many.benchmark(count=60, before=f"def to_sample(record, position):\n{make}\n")
    before = many.run("--eval-repeats=2")
    calls: dict[str, int] = {}

    def unsteady(messages):
        """Answer each third sum wrong, each second time."""
        right = solve(messages)
        calls[right] = calls.get(right, 0) + 1
        return "wrong" if int(right) % 3 == 0 and calls[right] % 2 else right

    many.server.answer = unsteady
    now = many.run("--eval-repeats=2")
    found = _only(compare(before.work_dir, now.work_dir))
    assert (found["paired"], found["clusters"], found["method"]) == (60, 20, "paired t")
    assert (found["won"], found["lost"], found["score"]) == (0, 20, pytest.approx(50 / 60))
    assert found["noise"] > 0
    assert {flip["difference"] for flip in found["lost_questions"]} == {-0.5}


def test_several_runs_and_latest(many, compare, command):
    first = many.run()
    many.server.answer = wrong_about(*range(20))
    second = many.run()
    many.server.answer = wrong_about(7)
    third = many.run()
    found = compare(first.work_dir, second.work_dir, "latest")
    assert [run["benchmarks"][0]["lost"] for run in found["comparisons"]] == [20, 1]
    scores = list(found["scores"][0]["scores"].values())
    assert scores == [first.score(), second.score(), third.score()]
    code, out, _ = command(first.work_dir, second.work_dir, "latest")
    assert code == 0
    assert out.count("| adding ") == 3  # the scores, and each run against the first
    assert third.work_dir.name in out


def test_models_of_one_run_are_compared(many, compare, command):
    many.options += ["--eval-no-timestamp", "--eval-work-dir=both"]
    many.run("--eval-model-id=steady")
    many.server.answer = wrong_about(1, 2, 3)
    many.run("--eval-model-id=shaky")
    found = compare("both", "--model", "steady", "shaky")
    assert [run["name"] for run in found["runs"]] == ["steady", "shaky"]
    assert _only(found)["lost"] == 3
    assert _only(compare("both"))["won"] == 3  # by name
    code, _, err = command("both", "both/reports/steady")
    assert code == 4
    assert "Choose one with --model" in err


def test_errors_in_a_run_are_left_out_and_said(project, compare):
    project.benchmark(count=60)
    before = project.run()
    now = project.run("--eval-model-args=error_rate=0.2", "--eval-ignore-errors")
    errors = now.counts["errors"]
    assert errors
    found = _only(compare(before.work_dir, now.work_dir))
    assert f"{errors} of 60 samples without a score now" in found["notes"]
    assert (found["paired"], found["only_baseline"]) == (60 - errors, errors)


def test_a_run_without_reports_is_refused_with_the_command_that_completes_it(many, command):
    before = many.run()
    for file in (before.work_dir / "reports").rglob("*.json"):
        file.unlink()
    after = many.run()
    code, out, err = command(after.work_dir, before.work_dir)
    assert (code, out) == (4, "")
    assert err.startswith("ERROR: run has no reports: ")
    assert f"--eval-use-cache={before.work_dir}" in err


def test_the_page_has_both_replies_and_nothing_that_runs(many, command):
    before = many.run()
    hostile = "<script>alert(1)</script>\x1b[2J\u202e"
    many.server.answer = lambda messages: hostile if solve(messages) in ("2", "4") else solve(messages)
    now = many.run()
    code, out, _ = command(before.work_dir, now.work_dir, "--samples=1", "--html=c.html", "--json=c.json")
    assert code == 0
    assert "written: c.json\nwritten: c.html\n" in out
    assert "&lt;" not in out
    shown = r"<script>alert(1)</script>\x1b[2J\u202e"
    assert shown in out
    assert "adding: 2 lost, 1 shown" in out
    page = (many.path / "c.html").read_text()
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[2J\\u202e</pre>") == 2
    assert not re.search(r"<script|<img|<link|src=|https?://", page)
    assert json.loads((many.path / "c.json").read_text())["comparisons"][0]["benchmarks"][0]["lost"] == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a", "b", "--metric=acu"], "no run reports 'acu'. Allowed: mean_acc."),
        (["a", "b", "--html=."], "'.' is a folder"),
        (["a", "b", "--html=no/such/c.html"], "'no/such' is not a folder"),
        (["a", "b", "--json", "a", "b"], "'a' is a folder, and a file is to be written. Name a file, after the runs."),
        (["a", "b", "--samples=-1"], "'-1' is not a number of samples"),
        (["a", "b", "--metrics=acc"], "unrecognized arguments: --metrics=acc"),
        (["a", "b", "--language=fr"], "invalid choice: 'fr'"),
        (["a"], "only one run, with one model (mock)"),
        ([], "required: RUN"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_4(words, message, project, command):
    project.benchmark()
    for name in "ab":
        assert project.run("--eval-no-timestamp", f"--eval-work-dir={name}").code == 0
    code, out, err = command(*words)
    assert (code, out) == (4, "")
    assert err.startswith("ERROR: ")
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 2), (1, 2), (1, 2, 0)])
def test_runs_without_a_score_have_a_row_without_figures(order, many, command):
    """A budget may end a run before its first reply: neither side of a comparison is then there."""
    whole = many.run()
    empty = many.run("--eval-max-tokens-total=1")
    other = many.run("--eval-max-tokens-total=1")
    assert not empty.reports["adding"]["metrics"]
    runs = [(whole, empty, other)[number].work_dir for number in order]
    page = many.path / "page.html"
    code, out, err = command(*runs, "--html", page)
    assert (code, err) == (0, ""), err
    assert "adding has no score in " in out
    assert page.read_text()
    document = json.loads(command(*runs, "--json")[1])
    for run in document["comparisons"]:
        for one in run["benchmarks"]:
            assert not {"difference", "low", "p"} & set(one)
            assert (one.get("score"), one.get("baseline")) in ((1.0, None), (None, 1.0))
    rows = [line for line in out.splitlines() if line.startswith("| adding")]
    assert bool(rows) == (0 in order)

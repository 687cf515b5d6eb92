"""What runs: -k, -m, paths, ids and --eval-datasets, and that nothing else loads its data."""

import json

import pytest

UNREADABLE = "no JSON\n"


@pytest.fixture
def three(project):
    """Three benchmarks with data, tagged apart."""
    project.benchmark("adding", options='tags=["sums", "quick"]')
    project.benchmark("doubling", options='tags=["sums"]')
    project.benchmark("spelling", options='tags=["words"]')
    return project


def spoil(project, *names):
    """Make the data of some benchmarks fail when it is read."""
    for name in names:
        project.write(f"{name}.jsonl", UNREADABLE)


def test_the_mock_model_answers_and_the_report_counts(three):
    run = three.run("--eval-model-args=accuracy=0.5", "--eval-limit=10")
    scores = run.reports
    assert set(scores) == {"adding", "doubling", "spelling"}
    correct = sum(round(run.score(name) * 10) for name in scores)
    assert run.code == 0
    assert run.counts == {"correct": correct, "wrong": 30 - correct}
    assert 0 < correct < 30
    assert [report["num"] for report in scores.values()] == [10, 10, 10]
    assert "collected 30 items" in run.out
    assert "30 samples of 3 benchmarks" in run.out


@pytest.mark.parametrize(
    ("args", "left", "ran"),
    [
        (["-k", "adding"], ["adding"], 12),
        (["-k", "test_spelling"], ["spelling"], 12),
        (["-k", "sums and not adding"], ["doubling"], 12),
        (["-k", "not (adding or doubling)"], ["spelling"], 12),
        (["-k", "adding and default-3"], ["adding"], 1),
        (["-m", "sums and not quick"], ["doubling"], 12),
        (["-m", "words", "-k", "spelling or adding"], ["spelling"], 12),
        (["test_adding.py"], ["adding"], 12),
        (["test_adding.py::adding"], ["adding"], 12),
        (["test_adding.py::adding[default-3]"], ["adding"], 1),
        (["test_adding.py::adding[default-3]", "test_adding.py::adding[default-11]"], ["adding"], 2),
        (["test_adding.py::adding[default-3]", "test_adding.py::adding"], ["adding"], 12),
        (["--eval-datasets=adding", "."], ["adding"], 12),
        (["--eval-datasets", "adding", "doubling", "."], ["adding", "doubling"], 24),
        (["--eval-datasets", "adding,doubling", "test_adding.py", "test_doubling.py"], ["adding", "doubling"], 24),
    ],
)
def test_only_what_is_selected_is_loaded_and_run(args, left, ran, three):
    spoil(three, *{"adding", "doubling", "spelling"} - set(left))
    run = three.run(*args)
    assert run.code == 0, run.out
    assert run.counts["correct"] == ran
    assert set(run.reports) == set(left)
    assert sum(report["num"] for report in run.reports.values()) == ran


def test_an_unknown_word_may_be_an_id_so_all_are_loaded(three):
    run = three.run("-k", "default-7")
    assert run.counts == {"correct": 3, "deselected": 33}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("gsmk8", "nothing is called 'gsmk8'. Did you mean 'gsm8k'?"),
        ("gsm8k or arcc", "nothing is called 'arcc'. Did you mean 'arc'?"),
        ("gsm8k and not zzzz", "nothing is called 'zzzz'. A word names a benchmark, tag, file"),
    ],
)
def test_a_mistyped_word_is_told_before_the_bundled_benchmarks_are_loaded(words, said, project):
    run = project.run("-k", words, f"--eval-dataset-dir={project.path}", here=False)
    assert (run.code, run.work_dir) == (4, None)
    assert f"ERROR: -k: {said}" in run.out


@pytest.mark.parametrize("words", ["demo_math and main-1", "demo_math and test-2", "demo_math[", "Demo_Math and -r2"])
def test_what_may_be_a_sample_is_no_mistake(words, project):
    run = project.run("-k", words, "--collect-only", here=False)
    assert "nothing is called" not in run.out


def test_a_subset_selects_among_the_benchmarks_that_have_it(three):
    three.data("sums", 3)
    three.benchmark("parts", options="scorer=exact_match()").write_text(
        (three.path / "test_parts.py")
        .read_text()
        .replace('local("parts.jsonl")', 'local("sums.jsonl", subsets=["easy"])')
    )
    spoil(three, "adding", "doubling", "spelling")
    assert three.run("-k", "easy").counts == {"correct": 3, "deselected": 3}
    assert three.run("-k", "parts and not easy").code == 4


@pytest.mark.parametrize(
    ("words", "ran"), [("easy-1", 1), ("s and asy-1", 1), ("easy-0 or easy-2", 2), ("parts[easy-2", 1)]
)
def test_an_id_selects_among_the_benchmarks_that_have_its_subset(words, ran, three):
    three.data("sums", 3)
    for name, subset in (("parts", "easy"), ("pieces", "hard")):
        file = three.benchmark(name)
        file.write_text(file.read_text().replace(f'"{name}.jsonl"', f'"sums.jsonl", subsets=["{subset}"]'))
        (three.path / f"{name}.jsonl").unlink()
    spoil(three, "adding", "doubling", "spelling")
    for name in ("adding", "doubling", "spelling"):
        file = three.path / f"test_{name}.py"
        file.write_text(file.read_text().replace(f'"{name}.jsonl"', f'"{name}.jsonl", subsets=["other"]'))
    run = three.run("-k", words)
    assert run.counts["correct"] == ran, run.out
    assert set(run.reports) == {"parts"}


def test_data_that_cannot_be_read_stops_the_run_before_anything_is_asked(served):
    served.benchmark()
    served.write("adding.jsonl", UNREADABLE)
    run = served.run()
    assert run.code == 4
    assert "adding.jsonl" in run.out
    assert not served.server.requests


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("test_adding.py::adding[default-99]", ["'adding'", "no sample 'default-99'", "--collect-only"]),
        ("test_adding.py::adding[defualt-1]", ["no sample 'defualt-1'"]),
        ("test_adding.py::addding", ["not found", "addding"]),
    ],
)
def test_an_id_that_is_not_there_is_a_usage_error(path, words, served):
    served.benchmark()
    run = served.run(path)
    assert run.code == 4
    assert all(word in run.out for word in words)
    assert not served.server.requests


def test_samples_are_listed_without_asking_or_recording(served):
    served.benchmark(count=3)
    tree = served.run("--co")
    quiet = served.run("--co", "-q")
    dry = served.run("--eval-dry-run")
    assert [run.code for run in (tree, quiet, dry)] == [0, 0, 0]
    assert "  <SampleItem adding[default-2]>" in tree.out
    assert quiet.out.startswith(
        "test_adding.py::adding[default-0]\ntest_adding.py::adding[default-1]\ntest_adding.py::adding[default-2]\n"
    )
    assert "<SampleItem adding[default-2]>" in dry.out
    assert "3 samples of 1 benchmark\n" in dry.out
    assert not served.server.requests
    assert [run.work_dir for run in (tree, quiet, dry)] == [None, None, None]


def test_limits_bound_each_subset_and_the_whole(project):
    rows = [json.dumps({"question": f"{i} + {i}", "answer": str(2 * i)}) for i in range(10)]
    project.benchmark(count=0)
    text = (project.path / "test_adding.py").read_text()
    project.write("test_adding.py", text.replace('local("adding.jsonl")', 'local("data", subsets=["a", "b"])'))
    for name in ("a", "b"):
        project.write(f"data/{name}_test.jsonl", "\n".join(rows))

    def ran(*options):
        report = project.run(*options).reports["adding"]["execution_summary"]
        return {name: subset["requested"] for name, subset in report["subsets"].items()}

    assert ran() == {"a": 10, "b": 10}
    assert ran("--eval-limit=3") == {"a": 3, "b": 3}
    assert ran("--eval-limit=0.5") == {"a": 5, "b": 5}
    assert ran("--eval-limit-total=7") == {"a": 4, "b": 3}
    assert ran('--eval-dataset-args={"adding": {"subset_list": ["b"]}}') == {"b": 10}
    assert ran("-k", "b-3") == {"b": 1}


def test_two_benchmarks_of_one_name_are_refused_unless_one_file_is_named(project):
    project.benchmark("adding")
    (project.path / "other").mkdir()
    (project.path / "other" / "test_more.py").write_text((project.path / "test_adding.py").read_text())
    (project.path / "other" / "adding.jsonl").write_text((project.path / "adding.jsonl").read_text())
    run = project.run()
    assert run.code == 4
    assert "two benchmarks are called 'adding'" in run.out
    assert project.run("other").counts == {"correct": 12}


def test_two_benchmarks_of_one_name_in_one_file_are_refused(project):
    again = '@benchmark("adding", dataset=local("a.jsonl"), to_sample=to_sample)\ndef test_again(sample):\n    return 0'
    project.benchmark("adding", after=again)
    run = project.run()
    assert run.code == 4
    assert "'adding'" in run.out


def test_a_benchmark_imported_into_another_file_runs_once(project):
    project.benchmark("adding")
    project.write("test_importing.py", "from test_adding import test_adding\ndef test_ordinary(): pass")
    assert project.run().counts == {"correct": 12, "passed": 1}


def test_skip_marks_hold_a_benchmark_back_and_its_data_too(project):
    project.benchmark("adding", marks='@pytest.mark.skip(reason="not today")')
    project.benchmark("doubling", marks="@pytest.mark.skipif(sys.version_info > (3,), reason='too new')")
    project.benchmark("spelling", marks="@pytest.mark.skipif(sys.version_info < (3,), reason='too old')")
    spoil(project, "adding", "doubling")
    run = project.run("-rs")
    assert run.counts == {"correct": 12, "skipped": 2}
    assert "not today" in run.out
    assert "too new" in run.out


def test_a_conftest_may_skip_samples_by_their_tags_and_marks(served):
    served.write(
        "conftest.py",
        """
import pytest
def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.seen)
        if "sums" in item.keywords and "-3]" in item.name:
            item.add_marker(pytest.mark.skip(reason="not this one"))
""",
    )
    served.write("pytest.ini", "[pytest]\nmarkers =\n    seen: all items\naddopts = --strict-markers\n")
    served.benchmark(options='tags=["sums"]')
    served.benchmark("doubling")
    run = served.run("-rs")
    assert run.counts == {"correct": 23, "skipped": 1}
    assert "not this one" in run.out
    assert len(served.server.requests) == 23
    assert run.reports["adding"]["execution_summary"]["requested"] == 11
    assert served.run("-m", "sums or not sums", "-n2").counts == {"correct": 23, "skipped": 1}


def test_a_benchmark_in_a_class_is_refused_by_name(project):
    inside = """
class TestGroup:
    @benchmark("inside", dataset=local("adding.jsonl"), to_sample=to_sample)
    def test_inside(self, sample, output):
        return 1
"""
    project.benchmark(after=inside)
    run = project.run()
    assert run.code == 2
    assert "benchmark 'inside' is in the class TestGroup. Make it a function of the module." in run.out


def test_subsets_may_have_any_name(project):
    names = ["a/b", "ü x", "c::d", "e[1]", "dot.", "-k"]
    rows = ({"question": f"{i} + {i}", "answer": str(2 * i), "subset": names[i % 6]} for i in range(12))
    project.write("data.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.benchmark(count=0)
    source = f'local("data.jsonl", subsets={names!r}, subset_by="subset")'
    text = (project.path / "test_adding.py").read_text()
    project.write("test_adding.py", text.replace('local("adding.jsonl")', source))
    run = project.run()
    assert run.counts == {"correct": 12}
    assert len(list(run.work_dir.glob("predictions/mock/*.jsonl"))) == 6
    ids = [line for line in project.run("--co", "-q").out.splitlines() if "::" in line]
    assert len(ids) == 12
    for one in ids[::2]:
        assert project.run(one).counts == {"correct": 1}, one
    assert project.run("--eval-model-args=accuracy=0").counts == {"wrong": 12}
    assert project.run("--lf", "-n2").counts == {"correct": 12}


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "xdist"])
@pytest.mark.parametrize(
    ("option", "text", "said"),
    [("-k", "adding or", "got end of input at column"), ("-m", "a b", "got identifier at column 3"), ("-k", "(", "")],
)
def test_an_expression_that_cannot_be_read_is_refused_before_data_is_loaded(project, option, text, said, workers):
    project.benchmark(count=0)
    project.write("adding.jsonl", "no JSON")
    run = project.run(option, text, *workers)
    assert (run.code, run.work_dir) == (4, None)
    assert f"ERROR: {option}: cannot read '{text}': " in run.out
    assert said in run.out
    assert f'Words are joined with and, or, not and parentheses: {option} "' in run.out
    assert "no tests ran" not in run.out

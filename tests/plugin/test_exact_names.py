"""A word of -k that is exactly a benchmark's name means that one; every other word keeps pytest's meaning."""

import pytest


@pytest.fixture
def family(project):
    """Benchmarks whose names contain each other, one with a subset and one with a tag called like another."""
    project.benchmark("sums", options='tags=["numbers"]')
    project.benchmark("sums_pro", options='tags=["numbers", "hard"]')
    project.benchmark("oversums")
    file = project.benchmark("process", count=0)
    file.write_text(file.read_text().replace('"process.jsonl"', '"parts.jsonl", subsets=["sums"]'))
    project.data("parts", 3)
    project.benchmark("tagged", options='tags=["sums"]', count=2)
    return project


@pytest.mark.parametrize(
    ("words", "ran"),
    [
        ("sums", {"sums"}),
        ("SUMS", {"sums"}),
        ("sums or tagged", {"sums", "tagged"}),
        ("sums or sums_pro", {"sums", "sums_pro"}),
        ("not sums", {"sums_pro", "oversums", "process", "tagged"}),
        ("(sums or process) and not sums", {"process"}),
        ("sums and numbers", {"sums"}),
        ("numbers", {"sums", "sums_pro"}),
        ("numbers and not sums_pro", {"sums"}),
        ("sums_", {"sums_pro"}),
        ("sum", {"sums", "sums_pro", "oversums", "process", "tagged"}),
        ("sums-", {"process"}),
        ("test_sums", {"sums"}),
        ("test_sums_pro or process", {"sums_pro", "process"}),
        ("test_sum", {"sums", "sums_pro"}),
        ("sums and default-3", {"sums"}),
        ("sums[default-3]", {"sums", "oversums"}),
    ],
)
def test_an_exact_name_beats_parts_subsets_and_tags(words, ran, family):
    run = family.run("-k", words)
    assert run.code == 0, run.out
    assert set(run.reports) == ran


def test_workers_select_the_same(family):
    assert set(family.run("-k", "sums", "-n2").reports) == {"sums"}
    assert set(family.run("-k", "numbers and not sums", "-n2").reports) == {"sums_pro"}


def test_what_an_exact_name_leaves_out_is_counted_in_one_line(family):
    assert "eval: -k sums: sums only; 4 more names contain it\n" in family.run("-k", "sums").out
    assert "eval: -k tagged: tagged only" not in family.run("-k", "tagged").out
    both = family.run("-k", "sums or sums_pro or test_tagged").out
    assert both.count(" only; ") == 1
    assert "-k sums: sums only; 4 more names contain it\n" in family.run("-k", "sums", "-n2").out
    assert "-k SUMS: sums only; 4 more names contain it\n" in family.run("-k", "SUMS", "--co").out


def test_data_of_what_an_exact_name_leaves_out_is_not_loaded(family):
    for name in ("sums_pro", "oversums", "parts", "tagged"):
        family.write(f"{name}.jsonl", "no JSON\n")
    assert family.run("-k", "sums").counts["correct"] == 12


def test_the_name_of_one_that_is_not_collected_keeps_its_plain_meaning(family):
    assert set(family.run("-k", "sums", "--eval-datasets=process", ".").reports) == {"process"}
    assert set(family.run("-k", "sums", "test_process.py").reports) == {"process"}


def test_two_names_that_exclude_each_other_are_a_usage_error_that_says_what_to_type(family):
    run = family.run("-k", "process and sums")
    assert run.code == 4
    assert "'process' and 'sums' are names of benchmarks, and no sample is of both" in run.out
    assert set(family.run("-k", "process and sums-").reports) == {"process"}


def test_ordinary_tests_keep_pytest_s_meaning(family):
    family.write("test_other.py", "def test_sums_add_up(): pass\ndef test_more(): pass")
    run = family.run("-k", "sums")
    assert run.counts["passed"] == 1
    assert set(run.reports) == {"sums"}
    assert family.run("-k", "sums", model="").counts == {"skipped": 4, "passed": 1, "deselected": 2}


def test_a_name_of_its_own_counts_and_the_function_s_name_only_where_no_benchmark_has_it(project):
    project.benchmark("capitals", "async def test_towns(sample, model):\n    return await model.generate(sample)")
    project.benchmark("test_towns", "async def other(sample, model):\n    return await model.generate(sample)")
    assert set(project.run("-k", "test_towns").reports) == {"test_towns"}
    assert set(project.run("-k", "other").reports) == {"test_towns"}


@pytest.mark.parametrize("path", ["test_sums.py::test_sums", "./test_sums.py::test_sums", "test_sums.py::sums"])
def test_a_function_s_name_in_a_path_stands_for_the_benchmark(path, family):
    run = family.run(path)
    assert run.code == 0, run.out
    assert set(run.reports) == {"sums"}
    assert run.counts == {"correct": 12}


def test_a_function_s_name_in_a_path_works_for_samples_for_both_spellings_at_once_and_without_a_model(family):
    assert family.run("test_sums.py::test_sums[default-3]").counts == {"correct": 1}
    assert family.run("test_sums.py::test_sums", "test_sums.py::sums").counts == {"correct": 12}
    assert family.run("test_sums.py::test_sums", model="").counts == {"skipped": 1}
    assert family.run("test_sums.py", "test_tagged.py::test_tagged", model="").counts == {"skipped": 2}
    wrong = family.run("test_sums.py::test_sums[default-99]")
    assert (wrong.code, "no sample 'default-99'" in wrong.out) == (4, True)


def test_gsm8k_is_gsm8k(project):
    project.write("data/gsm8k/main/test.jsonl", '{"question": "2 + 2?", "answer": "2 + 2 = 4\\n#### 4"}\n')
    options = (f"--eval-dataset-dir={project.path}/data", "--eval-dataset-hub=local", "--eval-limit=1")
    args = '--eval-dataset-args={"gsm8k": {"few_shot_num": 0}}'
    run = project.run("-k", "gsm8k", *options, args, here=False)
    assert run.code == 0, run.out
    assert set(run.reports) == {"gsm8k"}
    assert "-k gsm8k: gsm8k only; 3 more names contain it" in run.out

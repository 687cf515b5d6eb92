"""Without a model benchmarks are one skipped item each, and everything else is as if this package were not there."""

ORDINARY = """
import pytest
@pytest.fixture
def number():
    return 2
@pytest.mark.parametrize("factor", [1, 2])
def test_number(number, factor):
    assert number * factor
"""


def test_a_benchmark_is_one_skipped_item_that_says_how_to_run_it_and_loads_nothing(project):
    project.benchmark(count=0)  # there is no data
    run = project.run("-rs", model="")
    assert run.code == 0
    assert run.counts == {"skipped": 1}
    assert "SKIPPED [1] test_adding.py:" in run.out
    assert "pytest test_adding.py --eval-model=MODEL" in run.out
    assert run.work_dir is None


def test_why_it_was_skipped_is_said_once(project):
    project.benchmark(count=0)
    assert "1 test needs a model: --eval-model=MODEL" in project.run(model="").out
    assert "needs a model: --eval-model=MODEL" not in project.run("-rs", model="").out


def test_each_thing_that_is_missing_is_named(project):
    project.write("test_tone.py", "def test_tone(model, judge):\n    pass\n\ndef test_serving(load):\n    pass")
    run = project.run(model="")
    assert "1 test needs a model: --eval-model=MODEL" in run.out
    assert "1 test needs a model service: --eval-model=MODEL --eval-api-url=URL" in run.out
    assert "judge" not in run.out
    run = project.run()
    assert run.counts == {"skipped": 2}
    assert "1 test needs a judge: --eval-judge-model-args model_id=NAME,api_url=URL" in run.out
    assert "1 test needs a model service: --eval-model=MODEL --eval-api-url=URL" in run.out
    assert "needs a model:" not in run.out


def test_it_can_be_listed_and_named(project):
    project.benchmark(count=0)
    assert "test_adding.py::adding\n" in project.run("--co", "-q", model="").out
    assert project.run("test_adding.py::adding", model="").counts == {"skipped": 1}
    assert project.run("test_adding.py::adding[default-3]", model="").counts == {"skipped": 1}


def test_ordinary_tests_run_as_ever(project):
    project.write("test_ordinary.py", ORDINARY)
    run = project.run(model="")
    assert run.counts == {"passed": 2}
    assert "test_ordinary.py ..  " in run.out
    assert "eval" not in run.out.partition("plugins:")[0]


def test_a_test_that_wants_the_model_is_skipped_and_says_why(project):
    project.write("test_smoke.py", "def test_smoke(model):\n    assert model.generate('Hello').text")
    run = project.run("-rs", model="")
    assert run.counts == {"skipped": 1}
    assert "needs a model: --eval-model=MODEL" in run.out


def test_a_gate_in_the_ini_file_concerns_no_plain_run(project):
    project.write("pytest.ini", "[pytest]\neval_gate = adding>=0.9\neval_limit = 3")
    project.benchmark(count=0)
    assert project.run(model="").counts == {"skipped": 1}


def test_an_option_that_has_no_effect_without_a_model_is_refused(project):
    project.write("test_ordinary.py", ORDINARY)
    run = project.run("--eval-limit=5", model="")
    assert run.code == 4
    assert "--eval-limit has no effect: there is no model" in run.out
    assert "Add --eval-model NAME" in run.out


def test_options_in_addopts_are_for_every_run(project):
    project.write("pytest.ini", "[pytest]\naddopts = --eval-limit=5")
    project.write("test_ordinary.py", ORDINARY)
    assert project.run(model="").counts == {"passed": 2}

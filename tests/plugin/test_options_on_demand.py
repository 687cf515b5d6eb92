"""Options are registered only when a command line may have some; nobody notices."""

from __future__ import annotations

import pytest

IDLE = """
def test_idle(pytestconfig):
    assert pytestconfig.getoption("eval_model") is None
    assert pytestconfig.getoption("--eval-model") is None
    assert pytestconfig.option.eval_limit is None
    assert pytestconfig.getini("eval_model") is None
    assert not pytestconfig.pluginmanager.has_plugin("evalscope_reporting")
"""


def test_a_run_without_options_finds_their_defaults(project):
    project.write("test_idle.py", IDLE)
    assert project.run("-q", "--tb=short", model="").counts == {"passed": 1}


@pytest.mark.parametrize("word", ["-h", "--help", "-qh"])
def test_help_lists_them(word, project):
    out = project.run(word, model="").out
    assert "--eval-model=NAME" in out
    assert "evaluation of language models: data" in out


def test_options_in_addopts_are_read(project):
    project.benchmark(count=5)
    project.write("pytest.ini", "[pytest]\naddopts = --eval-model=mock --eval-limit=2\n")
    assert project.run(model="").counts == {"correct": 2}


def test_options_in_the_environment_are_read(project, monkeypatch):
    project.benchmark(count=5)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--eval-model=mock --eval-limit=3")
    assert project.run(model="").counts == {"correct": 3}


def test_options_in_a_file_of_words_are_read(project):
    project.benchmark(count=5)
    project.write("words", "--eval-model=mock\n--eval-limit=4\n")
    assert project.run("@words", model="").counts == {"correct": 4}


def test_a_setting_of_the_ini_file_needs_no_option(project):
    project.benchmark(count=5)
    project.write("pytest.ini", "[pytest]\neval_model = mock\neval_limit = 1\n")
    assert project.run(model="").counts == {"correct": 1}


@pytest.mark.parametrize(("flag", "meant"), [("--eval-modle=mock", "--eval-model"), ("--limit=2", "--eval-limit")])
def test_a_misspelled_option_is_refused_with_the_one_that_was_meant(flag, meant, project):
    project.write("test_idle.py", IDLE)
    run = project.run(flag, model="")
    assert run.code == 4
    assert f"unknown option {flag.partition('=')[0]}. Did you mean" in run.out
    assert meant in run.out

"""A folder named in an option is no place to look for the project: root and ini file are those around the run."""

import pytest

DEMO = ("--eval-model=mock", "--eval-model-args", "accuracy=0", "--eval-datasets", "demo_math", "--eval-limit", "4")


@pytest.fixture
def elsewhere(project, tmp_path_factory):
    """A folder that has nothing to do with the project's."""
    project.write("pytest.ini", "[pytest]\neval_gate = demo_math>=0.9\naddopts = --eval-show-wrong=2\n")
    return tmp_path_factory.mktemp("data")


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["alone", "workers"])
def test_the_ini_file_is_the_one_around_the_run(elsewhere, project, processes):
    run = project.spawn(*DEMO, "--eval-dataset-dir", elsewhere, *processes)
    assert run.code == 1
    assert f"rootdir: {project.path}\n" in run.out
    assert "gate demo_math>=0.9: failed" in run.out
    assert run.out.count("expected:") == 2
    assert not (elsewhere / ".pytest_cache").exists()


def test_a_root_that_was_asked_for_stays(elsewhere, project, tmp_path):
    run = project.spawn(*DEMO, "--rootdir", tmp_path, "--eval-dataset-dir", elsewhere)
    assert run.code == 1
    assert f"rootdir: {tmp_path}\n" in run.out
    assert "gate demo_math>=0.9: failed" in run.out

"""A folder named in an option is no place to look for the project: root and ini file are those of the tests."""

import pytest


@pytest.fixture
def elsewhere(project, tmp_path_factory):
    """Data in a folder that has nothing to do with the project's."""
    project.benchmark("adding")
    project.write("pytest.ini", "[pytest]\neval_gate = adding>=0.9\naddopts = --eval-show-wrong=2\npythonpath = code\n")
    project.write("code/helping.py", "")
    project.write("test_import.py", "import helping\ndef test_helping(): pass")
    data = tmp_path_factory.mktemp("data")
    (data / "adding").mkdir()
    (project.path / "adding.jsonl").rename(data / "adding" / "test.jsonl")
    return data


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["alone", "workers"])
def test_the_ini_file_is_the_projects(elsewhere, project, processes):
    words = ("--eval-model=mock", "--eval-model-args", "accuracy=0", "--eval-dataset-dir", elsewhere)
    run = project.spawn(*words, ".", *processes)
    assert run.code == 1
    assert "gate adding>=0.9: failed" in run.out
    assert run.out.count("expected:") == 2
    assert f"rootdir: {project.path}\n" in run.out
    assert run.counts == {"wrong": 12, "passed": 1}
    assert not (elsewhere / ".pytest_cache").exists()


def test_a_root_that_was_asked_for_stays(elsewhere, project, tmp_path):
    run = project.spawn(
        "--eval-model=mock", "--rootdir", tmp_path, "-c", "pytest.ini", "--eval-dataset-dir", elsewhere, "."
    )
    assert run.code == 0
    assert f"rootdir: {tmp_path}\n" in run.out
    assert "gate adding>=0.9: passed" in run.out

"""Names of files, subsets and fields may hold anything: none of it reaches a terminal, log or report raw."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ConfigError, DatasetError, StoreError, UsageError

NAMES = ["a\x1b[31m", "new\nline", "back\x08\x08", "\u202eright", "\x9b31m", "\x1b]0;title\x07"]
RECORD = json.dumps({"query": "2 + 2?", "response": "4"}) + "\n"


def raw(text: str) -> set[str]:
    """Return what of the names' controls stands in a text."""
    return {c for c in "\x1b\x08\x07\x9b\u202e" if c in text}


@pytest.mark.parametrize("kind", [UsageError, ConfigError, DatasetError, StoreError])
@given(text=st.text())
def test_an_errors_text_is_one_that_can_be_shown(kind, text):
    said = str(kind(text))
    assert said.replace("\n", "").isprintable()
    if text.isprintable():
        assert said == text
    if kind is not StoreError:
        assert "\n" not in said, "a name with a line break could end the message with one of its own"


@pytest.fixture
def hostile(project):
    for name in NAMES:
        project.write(f"data/{name}.jsonl", RECORD)
    return project


def arguments(**more: object) -> str:
    return "--eval-dataset-args=" + json.dumps({"general_qa": {"dataset_id": "data", **more}})


@pytest.mark.parametrize(
    "option", [arguments(), arguments(subset_list=["\x1b[2J"]), "--eval-datasets=\x1b[2J", "--eval-gate=\x1b[2J>1"]
)
def test_a_mistake_is_told_without_controls(option, hostile):
    words = ["--eval-datasets=general_qa", arguments()] if "datasets" not in option else []
    run = hostile.run(*words, option, here=False)
    assert run.code == 4, run.out
    assert "\\x1b[" in run.out
    assert not raw(run.out)
    assert "\nline" not in run.out


@pytest.mark.parametrize("options", [[], ["-v"], ["-n2"], ["--collect-only", "-q"], ["-rA", "--junitxml=j.xml"]])
def test_a_run_over_such_names_shows_them_written_out(options, hostile):
    chosen = arguments(subset_list=NAMES)
    run = hostile.run("--eval-datasets=general_qa", chosen, *options, here=False)
    assert run.code == 0, run.out
    assert not raw(run.out)
    if run.work_dir is not None:
        shown = [*run.work_dir.rglob("*.html"), *run.work_dir.rglob("*.log"), hostile.path / "j.xml"]
        assert not any(raw(file.read_text()) for file in shown if file.exists())

"""The check of the English: what it counts, what it leaves alone, and that its figures only fall."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import vocabulary


@pytest.fixture
def prose(tmp_path: Path, monkeypatch):
    """Write a module and return its prose."""
    monkeypatch.setattr(vocabulary, "REPO", tmp_path)

    def write(text: str) -> list[vocabulary.Line]:
        (tmp_path / "module.py").write_text(text)
        return list(vocabulary.prose(tmp_path / "module.py"))

    return write


def test_the_english_does_not_get_worse():
    assert vocabulary.excesses(vocabulary.figures()) == []


@pytest.mark.parametrize(
    ("pattern", "counted", "left_alone"),
    [
        ("where", "Empty where it has none.", "Return where it is. Say where to look, and where it came from."),
        ("asked", "Never asked again.", "Sent once."),
        ("told", "Tells a word from a number.", "Return whether it is a word."),
        ("is no", "It is no gate.", "It is not a gate, and is no longer used."),
        ("question word", "What a run comes to.", "Return what a run costs."),
        ("in the mean", "3.2 requests in the mean.", "3.2 requests on average."),
        ("so many", "So many samples failed.", "It took so much that it stopped."),
        ("comes to", "A run that comes to its end.", "A run that ends."),
        ("stands", "What stands before it.", "A name that stands for a value."),
        ("of its own", "A thread of its own.", "Its own thread."),
    ],
)
def test_a_pattern_finds_the_idiom_and_nothing_else(prose, pattern, counted, left_alone):
    assert len(vocabulary.found(pattern, prose(f'"""{counted}"""\n'))) == 1
    assert vocabulary.found(pattern, prose(f'"""{left_alone}"""\n')) == []


def test_comments_and_entries_are_prose_but_code_is_not(prose):
    lines = prose(
        '"""Summary.\n\n    Args:\n        name: How it is called: `asked`.\n    """\n'
        "asked = 'asked'  # asked here\nx = 1  # noqa: E501\n"
    )
    assert [line.text for line in vocabulary.found("asked", lines)] == ["asked here"]
    assert [line.text for line in vocabulary.found("question word", lines)] == ["How it is called: _."]
    assert vocabulary.found("asked", lines)[0].place == "module.py:6"


def test_a_figure_above_its_limit_names_the_command_that_lists_its_lines():
    (line,) = vocabulary.excesses({**dict.fromkeys(vocabulary.PATTERNS, 0.0), "asked": 99.0})
    assert line.startswith("vocabulary: 'asked' 99.00 times")
    assert line.endswith("--show 'asked'")

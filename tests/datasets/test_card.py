"""The configs block of a README."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import DatasetError
from evalscope_pytest.datasets.layout import Config, glob_matches, read_configs
from tests.cost import at_most


def card(block: str) -> str:
    return f"---\nlicense: mit\nconfigs:\n{block}---\n# A data set\n"


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("- config_name: main\n  data_files: a.jsonl\n", Config("main", False, (("train", "a.jsonl"),))),
        ("- data_files: [a.csv, b.csv]\n", Config("default", False, (("train", "a.csv"), ("train", "b.csv")))),
        (
            "- config_name: c\n  default: true\n  data_dir: ./sub\n  data_files:\n"
            "  - split: test\n    path: t-*\n  - split: dev\n    path: [d1, d2]\n",
            Config("c", True, (("test", "sub/t-*"), ("dev", "sub/d1"), ("dev", "sub/d2"))),
        ),
        ("- config_name: 7\n  data_files:\n    test: x\n", Config("7", False, (("test", "x"),))),
    ],
    ids=["one glob", "list of globs", "splits in a folder", "mapping, name not a string"],
)
def test_every_form_of_data_files(block: str, expected: Config) -> None:
    assert read_configs(card(block), "README.md") == (expected,)


@pytest.mark.parametrize(
    "readme",
    ["", "# Title", "---\nlicense: mit\n---\n", "---\nconfigs:\n- config_name: x\n", card("  5\n"), card("- 3\n")],
)
def test_readmes_without_usable_configurations(readme: str) -> None:
    assert read_configs(readme, "README.md") == ()


def test_a_head_that_is_no_yaml_is_named() -> None:
    with pytest.raises(DatasetError, match=r"/x/README\.md has a head that is not YAML"):
        read_configs("---\nconfigs: [a\n---\n", "/x/README.md")


def test_a_head_cannot_make_objects() -> None:
    with pytest.raises(DatasetError):
        read_configs("---\nconfigs: !!python/object/apply:os.system ['true']\n---\n", "README.md")


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(DatasetError):
        read_configs(f"---\nconfigs:\n{text}\n---\n", "README.md")


@pytest.mark.parametrize(
    ("path", "glob", "matches"),
    [
        ("data/test-0.parquet", "data/test-*", True),
        ("data/deep/test-0.parquet", "data/test-*", False),
        ("data/deep/test-0.parquet", "data/**/test-*", True),
        ("data/test-0.parquet", "data/**/test-*", True),
        ("a/b/c.jsonl", "**", True),
        ("a.jsonl", "*.jsonl", True),
        ("a/b.jsonl", "*.jsonl", False),
        ("a.jsonl", "./a.jsonl", True),
        ("../a.jsonl", "a.jsonl", False),
    ],
)
def test_globs(path: str, glob: str, matches: bool) -> None:
    assert glob_matches(path, glob) is matches


def test_a_hostile_glob_costs_no_time() -> None:
    with at_most(5):
        assert not glob_matches("/".join("a" * 60), "/".join(["**", "a"] * 40) + "/b")

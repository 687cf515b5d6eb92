"""Which benchmarks a command line selects: the rules on names, without pytest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.expression import Expression

from evalscope_pytest.benchmarks.bundled import bundled_dir, bundled_files, load_bundled
from evalscope_pytest.config.task import TaskConfig
from evalscope_pytest.core.errors import ConfigError, UsageError
from evalscope_pytest.run.selection import (
    Keywords,
    Names,
    check_datasets,
    check_distinct,
    check_unknown,
    lacks_records,
    listed_files,
    named_nodes,
    nothing_selected,
    paths_to_add,
    sample_ids,
)


def names(name: str, *subsets: str) -> Names:
    return Names(name, f"test_{name}", ("math",), {name, "math", f"test_{name}.py"}, subsets)


GSM8K, GSM8K_V, ARC = names("gsm8k", "main"), names("gsm8k_v"), names("arc", "arc-easy", "gsm8k")
EVERY = [GSM8K, GSM8K_V, ARC]


def keywords(text: str) -> Keywords:
    return Keywords.of(text, Expression.compile(text), EVERY)


def selected(text: str) -> list[str]:
    read = keywords(text)
    known = read.known(EVERY)
    return [one.name for one in EVERY if read.may_select(one, known)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gsm8k", ["gsm8k"]),  # not gsm8k_v, and not arc, whose subset is called so
        ("GSM8K", ["gsm8k"]),
        ("test_gsm8k", ["gsm8k"]),
        ("gsm", ["gsm8k", "gsm8k_v", "arc"]),
        ("math and not arc", ["gsm8k", "gsm8k_v"]),
        ("arc-easy", ["arc"]),
        ("main-17", ["gsm8k", "gsm8k_v"]),  # the subsets of gsm8k_v are not known
        ("17", ["gsm8k", "gsm8k_v", "arc"]),
        ("gsm8k and 17", ["gsm8k"]),
        ("not math", []),
    ],
)
def test_benchmarks_that_an_expression_can_select(text: str, expected: list[str]) -> None:
    assert selected(text) == expected


def test_too_many_words_that_may_be_ids_decide_nothing() -> None:
    assert selected(" and ".join(f"not {n}" for n in range(20))) == ["gsm8k", "gsm8k_v", "arc"]


def test_a_sample_is_selected_by_its_names() -> None:
    read = keywords("gsm8k and 17")
    assert read.selects("gsm8k", {"gsm8k[main-17]"})
    assert not read.selects("gsm8k", {"gsm8k[main-2]"})
    assert not read.selects("arc", {"arc[gsm8k-17]"})


def test_each_exact_word_names_the_others_it_leaves_out() -> None:
    assert list(keywords("gsm8k or arc").left_out(EVERY)) == ["-k gsm8k: gsm8k only; 2 more names contain it"]


def test_an_unknown_word_is_refused_with_the_closest_name() -> None:
    with pytest.raises(UsageError, match=r"nothing is called 'gsm9k'. Did you mean 'gsm8k'"):
        check_unknown({"gsm9k"}, EVERY, set())
    check_unknown({"gsm9k"}, EVERY, {"test_gsm9k_prompt"})
    check_unknown({"main-17", "[x", "r2"}, EVERY, set())


def test_the_message_names_what_was_given() -> None:
    task = TaskConfig(model="mock", datasets=["arc"])
    message = nothing_selected(task, "arc and gsm8k", "chinese", {"arc", "gsm8k"})
    assert "-k 'arc and gsm8k' with -m 'chinese' with --eval-datasets arc selects no sample" in message
    assert "'arc' and 'gsm8k' are names of benchmarks, and no sample is of both" in message
    assert "no benchmark was found" in nothing_selected(TaskConfig(model="mock"), "", "", ())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gsm9k", "Did you mean 'gsm8k'"),
        ("math", "It is a tag of"),
        ("gsm8k", "It is bundled: leave the paths out, or add --eval-datasets gsm8k to the command line."),
    ],
)
def test_a_dataset_that_was_not_collected_is_refused(name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=f"no benchmark named '{name}' in what was collected. {message}"):
        check_datasets(TaskConfig(model="mock", datasets=[name]), {"arc": load_bundled("arc")})
    check_datasets(TaskConfig(model="mock", datasets=["arc"]), {"arc": load_bundled("arc")})


def test_two_benchmarks_of_one_name_are_refused(tmp_path: Path) -> None:
    arc, gsm8k = load_bundled("arc"), load_bundled("gsm8k")
    check_distinct([(arc, tmp_path), (gsm8k, tmp_path), (arc, tmp_path)])
    with pytest.raises(UsageError, match=r"two benchmarks are called 'arc', in .*name only one of the files"):
        check_distinct([(arc, tmp_path / "a.py"), (replace(gsm8k, name="arc"), tmp_path / "b.py")])


def test_a_benchmark_for_records_of_the_users_lacks_them_until_they_are_named(tmp_path: Path) -> None:
    qa = load_bundled("general_qa")
    assert lacks_records(TaskConfig(model="mock"), qa)
    assert not lacks_records(TaskConfig(model="mock", dataset_args={"general_qa": {"dataset_id": "qa"}}), qa)
    (tmp_path / "general_qa").mkdir()
    assert not lacks_records(TaskConfig(model="mock", dataset_dir=str(tmp_path)), qa)
    assert not lacks_records(TaskConfig(model="mock"), load_bundled("arc"))


@pytest.mark.parametrize(
    ("requested", "expected"),
    [
        ([("arc", "main-1"), ("arc", "main-2")], {"arc": {"main-1", "main-2"}}),
        ([("arc", "main-1"), ("arc", None)], {"arc": set()}),
        ([("arc", None), ("arc", "main-1")], {"arc": set()}),
        ([("arc", "main-1"), ("gsm8k", None)], {"arc": {"main-1"}, "gsm8k": set()}),
    ],
)
def test_all_samples_win_over_single_ones(requested: Any, expected: dict[str, set[str]]) -> None:
    assert sample_ids(requested) == expected


def test_nodes_that_the_command_line_names() -> None:
    words = ["f.py::gsm8k[main-17]", "f.py::test_gsm8k", "f.py::test_gsm8k[main-2]", "other.py::test_gsm8k[main-3]"]
    assert named_nodes(words, "gsm8k", "test_gsm8k", lambda path: path == "f.py") == {
        "gsm8k": None,
        "gsm8k[main-17]": "main-17",
        "test_gsm8k": None,
        "test_gsm8k[main-2]": "main-2",
    }
    assert named_nodes(["f.py::gsm8k"], "gsm8k", "gsm8k", lambda path: True) == {"gsm8k": None}


def test_ids_that_a_listing_prints_are_found(tmp_path: Path) -> None:
    assert listed_files(["math/test_gsm8k.py::gsm8k", "no.py"], tmp_path) == {
        "math/test_gsm8k.py::gsm8k": f"{bundled_dir() / 'math/test_gsm8k.py'}::gsm8k"
    }
    (tmp_path / "math").mkdir()
    (tmp_path / "math/test_gsm8k.py").touch()
    assert listed_files(["math/test_gsm8k.py::gsm8k"], tmp_path) == {}


def test_paths_that_go_without_saying(tmp_path: Path) -> None:
    def added(*datasets: str, named: tuple[str, ...] = (), own: tuple[Path, ...] = ()) -> list[str]:
        return paths_to_add(TaskConfig(model="mock", datasets=list(datasets)), named, [tmp_path], own)

    gsm8k, own = str(bundled_files()["gsm8k"]), tmp_path / "test_own.py"
    assert added("gsm8k") == [gsm8k]
    assert added("gsm8k", "own", own=(own,)) == [gsm8k, str(tmp_path)]
    assert added("own") == [str(bundled_dir())]
    assert added() == [str(bundled_dir())]
    assert added(own=(own,)) == [str(bundled_dir()), str(tmp_path)]
    assert added("gsm8k", named=("test_own.py",)) == [gsm8k]
    assert added("gsm8k", named=("here/test_gsm8k.py::gsm8k",)) == []

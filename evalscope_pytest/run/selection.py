"""Decides which benchmarks a command line selects, before any data is loaded.

pytest looks for each word in names, files and tags, so ``-k gsm8k`` would take every benchmark that has gsm8k in its
name, or a subset called so. Here a word that is exactly the name of a collected benchmark, or of its function, means
that benchmark only. A part of a name, file or tag decides as well. A part that names a subset leaves out the benchmarks
that have none of that name, and so does a sample's id that begins with one (``main-17``). Any other word may be an id,
so it decides nothing. If it does not look like an id, and all bundled benchmarks would be loaded for it, it is a
mistake.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ..benchmarks.bundled import bundled_dir, bundled_files, load_bundled
from ..core.errors import ConfigError, UsageError, closest
from ..core.text import visible

if TYPE_CHECKING:
    from ..benchmarks.definition import Benchmark
    from ..config.task import TaskConfig

MAX_UNKNOWN_WORDS = 8
_WORD = re.compile(r"[^\s()]+")
_OPERATORS = frozenset({"and", "or", "not"})
# `main-17`, `17`, `-r2`, `gsm8k[main-17]` or a part of it.
_SAMPLE_ID = re.compile(r"\[|\]|-r?\d|^\d+$|^r\d+$|-$")
_SUBSET_AND_NUMBER = re.compile(r"(.+?)-\d+(?:-r\d*)?")


class Expression(Protocol):
    """A compiled expression of words, operators and parentheses."""

    def evaluate(self, _matcher: Any, /) -> bool:
        """Return the value, given a function that returns whether a word matches."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a benchmark that ``-k`` matches, in lower case except for the first two.

    Attributes:
        function: The name of its function.
        tags: Its tags.
        every: Names that match all of its samples.
        subsets: Names that match the samples of single subsets.
    """

    name: str
    function: str
    tags: Sequence[str]
    every: Collection[str]
    subsets: Collection[str]


@dataclass(frozen=True, slots=True)
class Keywords:
    """A ``-k`` expression.

    Attributes:
        words: Its words, without operators and parentheses.
        exact: By word, the names of the benchmarks it means; words that are not a benchmark's name are absent.
    """

    expression: Expression
    words: frozenset[str]
    exact: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, text: str, expression: Expression, benchmarks: Sequence[Names]) -> Keywords:
        """Return an expression as it is meant among these benchmarks.

        Args:
            text: The expression as it was typed.
        """
        words = frozenset(w for w in _WORD.findall(text) if w not in _OPERATORS)
        by_name: dict[str, set[str]] = {}
        by_function: dict[str, set[str]] = {}
        for one in benchmarks:
            by_name.setdefault(one.name.lower(), set()).add(one.name)
            by_function.setdefault(one.function.lower(), set()).add(one.name)
        found = {w: by_name.get(w.lower()) or by_function.get(w.lower()) for w in sorted(words)}
        return cls(expression, words, {word: frozenset(names) for word, names in found.items() if names})

    def selects(self, benchmark: str, names: Collection[str]) -> bool:
        """Return whether the expression selects a sample.

        Args:
            names: The names that match this sample, in lower case.
        """
        truths = self._meaning(benchmark)
        return self.expression.evaluate(lambda word, /, **_: truths[word] if word in truths else contains(word, names))

    def may_select(self, benchmark: Names, known: Collection[str]) -> bool:
        """Return whether the expression can select a sample of a benchmark whose samples are not known yet.

        Args:
            known: The words that match a name of any benchmark.
        """
        truths = {w: contains(w, benchmark.every) for w in known}
        ids = {w for w in self.words - set(known) if _may_be_sample(w, benchmark.subsets)}
        unsure = ids | {w for w in known if not truths[w] and contains(w, benchmark.subsets)}
        decided = self._meaning(benchmark.name)
        truths |= decided
        guessed = sorted(unsure - decided.keys())
        if len(guessed) > MAX_UNKNOWN_WORDS:
            return True
        return any(
            self.expression.evaluate(_lookup({**truths, **dict(zip(guessed, guess, strict=True))}))
            for guess in itertools.product((True, False), repeat=len(guessed))
        )

    def known(self, benchmarks: Iterable[Names]) -> set[str]:
        """Return the words that match a name of any of these benchmarks."""
        every = [(*one.every, *one.subsets) for one in benchmarks]
        return {word for word in self.words if any(contains(word, names) for names in every)}

    def left_out(self, benchmarks: Sequence[Names]) -> Iterator[str]:
        """Yield a line for each exact word that pytest would have matched with other benchmarks too."""
        for word, meant in self.exact.items():
            others = {one.name for one in benchmarks if contains(word, (*one.every, *one.subsets))} - meant
            if others:
                contain = "1 more name contains" if len(others) == 1 else f"{len(others)} more names contain"
                yield visible(f"-k {word}: {', '.join(sorted(meant))} only; {contain} it")

    def _meaning(self, benchmark: str) -> dict[str, bool]:
        """Return, for each exact word, whether it means a benchmark."""
        return {word: benchmark in names for word, names in self.exact.items()}


def contains(word: str, names: Iterable[str]) -> bool:
    """Return whether a word is part of one of these names, which are in lower case."""
    return any(word.lower() in name for name in names)


def _may_be_sample(word: str, subsets: Collection[str]) -> bool:
    """Return whether a word may be the id of a sample, or a part of it, of a benchmark with these subsets."""
    found = _SUBSET_AND_NUMBER.fullmatch(word.lower().rpartition("[")[2])
    return found is None or not subsets or any(name.endswith(found[1]) for name in subsets)


def _lookup(truths: dict[str, bool]) -> Callable[..., bool]:
    return lambda name, /, **_: truths.get(name, False)


def check_unknown(words: Iterable[str], benchmarks: Sequence[Names], others: Collection[str]) -> None:
    """Refuse a word that names nothing.

    Args:
        words: The words that match no name of a benchmark.
        others: The names of ordinary tests, in lower case.

    Raises:
        UsageError: One is neither among the others nor looks like a sample's id.
    """
    for word in sorted(words):
        if not _SAMPLE_ID.search(word) and not contains(word, others):
            known = {name for one in benchmarks for name in (one.name, *one.tags, *one.subsets)}
            near = get_close_matches(word, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise UsageError(
                f"-k: nothing is called {word!r}.{hint} A word names a benchmark, tag, file, subset, or a sample "
                f"such as main-17. `evalscope-pytest benchmark-info` lists the benchmarks. For ordinary tests of "
                f"yours, name their file or folder, such as '.'."
            )


def nothing_selected(task: TaskConfig, keywords: str, marks: str, exact: Collection[str]) -> str:
    """Return the message of a command line that leaves nothing to evaluate.

    Args:
        keywords: The expression of ``-k``.
        marks: The expression of ``-m``.
        exact: Words of ``-k`` that are names of benchmarks.
    """
    given = [f"-k {keywords!r}"] if keywords.strip() else []
    given += [f"-m {marks!r}"] if marks.strip() else []
    given += [f"--eval-datasets {' '.join(task.datasets)}"] if task.datasets else []
    what = f"{' with '.join(given)} selects no sample" if given else "no benchmark was found"
    hint = ""
    if len(exact) > 1 and "and" in keywords:
        words = sorted(exact)
        hint = (
            f" {' and '.join(map(repr, words))} are names of benchmarks, and no sample is of both. For a subset of "
            f"that name write how the ids of its samples begin, such as '{words[0]}-'."
        )
    return (
        f"nothing to evaluate: {what}.{hint} --collect-only lists the samples there are, `evalscope-pytest "
        "benchmark-info` the bundled benchmarks."
    )


# Names and paths on the command line -------------------------------------------------------------------------------


def check_datasets(task: TaskConfig, collected: Mapping[str, Benchmark]) -> None:
    """Check that every benchmark of ``--eval-datasets`` was collected.

    Raises:
        ConfigError: One was not.
    """
    for name in task.datasets:
        if name not in collected:
            every = {**{n: load_bundled(n) for n in bundled_files()}, **collected}
            tagged = [n for n, benchmark in every.items() if name in benchmark.tags]
            hint = f"It is a tag of {len(tagged)} benchmarks: -m {name}." if tagged else closest(name, every)
            if name in bundled_files():
                hint = f"It is bundled: leave the paths out, or add --eval-datasets {name} to the command line."
            raise ConfigError(
                f"--eval-datasets: no benchmark named {name!r} in what was collected. {hint} "
                "`evalscope-pytest benchmark-info` lists the bundled ones; name the files of your own."
            )


def lacks_records(task: TaskConfig, benchmark: Benchmark) -> bool:
    """Return whether a benchmark is for the user's own records, and there are none."""
    name = benchmark.name
    there = task.args_of(name).dataset_id or (task.dataset_dir and (Path(task.dataset_dir) / name).exists())
    return not (benchmark.dataset.location or there)


def check_distinct(found: Iterable[tuple[Benchmark, Path]]) -> None:
    """Check that no two benchmarks have the same name.

    Args:
        found: Each benchmark with its file.

    Raises:
        UsageError: Two have.
    """
    first: dict[str, tuple[Benchmark, Path]] = {}
    for benchmark, path in found:
        other, place = first.setdefault(benchmark.name, (benchmark, path))
        if other.function is not benchmark.function:
            places = f"both in {path}" if place == path else f"in {place} and {path}"
            raise UsageError(
                f"two benchmarks are called {benchmark.name!r}, {places}. Their records would mix: rename one"
                f"{'' if place == path else ', or name only one of the files'}."
            )


def sample_ids(requested: Iterable[tuple[str, str | None]]) -> dict[str, set[str]]:
    """Return the ids of the requested samples by benchmark; an empty set stands for all of them.

    Args:
        requested: Pairs of a benchmark's name and the id of a sample, None for all of them.
    """
    wanted: dict[str, set[str]] = {}
    for name, only in requested:
        if only is None:
            wanted[name] = set()
        elif wanted.get(name, {""}):
            wanted.setdefault(name, set()).add(only)
    return wanted


def named_nodes(
    words: Sequence[str], name: str, function: str, is_file: Callable[[str], bool]
) -> dict[str, str | None]:
    """Return the nodes of a benchmark in its file, each with the id of the sample it stands for; None for all samples.

    Besides the whole benchmark there is one for each sample that the command line names, ``file.py::gsm8k[main-17]``,
    since pytest looks for it before any data is loaded. Run buttons of editors name the function in place of the
    benchmark: ``file.py::test_gsm8k`` stands for ``file.py::gsm8k``, and ``file.py::test_gsm8k[main-17]`` for its
    sample.

    Args:
        words: The command line.
        function: The name of the benchmark's function.
        is_file: Returns whether a path is the benchmark's file.
    """
    found: dict[str, str | None] = {name: None}
    for word in words:
        path, separator, _ = word.partition("::")
        end = word.rpartition("::")[2]
        if (sample := _in_brackets(end, name)) is not None:
            found[end] = sample
        if function != name and separator and is_file(path):
            end = word.partition("::")[2]
            if end == function or _in_brackets(end, function) is not None:
                found[end] = _in_brackets(end, function)
    return found


def _in_brackets(end: str, name: str) -> str | None:
    inside = end.startswith(f"{name}[") and end.endswith("]")
    return end[len(name) + 1 : -1] if inside else None


def listed_files(words: Iterable[str], here: Path) -> dict[str, str]:
    """Return, for each word that is a bundled benchmark's id as ``--collect-only`` lists it, the one with its path.

    ``math/test_gsm8k.py::gsm8k`` is such an id, unless the folder ``here`` has a file of that name.
    """
    found = {}
    for word in words:
        path, separator, rest = word.partition("::")
        if path.endswith(".py") and not (here / path).exists() and (bundled_dir() / path).is_file():
            found[word] = f"{bundled_dir() / path}{separator}{rest}"
    return found


def paths_to_add(task: TaskConfig, named: Sequence[str], roots: Sequence[Path], files: Collection[Path]) -> list[str]:
    """Return the paths that a command line needs besides its own.

    Without a path these are the files of the bundled benchmarks that ``--eval-datasets`` names, or all of them, and the
    roots that hold benchmarks of the user's, unless all the named ones are bundled. With paths they are the files of
    the named benchmarks that have no file of that name among the paths.

    Args:
        named: The paths on the command line.
        roots: The folders and files in which pytest would look for tests.
        files: The user's files below these roots that hold a benchmark.
    """
    bundled = bundled_files()
    known = [n for n in task.datasets if n in bundled]
    if named:
        names = {Path(p.partition("::")[0]).name for p in named}
        return list(dict.fromkeys(str(bundled[n]) for n in known if bundled[n].name not in names))
    of_known = list(dict.fromkeys(str(bundled[n]) for n in known))
    added = [str(root) for root in roots if any(file.is_relative_to(root) for file in files)]
    if task.datasets and (added or len(known) == len(task.datasets)):
        return [*of_known, *added]
    return [str(bundled_dir()), *added]

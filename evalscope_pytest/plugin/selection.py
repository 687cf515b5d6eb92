"""Which benchmarks a command line selects, decided before any of their data is loaded.

pytest itself deselects by ``-k`` after collection, when every data set would be loaded. A word of the expression that
is exactly the name of a collected benchmark, or of its function, means that benchmark only: `keywords`. A part of a
name, file or tag decides as well. One that names a subset leaves out the benchmarks that have none of that name, and so
does a sample's id that begins with one (``main-17``). Any other word may be an id, so it decides nothing; where it does
not look like one, and all the bundled benchmarks are to be loaded for it, it is a mistake.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import pytest

from ..benchmarks.bundled import bundled_dir
from ..core.errors import UsageError
from ..core.text import visible
from ..run.prepare import subset_in_id
from .keywords import Keywords, contains, names_of
from .nodes import BenchmarkItem, SampleItem
from .pytest_private import Expression

if TYPE_CHECKING:
    from ..config.task import TaskConfig

MAX_UNKNOWN_WORDS = 8
# `main-17`, `17`, `-r2`, `gsm8k[main-17]` or a part of it.
_SAMPLE_ID = re.compile(r"\[|\]|-r?\d|^\d+$|^r\d+$|-$")
_SUBSET_AND_NUMBER = re.compile(r"(.+?)-\d+(?:-r\d*)?")


@dataclass(frozen=True, slots=True)
class _Names:
    """What ``-k`` matches in lower case: for every sample of a benchmark, and for those of single subsets."""

    every: set[str]
    subsets: set[str]


@dataclass(frozen=True, slots=True)
class Selection:
    """What ``-k`` and ``-m`` leave.

    Attributes:
        chosen: The stand-ins of which at least one sample can be selected.
        keywords: The expression of ``-k``; None when there is none, or when pytest has to report what is wrong with it.
        notes: What was left out since a word is a benchmark's name, a line for each word.
    """

    chosen: tuple[BenchmarkItem, ...]
    keywords: Keywords | None = None
    notes: tuple[str, ...] = ()


def selected(
    items: Sequence[pytest.Item],
    keywords: str,
    marks: str,
    subsets: Callable[[str], Iterable[str]] = lambda benchmark: (),
) -> Selection:
    """Return what ``-k`` and ``-m`` select among the benchmarks' stand-ins.

    Args:
        subsets: Subsets the user names, by benchmark.

    Raises:
        UsageError: A word of ``-k`` names nothing, and data of all bundled benchmarks would be loaded to find that out.
    """
    stand_ins = [i for i in items if isinstance(i, BenchmarkItem)]
    by_mark = [i for i in stand_ins if _marks_match(i, marks)]
    read = Keywords.read(keywords, stand_ins) if stand_ins else None
    if read is None:
        return Selection(tuple(by_mark))
    names = {i: _Names(names_of(i), _subsets(i, subsets)) for i in stand_ins}
    known = {w for w in read.words if any(contains(w, n.every | n.subsets) for n in names.values())}
    _check_unknown(read.words - known, items, names)
    chosen = tuple(item for item in by_mark if _may_match(item, read, known, names[item]))
    return Selection(chosen, read, tuple(_left_out(read, names)))


def check_expressions(keywords: str, marks: str) -> None:
    """See that ``-k`` and ``-m`` can be read, before data is loaded or a worker is started for them.

    Raises:
        UsageError: One cannot be read.
    """
    for option, text, example in (("-k", keywords, "gsm8k or arc"), ("-m", marks, "math and not chinese")):
        try:
            Expression.compile(text)
        except SyntaxError as error:
            raise UsageError(
                f"{option}: cannot read {visible(text)!r}: {error.msg} at column {error.offset}. Words are joined with "
                f'and, or, not and parentheses: {option} "{example}".'
            ) from None


def check_selected(task: TaskConfig, session: pytest.Session, keywords: Keywords | None) -> None:
    """See that the command line has left something to evaluate.

    Raises:
        UsageError: It has not. A run of nothing would be green, or end in pytest's exit code 5 that some CI tolerates.
    """
    option, items = session.config.option, session.items
    again = task.rerun or getattr(option, "lf", False) or getattr(option, "stepwise", False)
    if option.collectonly or again or session.testsfailed:
        return
    if any(isinstance(i, (BenchmarkItem, SampleItem)) for i in items) or (items and not task.datasets):
        return
    given = [f"-k {option.keyword!r}"] if option.keyword.strip() else []
    given += [f"-m {option.markexpr!r}"] if option.markexpr.strip() else []
    given += [f"--eval-datasets {' '.join(task.datasets)}"] if task.datasets else []
    what = f"{' with '.join(given)} selects no sample" if given else "no benchmark was found"
    hint = ""
    if keywords is not None and len(keywords.exact) > 1 and "and" in option.keyword:
        words = sorted(keywords.exact)
        hint = (
            f" {' and '.join(map(repr, words))} are names of benchmarks, and no sample is of both. For a subset of "
            f"that name write how the ids of its samples begin, such as '{words[0]}-'."
        )
    raise UsageError(
        f"nothing to evaluate: {what}.{hint} --collect-only lists the samples there are, `evalscope-pytest "
        "benchmark-info` the bundled benchmarks."
    )


def _left_out(keywords: Keywords, names: Mapping[BenchmarkItem, _Names]) -> Iterable[str]:
    """Yield, for each exact word, how many other benchmarks pytest would have matched with it."""
    for word, meant in keywords.exact.items():
        others = {i.benchmark.name for i, n in names.items() if contains(word, n.every | n.subsets)} - meant
        if others:
            contain = "1 more name contains" if len(others) == 1 else f"{len(others)} more names contain"
            yield visible(f"-k {word}: {', '.join(sorted(meant))} only; {contain} it")


def _check_unknown(words: Iterable[str], items: Sequence[pytest.Item], names: Mapping[BenchmarkItem, _Names]) -> None:
    if not any(i.path.is_relative_to(bundled_dir()) and not i.session.isinitpath(i.path) for i in names):
        return  # the user has said where to look
    others = {name for i in items if not isinstance(i, BenchmarkItem) for name in names_of(i)}
    for word in sorted(words):
        if not _SAMPLE_ID.search(word) and not contains(word, others):
            known = {name for i, n in names.items() for name in (i.benchmark.name, *i.benchmark.tags, *n.subsets)}
            near = get_close_matches(word, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise UsageError(
                f"-k: nothing is called {word!r}.{hint} A word names a benchmark, tag, file, subset, or a sample "
                f"such as main-17. `evalscope-pytest benchmark-info` lists the benchmarks. For tests of your own that "
                f"are no benchmarks, name their file or folder, such as '.'."
            )


def _subsets(item: BenchmarkItem, given: Callable[[str], Iterable[str]]) -> set[str]:
    names = (*item.benchmark.dataset.subsets, *given(item.benchmark.name))
    return {form.lower() for name in names for form in (name, subset_in_id(name))}


def _may_match(item: BenchmarkItem, keywords: Keywords, known: set[str], names: _Names) -> bool:
    truths = {w: contains(w, names.every) for w in known}
    ids = {w for w in keywords.words - known if _may_be_sample(w, names.subsets)}
    unsure = ids | {w for w in known if not truths[w] and contains(w, names.subsets)}
    decided = keywords.meaning(item)
    truths |= decided
    guessed = sorted(unsure - decided.keys())
    if len(guessed) > MAX_UNKNOWN_WORDS:
        return True
    return any(
        keywords.expression.evaluate(_lookup({**truths, **dict(zip(guessed, guess, strict=True))}))
        for guess in itertools.product((True, False), repeat=len(guessed))
    )


def _may_be_sample(word: str, subsets: set[str]) -> bool:
    """Tell whether a word may be the id of a sample, or a part of it, of a benchmark with these subsets."""
    found = _SUBSET_AND_NUMBER.fullmatch(word.lower().rpartition("[")[2])
    return found is None or not subsets or any(name.endswith(found[1]) for name in subsets)


def _lookup(truths: dict[str, bool]) -> Callable[..., bool]:
    return lambda name, /, **_: truths.get(name, False)


def _marks_match(item: BenchmarkItem, marks: str) -> bool:
    if not marks.strip():
        return True
    own = {mark.name for mark in item.iter_markers()}
    try:
        return Expression.compile(marks).evaluate(lambda name, /, **_: name in own)
    except SyntaxError:
        return True

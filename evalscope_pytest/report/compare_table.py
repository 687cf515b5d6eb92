"""Compared runs as a terminal shows them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from itertools import chain

from ..core.text import visible
from ..statistics.intervals import FEW_QUESTIONS
from .compare import BenchmarkComparison, Compared, RunComparison, telling_losses
from .paired import CATEGORY, SUBSET, Change, FlippedSample
from .table import ZH_TITLES, align_marks, few_note, grid, shortened

MOST_PARTS = 20  # rows of subsets or categories, unless all are requested
WIDTH = 100  # of texts, if they do not go to a terminal
_LINES = 3  # of a text of a sample
_LEGEND = {
    "Diff": "Diff below 0 is worse; p is two-sided.",
    "Holm": "Holm: adjusted over the benchmarks.",
    "q": "q: Benjamini-Hochberg, for looking at many.",
}
_ZH = {
    **ZH_TITLES,
    _LEGEND["Diff"]: "差值低于 0 表示变差；p 为双侧。",
    _LEGEND["Holm"]: "Holm：按基准数校正。",
    _LEGEND["q"]: "q：Benjamini-Hochberg 校正，仅供浏览。",
    "lower is better, so Diff is baseline less score": "越低越好，差值为基线减得分",
    "Baseline": "基线",
    "Diff": "差值",
    "Won": "变好",
    "Lost": "变差",
    "Run": "运行",
    "Category": "类别",
}


def comparison_text(
    compared: Compared, columns: int | None = None, language: str = "en", *, samples: int = 0, all_parts: bool = False
) -> str:
    """Return the tables of a comparison, with notes.

    Args:
        columns: Width of the terminal; None for as wide as the tables are.
        samples: Number of lost samples of each benchmark to print.
        all_parts: Show all subsets, not those that differ most.
    """
    several = len(compared.runs) > 1
    blocks = [_heading(compared)]
    if several:
        blocks.append(_matrix(compared, columns, language))
    blocks.append(_wholes(compared, columns, language))
    for run in () if several and not all_parts else compared.runs:
        for kind in (CATEGORY, SUBSET):
            table = _parts(run, kind, columns, language, None if all_parts else MOST_PARTS)
            blocks.append(f"{visible(run.entrant.name)}:\n{table}" if several and table else table)
    blocks.append(_paragraphs(_legend(compared, "\n".join(blocks), language), columns))
    blocks.append(_paragraphs(_notes(compared), columns))
    if samples:
        blocks += _samples(compared, samples, columns or WIDTH)
    return "\n\n".join(block for block in blocks if block)


def _paragraphs(lines: Iterable[str], columns: int | None) -> str:
    """Return lines without controls, broken between words at the width of the terminal."""
    shown = [visible(line) for line in lines]
    return "\n".join(part for line in shown for part in (textwrap.wrap(line, columns) if columns else [line]))


def _heading(compared: Compared) -> str:
    names = ["baseline", *["run"] * len(compared.runs)]
    width = max(len(entrant.name) for entrant in compared.entrants)
    lines = [
        f"{role:<8}  {entrant.name:<{width}}  {entrant.run.folder}"
        for role, entrant in zip(names, compared.entrants, strict=True)
    ]
    return "\n".join(visible(line) for line in lines)


def _matrix(compared: Compared, columns: int | None, language: str) -> str:
    names = [entrant.name for entrant in compared.entrants]
    lines = [[benchmark, metric, *map(_score, scores)] for (benchmark, metric), scores in compared.scores.items()]
    titles = [*(_title(title, language) for title in ("Dataset", "Metric")), *names]
    return grid(titles, lines, [False, False, *[True] * len(names)], columns, [1])


def _wholes(compared: Compared, columns: int | None, language: str) -> str:
    several_runs = len(compared.runs) > 1
    rows: list[tuple[str, str, str, Change]] = []
    for run in compared.runs:
        rows += [(one.name, one.metric, run.entrant.name, one.whole) for one in run.benchmarks.values()]
    if several_runs:  # a benchmark's runs beneath each other
        order = list(dict.fromkeys(name for name, *_ in rows))
        rows.sort(key=lambda row: order.index(row[0]))
    rows += [("ALL", "-", run.entrant.name, run.together) for run in compared.runs if run.together]
    several = any(len(run.benchmarks) > 1 for run in compared.runs)
    titles = ["Dataset", "Metric", *["Run"] * several_runs, "Num", "Score", "Baseline", "Diff", "95% CI", "Won", "Lost",
              "p", *["Holm"] * several, *["q"] * several_runs]  # fmt: skip
    lines = [
        [name, metric, *[run] * several_runs, *_figures(change), p_text(change.p), *[p_text(change.holm)] * several,
         *[p_text(change.q)] * several_runs]
        for name, metric, run, change in rows
    ]  # fmt: skip
    if not lines:
        return ""
    gone = ["Num", "Metric", *(["Holm"] if several_runs else []), *(["p"] if several or several_runs else [])]
    gone += ["Won", "Lost", "Baseline"]
    return _grid(titles, lines, gone, columns, language)


def _parts(run: RunComparison, kind: str, columns: int | None, language: str, most: int | None) -> str:
    """Return a table of the subsets or categories, of many those that differ most."""
    found = [(one.name, part) for one in run.benchmarks.values() for part in one.parts if part.kind == kind]
    if not found:
        return ""
    ranked = sorted(range(len(found)), key=lambda place: _evidence(found[place][1]))
    kept = sorted(ranked[:most])
    titles = ["Dataset", "Category" if kind == CATEGORY else "Subset", "Num", "Score", "Baseline", "Diff", "95% CI"]
    lines = [[found[i][0], found[i][1].name, *_figures(found[i][1]), p_text(found[i][1].q)] for i in kept]
    gone = ["Num", "Won", "Lost", "Baseline", "Dataset"]
    table = _grid([*titles, "Won", "Lost", "q"], lines, gone, columns, language)
    if (more := len(found) - len(kept)) > 0:
        what = "categories" if kind == CATEGORY else "subsets"
        table += f"\n{more} more {what} differ less; --subsets shows them"
    return table


def _evidence(change: Change) -> tuple[float, float]:
    return (2.0 if change.q is None else change.q, 2.0 if change.p is None else change.p)


def _grid(titles: list[str], lines: list[list[str]], gone: Sequence[str], columns: int | None, language: str) -> str:
    names = {"Dataset", "Metric", "Run", "Subset", "Category"}
    align_marks(lines, titles.index("95% CI"))
    expendable = [titles.index(title) for title in gone if title in titles]
    right = [title not in names for title in titles]
    return grid([_title(title, language) for title in titles], lines, right, columns, expendable)


def _figures(change: Change) -> list[str]:
    counted = change.has_pairs
    return [
        str(change.shared) if counted else "-",
        _score(change.score),
        _score(change.baseline),
        "-" if change.difference is None else f"{change.difference:+.4f}",
        f"{difference_range(change)}{'*' * is_few(change)}",
        str(change.won) if counted else "-",
        str(change.lost) if counted else "-",
    ]


def difference_range(change: Change, digits: int = 3) -> str:
    """Return the interval of a difference, as in ``-0.262 to +0.167``; a dash without one."""
    if change.low is None or change.high is None:
        return "-"
    return f"{change.low:+.{digits}f} to {change.high:+.{digits}f}"


def is_few(change: Change) -> bool:
    """Return whether an interval rests on few questions or clusters."""
    if change.low is None or change.score is None:
        return False
    questions = change.shared if change.paired else change.shared + min(change.only_now, change.only_baseline)
    return change.few_clusters or questions < FEW_QUESTIONS


def _score(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def p_text(value: float | None) -> str:
    """Return a p-value with three digits; a dash for none."""
    if value is None:
        return "-"
    return "<0.001" if value < 0.0005 else f"{value:.3f}"


def _title(title: str, language: str) -> str:
    return _ZH.get(title, title) if language == "zh" else title


def _legend(compared: Compared, tables: str, language: str) -> Iterable[str]:
    if few := few_note(tables, language):
        yield few
    sentences = [_LEGEND["Diff"], *[_LEGEND["Holm"]] * ("Holm" in tables), *[_LEGEND["q"]] * (" q |" in tables)]
    yield " ".join(_title(sentence, language) for sentence in sentences)
    turned = {one.metric for run in compared.runs for one in run.benchmarks.values() if one.lower_is_better}
    for metric in sorted(turned):
        yield f"{metric}: {_title('lower is better, so Diff is baseline less score', language)}"


def _notes(compared: Compared) -> Iterable[str]:
    several = len(compared.runs) > 1
    for run in compared.runs:
        before = f"{run.entrant.name}, " if several else ""
        for note in run.notes:
            yield f"{before}all benchmarks: {note}"
        if run.together and run.together.reason:
            yield f"{before}ALL: {run.together.reason}"
        for one in run.benchmarks.values():
            for note in [*notes_of(one), *_noise(one.whole)]:
                yield f"{before}{one.name}: {note}"
    yield from compared.notes


def _noise(change: Change) -> Iterable[str]:
    if change.noise is not None and change.noise_baseline is not None:
        yield f"noise {change.noise_baseline:.0%} then, {change.noise:.0%} now"


def notes_of(one: BenchmarkComparison) -> list[str]:
    """Return the notes on a benchmark, with the reason for having no interval."""
    return [*one.notes, *([f"no interval: {one.whole.reason}"] if one.whole.reason else [])]


# Lost samples --------------------------------------------------------------------------------------------------------


def _samples(compared: Compared, most: int, columns: int) -> list[str]:
    several = len(compared.runs) > 1
    found = []
    for run in compared.runs:
        for one in run.benchmarks.values():
            lost = one.lost
            if not lost:
                continue
            where = f" in {run.entrant.name}" if several else ""
            found.append(visible(f"{one.name}: {len(lost)} lost{where}, {min(most, len(lost))} shown"))
            names = (compared.first.name, run.entrant.name)
            found += ["\n".join(_sample(sample, names, columns)) for sample in telling_losses(one, most)]
    return found


def _sample(sample: FlippedSample, names: tuple[str, str], columns: int) -> Iterable[str]:
    flip, one = sample.flip, sample.either
    yield visible(f"{one.id}: {flip.baseline:g} then, {flip.score:g} now")
    texts = {"prompt": one.prompt, "expected": one.target}
    for name, side in zip(names, (sample.then, sample.now), strict=True):
        texts[name] = "(its record cannot be read)" if side is None else side.reply
    width = max(map(len, chain(texts)))
    room = max(20, columns - width - 4)
    for name, text in texts.items():
        for number, line in enumerate(_wrapped(text, room)):
            yield f"  {'' if number else visible(name):<{width}}  {line}"


def _wrapped(text: str, room: int) -> list[str]:
    """Return a text on a few lines; of a long one beginning and end, where answers are."""
    flat = visible(" ".join(text.split())) or "(empty)"
    return textwrap.wrap(shortened(flat, room * _LINES - 10), room) or ["(empty)"]

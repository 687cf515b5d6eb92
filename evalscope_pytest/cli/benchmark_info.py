"""``evalscope-pytest benchmark-info``: lists and describes the bundled benchmarks."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

from ..benchmarks.catalogue import NEEDS, Entry, chosen, entries
from ..core.arguments import Parser

YOUR_OWN = "(your own)"
_MANY_SUBSETS = 6
_FACTS = {
    "subject": "on this subject, such as mathematics",
    "language": "in this language: English, Chinese, several",
    "needs": "that need it: judge, sandbox, pictures, recordings, videos, environment, nothing; several: each",
    "metric": "with this metric",
    "tag": "with this tag; several: with each",
}


def benchmark_info(arguments: Sequence[str]) -> int:
    """Print what is known of the bundled benchmarks.

    Raises:
        ConfigError: A benchmark, a fact or an option is unknown.
    """
    parser = Parser(prog="evalscope-pytest benchmark-info", description="List or describe the bundled benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="the benchmarks to describe; default: list all")
    for fact, what in _FACTS.items():
        parser.add_argument(f"--{fact}", action="append", metavar=fact.upper(), help=f"only those {what}")
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    options = parser.parse_args(arguments)
    found = chosen(entries(options.names), {fact: getattr(options, fact) or [] for fact in _FACTS})
    if options.format == "json":
        print(json.dumps([asdict(entry) for entry in found], indent=2, ensure_ascii=False))
    elif options.format == "markdown" and options.names:
        print("\n".join(map(markdown_entry, found)))
    elif options.format == "markdown":
        print("\n".join(_markdown(found)))
    elif options.names:
        print("\n\n".join(_paragraph(entry) for entry in found))
    else:
        print("\n".join(_table(found)))
    return 0


def _subsets(entry: Entry) -> str:
    if len(entry.subsets) <= _MANY_SUBSETS:
        return ", ".join(entry.subsets)
    return f"{len(entry.subsets)}: {', '.join(entry.subsets[: _MANY_SUBSETS - 1])} ..."


HEADERS = ["Name", "Language", "Metric", "Shots", "Needs", "Subsets", "Records", "Split", "Dataset"]


def cells(entry: Entry) -> list[str]:
    """Return the facts of `HEADERS` on a benchmark."""
    metric = entry.metrics[0] + (f" (+{len(entry.metrics) - 1})" if len(entry.metrics) > 1 else "")
    subsets, size = str(len(entry.subsets)) if entry.dataset else "-", f"{entry.size:,}" if entry.size else ""
    return [entry.name, entry.language, metric, str(entry.few_shot_num), ", ".join(entry.needs), subsets, size,
            entry.split, entry.dataset or YOUR_OWN]  # fmt: skip


def _table(found: Sequence[Entry]) -> list[str]:
    """Return lines by subject, with as many columns as the terminal has room for."""
    rows = [HEADERS, *map(cells, found)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADERS))]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else sum(widths) + 2 * len(widths)
    while len(widths) > 3 and sum(widths) + 2 * (len(widths) - 1) > room:
        widths.pop()

    def line(row: Sequence[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()

    lines = [line(HEADERS), "  ".join("-" * width for width in widths)]
    for subject, of_it in groupby(found, lambda entry: entry.subject):
        lines += ["", f"{subject}:", *(line(cells(entry)) for entry in of_it)]
    return lines


def _markdown(found: Sequence[Entry]) -> list[str]:
    rows = [[cell.replace("|", "\\|") for cell in cells(entry)] for entry in found]
    lines = [HEADERS, ["---"] * len(HEADERS), *rows]
    return [f"| {' | '.join(row)} |" for row in lines]


def markdown_entry(entry: Entry) -> str:
    """Return a section that describes a benchmark; what the table shows is left out."""
    lines = [f"## {entry.name}", "", entry.description, ""]
    if entry.needs:
        lines += [f"Needs {' and '.join(NEEDS[need] for need in entry.needs)}.", ""]
    if len(entry.subsets) > 1:
        lines += [f"Subsets: {', '.join(entry.subsets)}.", ""]
    if len(entry.metrics) > 1:
        lines += [f"Metrics: {', '.join(entry.metrics)}.", ""]
    if entry.extra_params:
        lines += [f"`extra_params`, with their defaults: `{json.dumps(entry.extra_params)}`.", ""]
    return "\n".join(lines)


def _paragraph(entry: Entry) -> str:
    aggregation = entry.aggregation
    if not isinstance(aggregation, str):
        aggregation = ", ".join(f"{metric}: {how}" for metric, how in aggregation.items())
    facts = {
        "subject": entry.subject,
        "language": entry.language or YOUR_OWN,
        "dataset": entry.dataset or YOUR_OWN,
        "subsets": _subsets(entry) if entry.dataset else YOUR_OWN,
        "split": entry.split,
        "records": f"{entry.size:,}" if entry.size else "not counted",
        "few-shot": str(entry.few_shot_num),
        "repeats": str(entry.repeats),
        "metrics": ", ".join(entry.metrics),
        "aggregation": aggregation,
        "tags": ", ".join(entry.tags),
        "extra_params": json.dumps(entry.extra_params) if entry.extra_params else "none",
        "needs": ", ".join(NEEDS[need] for need in entry.needs) or "nothing",
        "paper": entry.paper or "none",
        "version": entry.version,
        "file": entry.file,
        "run it": f"evalscope-pytest eval --model MODEL --api-url URL --datasets {entry.name}",
    }
    body = "\n".join(f"  {name:<12} {value}" for name, value in facts.items())
    texts = {"": entry.description, "system prompt:\n": entry.system_prompt, "prompt:\n": entry.prompt}
    parts = [textwrap.indent(f"{title}{text.strip()}", "  ") for title, text in texts.items() if text]
    return "\n\n".join([f"{entry.name} ({entry.pretty_name})\n{body}", *parts])

"""``evalscope-pytest benchmark-info``: lists and describes the bundled benchmarks."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..benchmarks.bundled import bundled_files, load_bundled
from ..benchmarks.definition import Benchmark
from ..core.arguments import Parser
from ..core.errors import ConfigError, closest
from ..judge.scorer import rule_of

YOUR_OWN = "(your own)"
_MANY_SUBSETS = 6


@dataclass(frozen=True, slots=True)
class Info:
    """The description of one benchmark.

    Attributes:
        prompt: Template of the user message; empty if the record's own text or conversation is sent.
        needs: Resources that a run has to provide: a judge model, a sandbox, an environment.
    """

    name: str
    pretty_name: str
    description: str
    dataset: str
    subsets: tuple[str, ...]
    split: str
    few_shot_num: int
    repeats: int
    metrics: tuple[str, ...]
    aggregation: str | Mapping[str, str]
    tags: tuple[str, ...]
    extra_params: Mapping[str, Any]
    system_prompt: str
    prompt: str
    needs: tuple[str, ...]
    version: str
    file: str

    @classmethod
    def of(cls, benchmark: Benchmark) -> Info:
        """Take what concerns a user from a definition."""
        return cls(
            name=benchmark.name,
            pretty_name=benchmark.pretty_name or benchmark.name,
            description=benchmark.description,
            dataset=benchmark.dataset.location,
            subsets=benchmark.dataset.subsets,
            split=benchmark.dataset.split,
            few_shot_num=benchmark.few_shot.num if benchmark.few_shot else 0,
            repeats=benchmark.repeats,
            metrics=benchmark.metrics,
            aggregation=benchmark.aggregation,
            tags=benchmark.tags,
            extra_params=dict(benchmark.extra_params),
            system_prompt=benchmark.system_prompt,
            prompt=benchmark.prompt,
            needs=_needs(benchmark),
            version=benchmark.version,
            file=str(benchmark.file),
        )


def _needs(benchmark: Benchmark) -> tuple[str, ...]:
    rule = rule_of(benchmark.scorer)
    asks = benchmark.parameters
    judged = (benchmark.scorer is not None and rule is None) or "judge" in asks
    programs = (rule is not None and "sandbox" in rule.needs) or "sandbox" in asks
    environment = [f"the environment {benchmark.environment}"] if benchmark.environment else []
    return (*(["a judge model"] if judged else []), *(["a sandbox"] if programs else []), *environment)


def benchmark_info(arguments: Sequence[str]) -> int:
    """Print what is known of the bundled benchmarks.

    Raises:
        ConfigError: A benchmark, a tag or an option is unknown.
    """
    parser = Parser(prog="evalscope-pytest benchmark-info", description="List or describe the bundled benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="the benchmarks to describe; default: list all")
    parser.add_argument("--tag", action="append", metavar="TAG", help="only those with this tag; several: with each")
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    options = parser.parse_args(arguments)
    infos = _with_tags(_load(options.names), options.tag or [])
    if options.format == "json":
        print(json.dumps([asdict(info) for info in infos], indent=2, ensure_ascii=False))
    elif options.format == "markdown" and options.names:
        print("\n".join(map(markdown_entry, infos)))
    elif options.format == "markdown":
        print("\n".join(_markdown(infos)))
    elif options.names:
        print("\n\n".join(_paragraph(info) for info in infos))
    else:
        print("\n".join(_table(infos)))
    return 0


def _load(names: Sequence[str]) -> list[Info]:
    known = bundled_files()
    for name in names:
        if name not in known:
            raise ConfigError(f"unknown benchmark {name!r}. {closest(name, known)} Without a name all are listed.")
    return [Info.of(load_bundled(name)) for name in names or sorted(known)]


def _with_tags(infos: list[Info], tags: Sequence[str]) -> list[Info]:
    known = {tag for info in infos for tag in info.tags}
    for tag in tags:
        if tag not in known:
            raise ConfigError(f"no benchmark has the tag {tag!r}. {closest(tag, known)}")
    return [info for info in infos if set(tags) <= set(info.tags)]


def _subsets(info: Info) -> str:
    if len(info.subsets) <= _MANY_SUBSETS:
        return ", ".join(info.subsets)
    return f"{len(info.subsets)}: {', '.join(info.subsets[: _MANY_SUBSETS - 1])} ..."


def _cells(info: Info) -> list[str]:
    metrics = info.metrics[0] + (f" (+{len(info.metrics) - 1})" if len(info.metrics) > 1 else "")
    subsets = str(len(info.subsets)) if info.dataset else "-"
    return [info.name, info.dataset or YOUR_OWN, subsets, info.split, str(info.few_shot_num), metrics,
            ", ".join(info.tags)]  # fmt: skip


_HEADERS = ["Name", "Dataset", "Subsets", "Split", "Shots", "Metrics", "Tags"]


def _table(infos: Sequence[Info]) -> list[str]:
    rows = [_HEADERS, *(_cells(info) for info in infos)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADERS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]


def _markdown(infos: Sequence[Info]) -> list[str]:
    rows = [[cell.replace("|", "\\|") for cell in _cells(info)] for info in infos]
    lines = [_HEADERS, ["---"] * len(_HEADERS), *rows]
    return [f"| {' | '.join(row)} |" for row in lines]


def markdown_entry(info: Info) -> str:
    """Return a section that describes a benchmark; what the table shows is left out."""
    lines = [f"## {info.name}", "", info.description, ""]
    if info.needs:
        lines += [f"Needs {' and '.join(info.needs)}.", ""]
    if len(info.subsets) > 1:
        lines += [f"Subsets: {', '.join(info.subsets)}.", ""]
    if len(info.metrics) > 1:
        lines += [f"Metrics: {', '.join(info.metrics)}.", ""]
    if info.extra_params:
        lines += [f"`extra_params`, with their defaults: `{json.dumps(info.extra_params)}`.", ""]
    return "\n".join(lines)


def _paragraph(info: Info) -> str:
    aggregation = info.aggregation
    if not isinstance(aggregation, str):
        aggregation = ", ".join(f"{metric}: {how}" for metric, how in aggregation.items())
    facts = {
        "dataset": info.dataset or YOUR_OWN,
        "subsets": _subsets(info) if info.dataset else YOUR_OWN,
        "split": info.split,
        "few-shot": str(info.few_shot_num),
        "repeats": str(info.repeats),
        "metrics": ", ".join(info.metrics),
        "aggregation": aggregation,
        "tags": ", ".join(info.tags),
        "extra_params": json.dumps(info.extra_params) if info.extra_params else "none",
        "needs": ", ".join(info.needs) or "nothing",
        "version": info.version,
        "file": info.file,
    }
    body = "\n".join(f"  {name:<12} {value}" for name, value in facts.items())
    texts = {"": info.description, "system prompt:\n": info.system_prompt, "prompt:\n": info.prompt}
    parts = [textwrap.indent(f"{title}{text.strip()}", "  ") for title, text in texts.items() if text]
    return "\n\n".join([f"{info.name} ({info.pretty_name})\n{body}", *parts])

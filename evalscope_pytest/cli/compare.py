"""``evalscope-pytest compare``: recorded runs against one of them, question by question."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from ..core.arguments import Parser
from ..core.errors import ConfigError
from ..core.text import visible

_USAGE = "evalscope-pytest compare [NAME=]BASELINE [NAME=]RUN ... [OPTIONS]"
_DESCRIPTION = """\
Compare recorded runs with the first of them, question by question: differences with 95 % intervals, what was won and
lost, p-values adjusted for the number of benchmarks. Nothing is sent to a model.

A run is a work_dir, its reports folder, the folder of one model in that, or `latest`. A single run with several
models is compared model by model.
"""
_EPILOG = """\
  evalscope-pytest compare outputs/20261121_080831 latest
  evalscope-pytest compare old=outputs/a new=outputs/b --samples 5 --html comparison.html
  evalscope-pytest compare outputs/a outputs/b outputs/c --metric gsm8k:pass@1 --json comparison.json
  evalscope-pytest compare outputs/a --model qwen2.5 llama3

Exit codes: 0 compared, 1 a record cannot be read, 4 a run or an option is wrong.
"""


def compare(arguments: Sequence[str]) -> int:
    """Compare runs; return 0.

    Raises:
        UsageError: A run or an option is wrong.
        StoreError: A record cannot be read, or a file cannot be written.
    """
    options = _parser().parse_intermixed_args(list(arguments))
    for path in (options.json, options.html):
        _check(path)
    from ..report.compare import compare_runs
    from ..report.compare_table import comparison_text
    from ..report.entrants import entrants_of

    compared = compare_runs(entrants_of(options.runs, options.model, options.work_dir), options.metric)
    if options.json:
        document = json.dumps(compared.to_json(), indent=2, ensure_ascii=options.json == "-", allow_nan=False)
        if options.json != "-":
            _write(options.json, f"{document}\n")
    if options.html:
        from ..report.compare_page import comparison_page

        _write(options.html, comparison_page(compared, options.language))
    if options.json == "-":
        print(document)
        return 0
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    print(comparison_text(compared, columns, options.language, samples=options.samples, all_parts=options.subsets))
    written = [path for path in (options.json, options.html) if path]
    print("".join(visible(f"\nwritten: {path}", keep="\n") for path in written), end="\n" * bool(written))
    return 0


def _parser() -> Parser:
    parser = Parser(
        prog="evalscope-pytest compare",
        usage=_USAGE,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("runs", metavar="RUN", nargs="+", help="the baseline first; NAME= is what tables call a run")
    parser.add_argument("--model", metavar="ID", nargs="+", default=[], help="the models to compare, by their ids")
    parser.add_argument(
        "--metric",
        metavar="NAME",
        action="append",
        default=[],
        help="compare this metric, or BENCHMARK:NAME for one benchmark; repeatable; default: each one's main metric",
    )
    parser.add_argument("--subsets", action="store_true", help="show all subsets, not only those that differ most")
    parser.add_argument(
        "--samples", metavar="N", type=_count, default=0, help="show the N most telling lost samples of each benchmark"
    )
    parser.add_argument(
        "--json", metavar="FILE", nargs="?", const="-", help="write JSON; without FILE print it in place of the tables"
    )
    parser.add_argument("--html", metavar="FILE", help="write a page with the won and lost samples")
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="of the tables and the page")
    parser.add_argument(
        "--work-dir",
        metavar="DIR",
        default=os.environ.get("EVALSCOPE_WORK_DIR") or "outputs",
        help="folder of the runs among which `latest` is the newest; default: outputs",
    )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of samples. Give 0 or more")
    return int(text)


def _check(path: str | None) -> None:
    """Refuse a file that cannot be written, before anything is read."""
    if not path or path == "-":
        return
    place = Path(path).expanduser()
    if place.is_dir():
        raise ConfigError(f"{path!r} is a folder, and a file is to be written. Name a file, after the runs.")
    if not place.parent.is_dir():
        raise ConfigError(f"{path!r} cannot be written: {str(place.parent)!r} is not a folder. Name one that exists.")


def _write(path: str, text: str) -> None:
    from ..store.atomic import write_atomic

    place = Path(path).expanduser()
    write_atomic(place.parent.resolve() / place.name, text.encode("utf-8", "replace"))

"""``evalscope-pytest arena``: runs of pytest that ask the models which are to be compared, then one that judges."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

from ..cli.evaluate import Words, become, command_of, understood
from ..config.options import TASK_CONFIG, cli_flag, ini_name
from ..config.schema import ARENA
from ..config.setting import TABLE
from ..core.arguments import Parser
from ..core.errors import ConfigError

_DESCRIPTION = """\
Compare models over their replies to the same questions. A judge model sees each pair of replies in both orders; the
models get ratings with intervals. Models are recorded runs, or services, whose replies are requested first.
"""
_EPILOG = """\
All options of `evalscope-pytest eval` apply. Those of benchmarks and generation apply to the requests to services.

  evalscope-pytest arena outputs/a outputs/b outputs/c --judge-model-args model_id=NAME,api_url=URL
  evalscope-pytest arena new=http://127.0.0.1:8000/v1 old=outputs/b --datasets general_qa --judge-model-args ...
  evalscope-pytest arena outputs/a outputs/b --export votes.csv
  evalscope-pytest arena outputs/a outputs/b --votes votes.csv
"""
_USAGE = (
    "evalscope-pytest arena [NAME=]RUN|NAME=URL ... [--against NAME] [--votes FILE ...] [OPTIONS] [-- PYTEST OPTIONS]"
)
# The options of `eval`: those of the arena alone, those of requests to models, and those of both.
_OF_ARENA = tuple(
    map(
        ini_name,
        ("work_dir", "no_timestamp", "use_cache", "gate", "baseline", "max_drop", "gate_level", "stop_when_decided"),
    )
)
_OF_BOTH = tuple(
    map(
        ini_name,
        (
            *("eval_batch_size", "response_cache", "response_cache_sampled", "seed", "analysis_report"),
            *("ignore_errors", "max_errors", "collect_perf", "language", "debug"),
        ),
    )
)


class Entry(NamedTuple):
    """A model in the arena: the folder of its replies, or the address of its service."""

    name: str
    place: str

    @property
    def is_live(self) -> bool:
        """True if its replies have to be requested."""
        return self.place.startswith(("http://", "https://"))


def arena(arguments: Sequence[str]) -> int:
    """Hold an arena, and return pytest's exit code; of the first run that did not end well, if one did not.

    Raises:
        ConfigError: A flag is unknown, or a value wrong.
        DatasetError: A run holds no replies.
    """
    leading = list(takewhile(lambda word: not word.startswith("-"), arguments))
    own, rest = _parser().parse_known_args(list(arguments[len(leading) :]))
    entries, words = [_entry(word) for word in leading], understood(rest)
    if not entries:
        raise ConfigError(f"the arena has no models. Name them first: {_USAGE}")
    for entry in entries:
        if entry.is_live and (code := _evaluated(entry, words)):
            print(f"The arena waits for the replies of {entry.name}: the same command carries on.", file=sys.stderr)
            return code
    any_live = any(entry.is_live for entry in entries)
    models = [_recorded(entry, words) for entry in entries]
    if own.export:
        return _export(models, own)
    return become(command_of(_judging(models, own, words, any_live=any_live), os.environ))


def _parser() -> Parser:
    parser = Parser(
        prog="evalscope-pytest arena",
        usage=_USAGE,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--against", metavar="NAME", default="", help="compare all others with this model only")
    parser.add_argument("--single", action="store_true", help="score each reply by itself, from 0 to 1")
    parser.add_argument("--export", metavar="FILE", help="write the pairs to a CSV file for people, without a judge")
    parser.add_argument("--votes", metavar="FILE", nargs="+", default=[], help="files that people have filled in")
    return parser


def _entry(word: str) -> Entry:
    name, equals, place = word.partition("=")
    if not equals or "/" in name:
        name, place = "", word
    entry = Entry(name, place)
    if entry.is_live and not name:
        raise ConfigError(f"the model at {place} has no name. Write NAME={place}, with the name the service knows.")
    return entry


def _home(entry: Entry, words: Words) -> Path:
    """Return the folder for the replies of a model that gets requests here: always the same one, to resume."""
    from ..store.layout import safe_name

    return Path(words.given.get("eval_work_dir", "outputs")) / "arena" / safe_name(entry.name)


def _recorded(entry: Entry, words: Words) -> str:
    place = str(_home(entry, words)) if entry.is_live else entry.place
    return f"{entry.name}={place}" if entry.name else place


def _evaluated(entry: Entry, words: Words) -> int:
    """Have a service answer the benchmarks' questions, and return pytest's exit code."""
    if TASK_CONFIG in words.given:
        raise ConfigError(f"{cli_flag('task_config')} is not for services. Evaluate them by `eval`.")
    if not words.given.get("eval_datasets") and not words.paths:
        raise ConfigError(
            f"nothing to evaluate {entry.name} with: name benchmarks with --datasets, or test files behind options."
        )
    home = _home(entry, words)
    given = {name: value for name, value in words.given.items() if name not in _OF_ARENA}
    given |= {"eval_model": entry.name, "eval_api_url": entry.place, "eval_work_dir": str(home)}
    given |= {"eval_no_timestamp": True, **({"eval_use_cache": str(home)} if home.is_dir() else {})}
    command = command_of(words._replace(given=given), os.environ)
    sys.stdout.flush()
    return subprocess.call(command.words, env=command.environment)  # noqa: S603  pytest, with the user's own words


def _judging(models: Sequence[str], own: argparse.Namespace, words: Words, *, any_live: bool) -> Words:
    """Return the run that judges. It sends no requests to models."""
    ours = (*_OF_ARENA, *_OF_BOTH)
    given = {n: v for n, v in words.given.items() if not any_live or n in ours or n.startswith("eval_judge")}
    given |= {"eval_model": "mock", "eval_datasets": [ARENA], "eval_arena": list(models)}
    given["eval_dataset_args"] = json.dumps(_dataset_args(words.given.get("eval_dataset_args"), own))
    if not any_live:
        return words._replace(given=given)
    return words._replace(given=given, flags=_of_all_samples(words.flags), paths=[])


def _of_all_samples(flags: Sequence[str]) -> list[str]:
    """Return pytest's own options without those that select benchmarks: ``-k``, ``-m``."""
    values = {number + 1 for number, word in enumerate(flags) if word in ("-k", "-m")}
    return [word for number, word in enumerate(flags) if number not in values and number + 1 not in values]


def _dataset_args(given: str | None, own: argparse.Namespace) -> Mapping[str, Any]:
    table = dict(TABLE.check(TABLE.parse(given))) if given else {}
    ours = dict(table.get(ARENA) or {})
    params = dict(ours.get("extra_params") or {})
    params |= {"baseline": own.against} if own.against else {}
    params |= {"mode": "single"} if own.single else {}
    params |= {"votes": own.votes} if own.votes else {}
    return {ARENA: {**ours, "extra_params": params}}


def _export(models: Sequence[str], own: argparse.Namespace) -> int:
    from .general import arena as arena_of
    from .pairing import export

    if own.single:
        raise ConfigError("--export writes pairs, and --single has none. Leave one of the two out.")
    count = export(arena_of(models, own.against).pairs, Path(own.export))
    words = " ".join([*models, *(["--against", own.against] if own.against else [])])
    print(
        f"{count} pairs written to {own.export}. Fill in the column verdict with A, B or tie, in as many as you like;"
    )
    print(f"then: evalscope-pytest arena {words} --votes {own.export}")
    return 0

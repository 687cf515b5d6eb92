"""``evalscope-pytest eval``: turns its flags into pytest's, and itself into pytest."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..config.options import (
    TASK_CONFIG,
    OptionSpec,
    by_group,
    check_switches,
    cli_flag,
    cli_options,
    hand_back_paths,
    ini_name,
    pytest_options,
    switched_off,
    with_values,
)
from ..core.arguments import Parser
from ..core.errors import ConfigError, closest

MOCK = ("mock", "mock_llm")
API_KEY_VARIABLE = "EVALSCOPE_API_KEY"

_DESCRIPTION = """\
Evaluate a model on benchmarks. Each option has a twin in pytest (--limit: --eval-limit), in the environment
(EVALSCOPE_LIMIT), in pytest.ini (eval_limit) and in TaskConfig (limit=...).
"""
_EPILOG = """\
Your test files, given by path, run along with the benchmarks. What follows -- goes to pytest as it is.
"""


class Command(NamedTuple):
    """A program to run: its words, and the environment it runs in."""

    words: list[str]
    environment: dict[str, str]


class Words(NamedTuple):
    """A command line, understood.

    Attributes:
        given: Values by the name of their ini key.
        flags: Options that pytest has itself.
        paths: Test files.
        for_pytest: The words behind ``--``.
    """

    given: dict[str, Any]
    flags: list[str]
    paths: list[str]
    for_pytest: list[str]


def evaluate(arguments: Sequence[str]) -> int:
    """Run an evaluation and return pytest's exit code. On POSIX this process becomes pytest, and does not return.

    Raises:
        ConfigError: A flag is unknown, or a value wrong.
    """
    return become(pytest_command(arguments, os.environ))


def become(command: Command) -> int:
    """Run a command in place of this process, if the system can do that; otherwise return its exit code."""
    sys.stdout.flush()
    if os.name == "posix":
        os.execve(sys.executable, command.words, command.environment)  # noqa: S606  pytest, with the user's own words
    import subprocess

    return subprocess.call(command.words, env=command.environment)  # noqa: S603  as above


def pytest_command(arguments: Sequence[str], environ: Mapping[str, str]) -> Command:
    """Return the pytest run that an evaluation is.

    Raises:
        ConfigError: A flag is unknown, or a value wrong.
    """
    words = understood(arguments)
    _add_model(words.given, environ)
    return command_of(words, environ)


def understood(arguments: Sequence[str]) -> Words:
    """Read a command line.

    Raises:
        ConfigError: A flag is unknown, or a value wrong.
    """
    words = list(arguments)
    split = words.index("--") if "--" in words else len(words)
    own, for_pytest = _in_own_words(words[:split]), words[split + 1 :]
    check_switches(own, cli_options)
    own, _ = with_values(hand_back_paths(own, flag=cli_flag("datasets")), cli_flag)
    options, rest = _parser().parse_known_args(own)
    _check_rest(rest)
    given = {name: value for name, value in vars(options).items() if value is not None}
    _check_values(given)
    return Words(given, _own_flags(options), rest, for_pytest)


def command_of(words: Words, environ: Mapping[str, str]) -> Command:
    """Return the pytest run. The key goes into the environment, which ``ps`` does not show."""
    given, environment = dict(words.given), dict(environ)
    if (key := given.get("eval_api_key")) and not key.startswith("env:"):
        environment[API_KEY_VARIABLE] = key
        given["eval_api_key"] = f"env:{API_KEY_VARIABLE}"
    python = [sys.executable, "-m", "pytest"]
    return Command([*python, *_pytest_flags(given), *words.flags, *words.paths, *words.for_pytest], environment)


def _in_own_words(words: Sequence[str]) -> list[str]:
    """Return flags of pytest (``--eval-limit=5``) as this command spells them: messages of a run name those."""
    spelled: dict[str, str] = {}
    for theirs, ours in zip(pytest_options(), cli_options(), strict=True):
        spelled[theirs.flag] = ours.flag
        spelled[switched_off(theirs.flag)] = switched_off(ours.flag)
    return ["".join((spelled.get(flag, flag), *rest)) for flag, *rest in (word.partition("=") for word in words)]


def _parser() -> Parser:
    parser = Parser(
        prog="evalscope-pytest eval",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        usage="evalscope-pytest eval --model NAME --datasets NAME [NAME ...] [OPTIONS] [PATH ...] [-- PYTEST OPTIONS]",
        allow_abbrev=False,
    )
    for title, options in by_group(cli_options()).items():
        of_title = parser.add_argument_group(title.lower())
        for option in options:
            of_title.add_argument(option.flag, **option.kwargs)
    group = parser.add_argument_group("passed on to pytest")
    group.add_argument("-k", metavar="EXPR", dest="k", help="only samples that match, such as 'gsm8k or arc'")
    group.add_argument("-m", metavar="TAGS", dest="m", help="only benchmarks with these tags")
    group.add_argument("-n", metavar="N", dest="n", help="number of processes")
    group.add_argument("-x", action="store_true", dest="x", help="stop at the first error")
    group.add_argument("-v", action="count", dest="v", help="show more")
    group.add_argument("-q", action="count", dest="q", help="show less")
    return parser


def _check_rest(rest: Sequence[str]) -> None:
    known = [option.flag for option in cli_options()]
    for word in rest:
        if word.startswith("-"):
            flag = word.partition("=")[0]
            raise ConfigError(f"unknown option {flag}. {closest(flag, known)} Options of pytest go behind ' -- '.")


def _check_values(given: Mapping[str, Any]) -> None:
    """See to it that a mistake is called by the name it was typed under, before pytest is started."""
    from ..config.sources import file_layer, option_layer

    option_layer(given, cli_flag)
    if (file := given.get(TASK_CONFIG)) and file != "-":
        file_layer(file)


def _add_model(given: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Put a model from the environment on the command line: without one there, pytest runs the tests it finds."""
    if "eval_model" in given or TASK_CONFIG in given or given.get("eval_type") in MOCK or "eval_arena" in given:
        return
    if not (model := environ.get("EVALSCOPE_MODEL")):
        raise ConfigError("no model is given. Add --model NAME, or --model mock to try out benchmarks without one.")
    given["eval_model"] = model


def _pytest_flags(given: Mapping[str, Any]) -> list[str]:
    words: list[str] = []
    for option in pytest_options():
        value = given.get(option.ini or str(option.kwargs["dest"]))
        if value is not None:
            words.extend(_flag(option, value))
    return words


def _flag(option: OptionSpec, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [option.flag if value else switched_off(option.flag)]
    if option.ini == ini_name("datasets"):
        return [f"{option.flag}={','.join(value)}"]
    if isinstance(value, list):
        return [f"{option.flag}={item}" for item in value]
    return [f"{option.flag}={value}"]


def _own_flags(options: argparse.Namespace) -> list[str]:
    words = [f"-{name}" for name in "x" if getattr(options, name)]
    words += [f"-{name * count}" for name in "vq" if (count := getattr(options, name))]
    for name in "kmn":
        if (value := getattr(options, name)) is not None:
            words += [f"-{name}", value]
    return words

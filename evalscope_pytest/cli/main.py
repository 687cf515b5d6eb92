"""The command ``evalscope-pytest``: a thin front. Evaluations are runs of pytest, and exit with its code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from ..core.errors import EvalError, UsageError, closest
from ..version import __version__

USAGE_ERROR = 4  # pytest's exit code for what the user got wrong
FAILURE = 1

HELP = """\
usage: evalscope-pytest COMMAND [OPTIONS]

Evaluates language models. Every benchmark is a pytest test file, every sample a test.

commands:
  eval             evaluate a model: evalscope-pytest eval --model NAME --datasets gsm8k arc --limit 5
  compare          compare recorded runs question by question: evalscope-pytest compare BASELINE RUN
  app              look at runs in a browser: evalscope-pytest app outputs
  arena            compare models over their replies: evalscope-pytest arena RUN RUN --judge-model-args ...
  collection       draw samples of several benchmarks into one file: evalscope-pytest collection SCHEMA -n 100 -o FILE
  benchmark-info   list the bundled benchmarks, or describe some of them
  perf             load-test a model service: evalscope-pytest perf --url URL --model NAME --parallel 1 8 64 -n 500
  sandbox          make, list or remove environments for generated code: evalscope-pytest sandbox prepare ds1000
  doctor           show what this machine has, and which sandboxes for generated code work here

options:
  -h, --help       show this text; evalscope-pytest COMMAND --help shows a command's options
  --version        show the version
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    Args:
        argv: The command and its options; those of this process by default.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(HELP, end="")
        return 0 if arguments else USAGE_ERROR
    if arguments[0] in ("-V", "--version"):
        print(f"evalscope-pytest {__version__}")
        return 0
    try:
        return _command(arguments[0])(arguments[1:])
    except EvalError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return USAGE_ERROR if isinstance(error, UsageError) else FAILURE
    except BrokenPipeError:  # `benchmark-info | head` has seen enough
        sys.stderr.close()
        return 0


# Where each command is: a module of this package and its function.
_HOME = {
    "eval": "cli.evaluate:evaluate",
    "compare": "cli.compare:compare",
    "app": "app.command:app",
    "arena": "arena.command:arena",
    "collection": "collections.command:collection",
    "benchmark-info": "cli.benchmark_info:benchmark_info",
    "perf": "perf.command.main:perf",
    "sandbox": "cli.sandbox:sandbox",
    "doctor": "cli.doctor:doctor",
}


def _command(name: str) -> Callable[[list[str]], int]:
    if name not in _HOME:
        raise UsageError(f"unknown command {name!r}. {closest(name, _HOME)} evalscope-pytest --help lists them.")
    module, _, function = _HOME[name].partition(":")
    command: Callable[[list[str]], int] = getattr(import_module(f"evalscope_pytest.{module}"), function)
    return command

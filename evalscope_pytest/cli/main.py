"""The command ``evalscope-pytest``: a thin front. Evaluations are runs of pytest, and exit with its code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from ..core.errors import EvalError, UsageError, closest
from ..version import __version__

USAGE_ERROR = 4  # pytest's exit code for what the user got wrong
FAILURE = 1
COMMANDS = ("eval", "arena", "collection", "benchmark-info", "perf", "doctor")

HELP = """\
usage: evalscope-pytest COMMAND [OPTIONS]

Evaluates language models. Every benchmark is a pytest test file, every sample a test.

commands:
  eval             evaluate a model: evalscope-pytest eval --model NAME --datasets gsm8k arc --limit 5
  arena            compare models over their replies: evalscope-pytest arena RUN RUN --judge-model-args ...
  collection       draw samples of several benchmarks into one file: evalscope-pytest collection SCHEMA -n 100 -o FILE
  benchmark-info   list the bundled benchmarks, or describe some of them
  perf             load-test a model service: evalscope-pytest perf --url URL --model NAME --parallel 1 8 64 -n 500
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


def _command(name: str) -> Callable[[list[str]], int]:
    if name == "eval":
        from .evaluate import evaluate

        return evaluate
    if name == "arena":
        from .arena import arena

        return arena
    if name == "collection":
        from .collection import collection

        return collection
    if name == "benchmark-info":
        from .benchmark_info import benchmark_info

        return benchmark_info
    if name == "perf":
        from .perf import perf

        return perf
    if name == "doctor":
        from .doctor import doctor

        return doctor
    raise UsageError(f"unknown command {name!r}. {closest(name, COMMANDS)} evalscope-pytest --help lists them.")

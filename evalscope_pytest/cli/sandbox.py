"""``evalscope-pytest sandbox``: environments for programs that need more than the packages of this interpreter."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from ..core.errors import ConfigError, UsageError, closest
from ..sandbox.environments import Wish, home, listed, prepare, remove
from ..sandbox.recipes import RECIPES

USAGE = f"""\
usage: evalscope-pytest sandbox prepare NAME [--python PYTHON] [--with PART ...] [--requirements FILE]
       evalscope-pytest sandbox list
       evalscope-pytest sandbox remove NAME

Environments hold the packages that the programs of some benchmarks import ({", ".join(RECIPES)}). Each is made once,
in the cache folder ($EVALSCOPE_CACHE, or ~/.cache/evalscope); jails see it read-only. Interrupted, the same command
carries on.

  --python PYTHON      interpreter to base it on, a path or a command (this one)
  --with PART ...      larger packages that only some questions need, such as torch or tensorflow
  --requirements FILE  packages of your own in place of the listed ones; any NAME will do then
"""
_ACTIONS = ("prepare", "list", "remove")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"evalscope-pytest sandbox: {message}. evalscope-pytest sandbox --help shows how it is used.")


def sandbox(arguments: Sequence[str]) -> int:
    """Make, list or remove environments.

    Raises:
        UsageError: An argument is wrong, or an environment could not be made.
    """
    if not arguments or "-h" in arguments or "--help" in arguments:
        print(USAGE, end="")
        return 0 if arguments else 4
    action, *rest = arguments
    if action not in _ACTIONS:
        raise ConfigError(f"evalscope-pytest sandbox {action!r}. {closest(action, _ACTIONS)}")
    parser = _Parser(add_help=False)
    if action == "list":
        parser.parse_args(rest)
        print("\n".join(_table()))
        return 0
    parser.add_argument("name")
    if action == "remove":
        name = parser.parse_args(rest).name
        if not remove(name):
            raise UsageError(f"environment {name!r} is not on this machine. {closest(name, listed())}")
        print(f"{name} is removed")
        return 0
    parser.add_argument("--python", default="")
    parser.add_argument("--with", nargs="+", default=[], dest="parts", metavar="PART")
    parser.add_argument("--requirements", default="")
    given = parser.parse_args(rest)
    prepare(
        Wish(given.name, given.python, tuple(given.parts), given.requirements), lambda line: print(line, flush=True)
    )
    return 0


def _table() -> list[str]:
    found = listed()
    width = max(map(len, found))
    lines = [f"environments in {home()}"]
    for name, made in found.items():
        if made is not None:
            parts = f", with {', '.join(made.parts)}" if made.parts else ""
            state = f"ready  Python {made.python}, {len(made.requirements)} packages{parts}"
        elif (home() / name).is_dir():
            state = f"unfinished: evalscope-pytest sandbox prepare {name}"
        else:
            state = f"not made: evalscope-pytest sandbox prepare {name}"
        lines.append(f"{'+' if made else '-'} {name.ljust(width)}  {state}")
    return lines

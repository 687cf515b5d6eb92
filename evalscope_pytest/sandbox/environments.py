"""Environments: interpreters with packages that programs need and this one lacks, made once in the cache folder.

A folder is an environment once its ``environment.json`` is there, which is written last: what was interrupted is
carried on, not used.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..core.errors import ConfigError, UnreadyError, UsageError, closest
from .host import Equipment
from .recipes import RECIPES, Recipe

MANIFEST = "environment.json"
_COMMAND = "evalscope-pytest sandbox prepare"
_LOOK = """
import json, os, sys
found = {sys.base_prefix, sys.base_exec_prefix, os.path.dirname(os.path.realpath(sys.executable))}
found |= set(map(os.path.realpath, found))
print(json.dumps({"version": list(sys.version_info[:3]), "folders": sorted(found)}))
"""
Run = Callable[[Sequence[str]], int]
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment that is ready.

    Attributes:
        python: Version of its interpreter.
        folders: The places of its interpreter and packages.
        requirements: The installed packages, those of parts included.
        parts: The parts that were requested.
    """

    name: str
    python: str
    folders: tuple[str, ...]
    requirements: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def place(self) -> Path:
        """Its folder."""
        return place_of(self.name)

    @property
    def equipment(self) -> Equipment:
        """The equipment of jails that run its interpreter."""
        return Equipment(str(interpreter_of(self.place)), self.folders)


def home() -> Path:
    """Return the folder of all environments: ``$EVALSCOPE_CACHE``, else ``~/.cache/evalscope``."""
    return Path(os.environ.get("EVALSCOPE_CACHE") or Path.home() / ".cache" / "evalscope").resolve() / "environments"


def place_of(name: str) -> Path:
    """Return the folder of an environment.

    Raises:
        ConfigError: Its name is none of a folder.
    """
    if not name.replace("-", "").replace("_", "").isalnum():
        raise ConfigError(f"environment {name!r}: a name has letters, digits, '-' and '_' only. Choose another.")
    return home() / name


def interpreter_of(place: Path) -> Path:
    """Return the path of an environment's interpreter."""
    return place / "bin" / "python"


def found(name: str) -> Environment | None:
    """Return an environment that is ready; None if it is not."""
    place = place_of(name)
    try:
        written: dict[str, Any] = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        lists = {key: tuple(written[key]) for key in ("folders", "requirements", "parts")}
        made = Environment(name, str(written["python"]), **lists)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return made if interpreter_of(place).exists() else None


def listed() -> dict[str, Environment | None]:
    """Return all environments by name, None for those that are not ready: known ones, and others that were made."""
    made = {path.name for path in home().iterdir() if path.is_dir()} if home().is_dir() else set()
    return {name: found(name) for name in sorted({*RECIPES, *made})}


def ready(name: str, parts: Mapping[str, str] | None = None) -> Environment:
    """Return an environment that benchmarks need.

    Args:
        parts: The parts they need, each with what needs it.

    Raises:
        UnreadyError: It was not made, or not with these parts; the message has the command that makes it.
    """
    made, wanted = found(name), dict(parts or {})
    missing = [part for part in wanted if made is None or part not in made.parts]
    command = f"{_COMMAND} {name}{' --with ' + ' '.join(missing) if missing else ''}"
    if made is None:
        raise UnreadyError(
            f"environment {name!r}, whose packages the tests import, is not on this machine. Make it once: {command}"
        )
    if missing:
        needs = ", ".join(f"{part} ({wanted[part]})" for part in missing)
        raise UnreadyError(f"environment {name!r} lacks {needs}. Add it: {command}, or leave out what needs it.")
    return made


def modules_of(name: str) -> tuple[str, ...]:
    """Return the modules that programs of an environment rely on."""
    return RECIPES[name].modules if name in RECIPES else ()


@dataclass(frozen=True, slots=True)
class Wish:
    """An environment to make.

    Attributes:
        python: The interpreter it is based on, a path or a command; empty: this one.
        parts: Names of parts of its recipe.
        requirements: A requirements file in place of the recipe.
    """

    name: str
    python: str = ""
    parts: tuple[str, ...] = ()
    requirements: str = ""


def prepare(wish: Wish, report: Report, run: Run | None = None) -> Environment:
    """Make an environment, or carry on where that was interrupted.

    Args:
        report: Takes a line for each step.
        run: Runs a command whose output people follow, and returns its exit code.

    Raises:
        UsageError: The wish cannot be granted, or a step failed; nothing of it counts as ready.
    """
    place = place_of(wish.name)
    recipe, run = _recipe(wish), run or _followed
    with _alone(place):
        return _prepared(wish, recipe, place, report, run)


def _prepared(wish: Wish, recipe: Recipe, place: Path, report: Report, run: Run) -> Environment:
    python = _interpreter(wish)
    facts = _facts(python)
    _check_version(wish, recipe, facts["version"], report)
    before = found(wish.name)
    version = ".".join(map(str, facts["version"]))
    if before and before.python != version and wish.python:
        raise UsageError(
            f"environment {wish.name!r} has Python {before.python}, and --python is {version}. Remove it first: "
            f"evalscope-pytest sandbox remove {wish.name}"
        )
    parts = tuple(sorted({*wish.parts, *(before.parts if before else ())}))
    wanted = (*recipe.requirements, *(line for part in parts for line in recipe.parts.get(part, ())))
    if before and before.parts == parts and before.requirements == wanted:
        report(f"{wish.name} is ready: {place}")
        return before
    report(f"1/3  Python {before.python if before else version} in {place}")
    own = interpreter_of(place)
    if before is None and not _has_pip(own):
        _step(run, [python, "-m", "venv", "--clear", str(place)], wish, "no virtual environment could be made")
    report(f"2/3  {len(wanted)} packages" + (f", with {', '.join(parts)}" if parts else ""))
    pip = [str(own), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    if wanted:
        _step(run, [*pip, *wanted], wish, "pip did not install the packages")
    report("3/3  importing them")
    modules = [*recipe.modules, *parts]
    if modules and not wish.requirements:
        _step(run, [str(own), "-c", f"import {', '.join(modules)}"], wish, "the packages cannot be imported")
    facts = _facts(str(own))
    folders = tuple(sorted({str(place), *facts["folders"]}))
    made = Environment(wish.name, ".".join(map(str, facts["version"])), folders, wanted, parts)
    _write(place / MANIFEST, asdict(made))
    report(f"{wish.name} is ready: {place}")
    return made


def remove(name: str) -> bool:
    """Remove an environment, ready or not. Return whether there was one."""
    place = place_of(name)
    if not place.is_dir():
        return False
    with _alone(place):
        (place / MANIFEST).unlink(missing_ok=True)  # first: half an environment is none
        shutil.rmtree(place)
    place.with_name(f".{name}.lock").unlink(missing_ok=True)
    return True


def _recipe(wish: Wish) -> Recipe:
    if wish.requirements:
        if wish.parts:
            raise ConfigError("--with and --requirements: a requirements file has no parts. Leave one of them out.")
        try:
            lines = Path(wish.requirements).read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise ConfigError(
                f"--requirements {wish.requirements}: {error.strerror}. Name a file that exists."
            ) from None
        return Recipe(tuple(text for line in lines if (text := line.partition(" #")[0].strip()) and text[0] != "#"))
    if wish.name not in RECIPES:
        raise ConfigError(
            f"environment {wish.name!r}. {closest(wish.name, RECIPES)} For one of your own, add --requirements FILE."
        )
    recipe = RECIPES[wish.name]
    for part in wish.parts:
        if part not in recipe.parts:
            allowed = closest(part, recipe.parts) if recipe.parts else "It has no parts."
            raise ConfigError(f"--with {part!r} of environment {wish.name!r}. {allowed}")
    return recipe


def _interpreter(wish: Wish) -> str:
    if not wish.python:
        return sys.executable
    path = shutil.which(wish.python)
    if path is None:
        raise ConfigError(
            f"--python {wish.python}: there is no such interpreter. Give a path or a command on the PATH."
        )
    return os.path.abspath(path)


def _facts(python: str) -> dict[str, Any]:
    """Return version and folders of an interpreter."""
    command = [python, "-I", "-c", _LOOK]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=60)  # noqa: S603 - the user's choice
        facts: dict[str, Any] = json.loads(said.stdout if said.returncode == 0 else "")
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        why = "".join(said.stderr.strip().splitlines()[-1:]) if isinstance(error, ValueError) else str(error)
        raise UsageError(f"{python} does not run as Python: {why or error}. Name another with --python.") from None
    return facts


def _check_version(wish: Wish, recipe: Recipe, version: Sequence[int], report: Report) -> None:
    if wish.requirements:
        return
    first, last = recipe.python
    shown = ".".join(map(str, version[:2]))
    if version[0] != 3 or not first <= version[1] <= last:
        raise UsageError(
            f"environment {wish.name!r} needs Python 3.{first} to 3.{last}, and this one is {shown}. Name another: "
            f"{_COMMAND} {wish.name} --python python{recipe.authors or f'3.{last}'}"
        )
    if recipe.authors and shown != recipe.authors:
        report(
            f"note: the authors' versions exist for Python {recipe.authors} (--python python{recipe.authors}); with "
            f"{shown} some packages are newer"
        )


def _has_pip(python: Path) -> bool:
    if not python.exists():
        return False
    asked = subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, timeout=120)  # noqa: S603
    return asked.returncode == 0


def _step(run: Run, command: Sequence[str], wish: Wish, failure: str) -> None:
    code = run(command)
    if code:
        raise UsageError(
            f"environment {wish.name!r}: {failure} (exit code {code}; its own message is above). Run the same command "
            "again: what is done is kept."
        )


def _followed(command: Sequence[str]) -> int:
    # An interpreter of another environment must not look into this one's packages.
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    return subprocess.run(command, env=kept).returncode  # noqa: S603 - put together above


def _write(path: Path, content: Mapping[str, Any]) -> None:
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(content, indent=1), encoding="utf-8")
    os.replace(partial, path)


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Keep other processes from changing an environment meanwhile."""
    import fcntl  # not on Windows, which has no sandbox either

    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_name(f".{place.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(f"environment {place.name!r} is being changed by another process. Wait for it.") from None
        yield

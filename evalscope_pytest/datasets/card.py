"""The ``configs:`` block at the head of a dataset's README: which files hold which configuration and split."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ..config.files import parse_yaml
from ..core.errors import DatasetError

MAX_VALUES = 300_000  # cards of multilingual datasets hold tens of thousands


@dataclass(frozen=True, slots=True)
class Config:
    """One configuration.

    Attributes:
        files: Pairs of a split and a glob, relative to the README's folder.
    """

    name: str
    default: bool
    files: tuple[tuple[str, str], ...]


def read_configs(readme: str, where: str) -> tuple[Config, ...]:
    """Return the configurations a README names, none if it has no such block.

    Raises:
        DatasetError: The block is not YAML.
    """
    head = _front_matter(readme)
    if "configs:" not in head:
        return ()
    try:
        block = parse_yaml(head, written=MAX_VALUES, values=MAX_VALUES)
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split()).removeprefix("not valid YAML: ")
        raise DatasetError(f"{where} has a head that is not YAML to read: {reason}. Correct or remove it.") from error
    listed = block.get("configs") if isinstance(block, dict) else None
    found = (_config(item) for item in listed or () if isinstance(item, dict)) if isinstance(listed, list) else ()
    return tuple(config for config in found if config.files)


def glob_matches(path: str, glob: str) -> bool:
    """Return whether a path matches: ``*`` stays inside one folder, ``**`` stands for any number of folders."""
    parts, patterns = path.split("/"), glob.removeprefix("./").split("/")
    reached = {0}  # how many parts the patterns so far may have used up
    for pattern in patterns:
        if pattern == "**":
            reached = set(range(min(reached), len(parts) + 1)) if reached else set()
        else:
            reached = {n + 1 for n in reached if n < len(parts) and fnmatchcase(parts[n], pattern)}
    return len(parts) in reached


def _front_matter(readme: str) -> str:
    lines = readme.removeprefix("\ufeff").lstrip().splitlines()
    if not lines or lines[0].strip() != "---":
        return ""
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
    return "\n".join(lines[1:end])


def _config(item: dict[str, Any]) -> Config:
    folder = str(item.get("data_dir") or "").strip("/.")
    prefix = f"{folder}/" if folder else ""
    files = tuple((split, prefix + glob) for split, glob in _pairs(item.get("data_files")))
    return Config(str(item.get("config_name", "default")), item.get("default") is True, files)


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    """Yield split and glob for every form ``data_files`` may have; files without a split are ``train`` on the hubs."""
    if isinstance(value, dict):
        value = [{"split": split, "path": path} for split, path in value.items()]
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield "train", item
        elif isinstance(item, dict):
            paths = item.get("path")
            for path in paths if isinstance(paths, list) else [paths]:
                if isinstance(path, str):
                    yield str(item.get("split", "train")), path

"""Finds the files that hold a subset of a split, by the names of files in local folders and hub repositories.

The layouts, in the order they are tried. ``EXT`` is any format of `files`; shards (``-00000-of-00002``) count as one
file, and files in a folder named ``data`` count as files of its parent:

===============================  ==================================================================================
a README's ``configs:`` block    as it says
``{subset}/{split}.EXT``         also ``{split}/{subset}.EXT`` and ``{subset}/{split}/0000.parquet``
``{subset}_{split}.EXT``         also with ``-`` or ``.``, and inside ``{subset}/`` or ``{split}/``
``{split}_{subset}``             a split of that name in the configuration, or a file of that name in its folder
``{subset}.EXT``                 for the evaluated split only: exemplars must never be the questions themselves; also
                                 a split of that name in the configuration
``{split}.EXT``, ``*_{split}.EXT``  all subsets together; also inside a folder named like the configuration
the only file there is           all subsets together, when no name indicates a split; for the evaluated split only
===============================  ==================================================================================

Nothing here touches a disk or a network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ..config.text import parse_yaml
from ..core.errors import DatasetError
from .files import FORMATS, format_of

_SHARD = re.compile(r"-\d{5}-of-\d{5}(?:-[0-9a-f]{8,32})?$")
_CONVERTED_SHARD = re.compile(r"\d{4}$")
_NOT_RECORDS = frozenset({"dataset_infos.json", "dataset_info.json", "dataset_dict.json", "state.json"})
_SEPARATORS = ("_", "-", ".")
_SAME_SPLIT = (("train", "training"), ("validation", "valid", "val"), ("test", "testing"))
# File names that indicate a split. "dev" is not a synonym of "validation": if a benchmark has both, one of them holds
# the exemplars.
_SPLITS = frozenset({"dev", "eval", "evaluation"}.union(*_SAME_SPLIT))


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of records: its folder (``data`` left out) and its name without extension and shard number."""

    path: str
    folder: str
    base: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of one dataset, by subset and split.

    Attributes:
        folder: The name of the dataset's folder: if it is a subset's name, its ``{split}`` files are that subset.
        eval_split: The split that is evaluated.
        config: The configuration, or folder, that holds all subsets together.
        single: The user named one file, which is what is evaluated whatever its name.
    """

    entries: tuple[Entry, ...]
    configs: tuple[Config, ...]
    folder: str
    eval_split: str
    config: str = ""
    single: bool = False

    def own(self, subset: str, split: str) -> tuple[str, ...]:
        """Return the files that hold this subset of the split and nothing else; empty when there are none."""
        for name in _names(split):
            if found := self._configured(subset, name):
                return found
            if found := self._pick(lambda entry, name=name: _is_own(entry, subset, name)):
                return found
            if found := self._split_of(subset, name):
                return found
        if subset == self.folder and (found := self._plain(split)):
            return found
        if split == self.eval_split:
            split_called_so = self._configured(self.config or self._default_config, subset)
            return split_called_so or self._pick(lambda e: e.folder in ("", self.config) and e.base == subset)
        return ()

    def _split_of(self, subset: str, split: str) -> tuple[str, ...]:
        """Return the files of a subset that is a split of the configuration by itself, ``test_r1``."""
        name = f"{split}_{subset}"
        found = self._configured(self.config or self._default_config, name)
        return found or self._pick(lambda e: self.config != "" and (e.folder, e.base) == (self.config, name))

    def shared(self, split: str) -> tuple[str, ...]:
        """Return the files that hold all subsets of the split together; empty when there are none."""
        for name in _names(split):
            if found := self._configured(self.config, name) or self._configured(self._default_config, name):
                return found
        if found := self._plain(split):
            return found
        if split == self.eval_split and (self.single or not self.splits()):
            bases = {(entry.folder, entry.base) for entry in self.entries if entry.folder in ("", self.config)}
            return self._pick(lambda entry: {(entry.folder, entry.base)} == bases)
        return ()

    def subsets(self, split: str) -> list[str]:
        """Return the names of the subsets that have separate files in the split."""
        names = _names(split)
        found = {config.name for config in self.configs if any(s in names for s, _ in config.files)}
        for entry in self.entries:
            if entry.base in names:
                found.add(entry.folder)
            elif entry.folder in names or entry.folder == "":
                found.add(_without_split(entry.base, names))
        if not found - {""} and split == self.eval_split:
            found = {e.base for e in self.entries if e.folder == "" and not self._tells_split(e.base)}
        return sorted(found - {"", self.config, self._default_config})

    def splits(self) -> list[str]:
        """Return the splits that configurations and file names indicate."""
        found = {split for config in self.configs for split, _ in config.files}
        for entry in self.entries:
            words = {entry.base, entry.folder, *(entry.base.rpartition(mark)[2] for mark in _SEPARATORS)}
            found |= words & (_SPLITS | {self.eval_split})
        return sorted(found)

    @property
    def _default_config(self) -> str:
        named = [config.name for config in self.configs if config.default or config.name == "default"]
        return named[0] if named else self.configs[0].name if len(self.configs) == 1 else ""

    def _configured(self, name: str, split: str) -> tuple[str, ...]:
        globs = [glob for config in self.configs if config.name == name for s, glob in config.files if s == split]
        return tuple(e.path for e in self.entries if any(glob_matches(e.path, glob) for glob in globs))

    def _plain(self, split: str) -> tuple[str, ...]:
        """Return the files of the whole split, those in the configuration's folder first."""
        for folder in dict.fromkeys((self.config, "")):
            for name in _names(split):
                if found := self._pick(lambda e, folder=folder, name=name: (e.folder, e.base) == (folder, name)):
                    return found
            for name in _names(split):
                bases = {e.base for e in self.entries if e.folder == folder and _without_split(e.base, (name,))}
                if len(bases) == 1:
                    return self._pick(lambda e, folder=folder, bases=bases: e.folder == folder and e.base in bases)
        return ()

    def _pick(self, wanted: Callable[..., bool]) -> tuple[str, ...]:
        """Return the wanted files, all of the same format."""
        paths = [entry.path for entry in self.entries if wanted(entry)]
        best = min((FORMATS.index(format_of(path)) for path in paths), default=0)
        return tuple(path for path in paths if format_of(path) == FORMATS[best])

    def _tells_split(self, base: str) -> bool:
        names = (*_SPLITS, self.eval_split)
        return base in names or bool(_without_split(base, names))


def entries_of(paths: Iterable[str]) -> tuple[Entry, ...]:
    """Return the files of records among ``paths`` (relative, with ``/``), sorted by path."""
    return tuple(
        _entry(path) for path in sorted(paths) if format_of(path) and path.rpartition("/")[2] not in _NOT_RECORDS
    )


def _entry(path: str) -> Entry:
    *folders, name = path.split("/")
    base = _SHARD.sub("", name.removesuffix(".gz").rpartition(".")[0])
    if folders and (base == "data" or (name.endswith(".parquet") and _CONVERTED_SHARD.fullmatch(base))):
        base = folders.pop()  # test/0000.parquet, test/data-00000-of-00001.arrow: the folder's name counts
    return Entry(path, "/".join(part for part in folders if part != "data"), base)


def _names(split: str) -> Sequence[str]:
    """Return the names a split goes by, the requested one first."""
    group = next((group for group in _SAME_SPLIT if split in group), ())
    return (split, *(name for name in group if name != split))


def _is_own(entry: Entry, subset: str, split: str) -> bool:
    both = {f"{subset}{mark}{split}" for mark in _SEPARATORS}
    return (
        (entry.folder == subset and entry.base == split)
        or (entry.folder == split and entry.base == subset)
        or (entry.folder in ("", subset, split) and entry.base in both)
    )


def _without_split(base: str, names: Iterable[str]) -> str:
    """Return a file's name without ``_{split}`` at its end; empty if it does not end so."""
    ends = (mark + name for name in names for mark in _SEPARATORS)
    return next((base.removesuffix(end) for end in ends if base.endswith(end)), "")


# The head of a README ------------------------------------------------------------------------------------------------


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

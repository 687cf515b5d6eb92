"""Loading: from a benchmark's `Source` and a `DataLocation` to its records, read anew each time.

Records are looked for on this machine first, which never goes online, then on a hub. A subset's own files are preferred
to one file that holds all subsets, and only the files of the requested subsets are read or downloaded
(docs/design/datasets.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from ..core.errors import DatasetError, EvalError, NoDataError, closest, closest_path, raised_in
from .base import DataLocation, Hub, ScriptedTree, Tree, how_to_go_local, local_tree
from .files import format_of, read_records
from .hub import open_repository
from .layout import Config, Layout, entries_of, read_configs
from .source import Record, Source
from .spool import light, with_pictures_of_others


def load_subsets(
    source: Source, place: DataLocation, subsets: tuple[str, ...], split: str, first: int | None = None
) -> dict[str, list[Record]]:
    """Return the records of each subset, in the order of ``subsets``.

    Args:
        first: Number of records of a subset after which reading stops. None reads all.

    Raises:
        DatasetError: A split, subset or field is missing, a file is malformed, or the hub does not answer.
    """
    tree = locate(source, place)
    if isinstance(tree, ScriptedTree):
        found = {subset: list(islice(map(light, tree.run(subset, split)), first)) for subset in subsets}
    else:
        found = _from_tree(source, tree, subsets, first)
        if rest := tuple(subset for subset in subsets if subset not in found):
            found |= _from_files(source, place, tree, rest, split, first)
    empty = next((subset for subset in subsets if not found[subset]), None)
    if empty is not None:
        raise NoDataError(
            f"Subset {empty!r} of {place.benchmark} holds no records in split {split!r} of {tree.title}. "
            "Add some, or leave it out of subset_list."
        )
    return {subset: found[subset] for subset in subsets}


def list_subsets(source: Source, place: DataLocation, split: str) -> list[str]:
    """Return the names of the subsets that are there, whether or not the benchmark names them.

    Raises:
        DatasetError: The records are missing, or lack the field with their subset.
    """
    tree = locate(source, place)
    layout = _layout(source, tree)
    if names := layout.subsets(split):
        return names
    shared = layout.shared(split)
    if source.subset_by is None or not shared:
        return list(source.subsets) if shared and len(source.subsets) == 1 else []
    local = tree.fetch(shared)
    return sorted({_subset_of(source, record, path) for path in local.values() for record in _records(path)})


def read_release_text(source: Source, place: DataLocation, relative_path: str) -> str:
    """Return a text file of the data release, such as exemplars that come with it.

    Args:
        relative_path: Its path inside the dataset, with ``/``.

    Raises:
        DatasetError: It is missing, or not UTF-8.
    """
    tree = locate(source, place)
    if relative_path not in tree.paths:
        folder = relative_path.rpartition("/")[0]
        beside = [path for path in tree.paths if path.rpartition("/")[0] == folder]
        raise NoDataError(
            f"{place.benchmark} has no file {relative_path!r} in {tree.title}. {closest(relative_path, beside)} "
            "Add it, or set few_shot_num to 0 if it holds the exemplars."
        )
    return _text_of(tree.fetch([relative_path])[relative_path])


def read_texts(source: Source, place: DataLocation, *patterns: str) -> list[str]:
    """Return the texts of the files that match the first pattern any file matches, by name.

    Args:
        patterns: Paths inside the dataset, with ``*`` for any characters.

    Raises:
        DatasetError: None matches, or one is not UTF-8.
    """
    tree = locate(source, place)
    for pattern in patterns:
        if found := sorted(path for path in tree.paths if fnmatchcase(path, pattern)):
            local = tree.fetch(found)
            return [_text_of(local[path]) for path in found]
    raise NoDataError(f"{place.benchmark} has no file {' or '.join(patterns)} in {tree.title}. Add one.")


def _records(path: Path) -> Iterator[Record]:
    """Yield the records of a file; the media in them wait on disk."""
    return map(light, read_records(path))


def _all_records(paths: Iterable[Path]) -> Iterator[Record]:
    """Yield the records of several files, with the pictures that they share."""
    return with_pictures_of_others(record for path in paths for record in _records(path))


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path} is not UTF-8 text: {error.reason}. Convert the file.") from error
    except OSError as error:
        raise DatasetError(f"Cannot read {path}: {error.strerror}.") from error


def _layout(source: Source, tree: Tree) -> Layout:
    configs: tuple[Config, ...] = ()
    if "README.md" in tree.paths and not tree.single:
        readme = tree.fetch(["README.md"])["README.md"]
        configs = read_configs(readme.read_text(encoding="utf-8", errors="replace"), str(readme))
    return Layout(entries_of(tree.paths), configs, tree.folder, source.split, source.config, tree.single)


def _from_tree(source: Source, tree: Tree, subsets: tuple[str, ...], first: int | None) -> dict[str, list[Record]]:
    """Return the records that the benchmark itself makes of files, by subset; those without any are left out."""
    if source.from_tree is None:
        return {}
    made = {subset: list(islice(source.from_tree(tree, subset), first)) for subset in subsets}
    return {subset: records for subset, records in made.items() if records}


def _from_files(
    source: Source, place: DataLocation, tree: Tree, subsets: tuple[str, ...], split: str, first: int | None
) -> dict[str, list[Record]]:
    layout = _layout(source, tree)
    own = {subset: files for subset in subsets if (files := _own(source, tree, layout, subset, split))}
    rest = tuple(subset for subset in subsets if subset not in own)
    shared = layout.shared(split) if rest else ()
    if rest and not shared:
        raise NoDataError(_not_there(place, tree, layout, rest[0], split))
    local = tree.fetch(dict.fromkeys([path for files in own.values() for path in files] + list(shared)))
    found = {subset: list(islice(_read(local, files), first)) for subset, files in own.items()}
    if rest:
        found |= _from_shared(source, place, [local[path] for path in shared], rest, first)
    return found


def _own(source: Source, tree: Tree, layout: Layout, subset: str, split: str) -> tuple[str, ...]:
    if not tree.folder and source.config and source.subset_by and layout.shared(split):
        return ()  # on a hub: one download instead of one for each subset
    return layout.own(subset, split)


def _read(local: dict[str, Path], files: Iterable[str]) -> Iterator[Record]:
    return _all_records(local[file] for file in files)


def _from_shared(
    source: Source, place: DataLocation, files: list[Path], subsets: tuple[str, ...], first: int | None
) -> dict[str, list[Record]]:
    """Read subsets out of the files that hold all of them."""
    if source.subset_by is None:
        return _whole(source, place, files, subsets, first)
    groups: dict[str, list[Record]] = {subset: [] for subset in subsets}
    others: set[str] = set()
    open_groups = len(subsets)
    for path in files:
        for record in with_pictures_of_others(_records(path)):
            name = _subset_of(source, record, path)
            group = groups.get(name)
            if group is None:
                others.add(name)
            elif first is None or len(group) < first:
                group.append(record)
                open_groups -= first is not None and len(group) == first
                if not open_groups:
                    return groups
    missing = next((subset for subset, records in groups.items() if not records), None)
    if missing is not None:
        there = others | {subset for subset, records in groups.items() if records}
        raise _no_subset(place, files, missing, there)
    return groups


def _no_subset(place: DataLocation, files: list[Path], missing: str, there: set[str]) -> NoDataError:
    return NoDataError(
        f"{place.benchmark} has no subset {missing!r} in {_listed(files)}. {closest(missing, there)} "
        f"Name the wanted ones in subset_list."
    )


def _whole(
    source: Source, place: DataLocation, files: list[Path], subsets: tuple[str, ...], first: int | None
) -> dict[str, list[Record]]:
    """Read the one subset that is the whole file."""
    if len(subsets) > 1 or subsets[0] not in (source.subsets if len(source.subsets) == 1 else ("default",)):
        there = {path.stem for path in files} & {*source.subsets}
        missing = [subset for subset in subsets if subset not in there]
        if there and missing:
            raise _no_subset(place, files, missing[0], there)
        raise NoDataError(
            f"{place.benchmark} has no subset {subsets[0]!r} in {_listed(files)}, and nothing indicates which "
            f"record belongs to it. Put its records into {subsets[0]}/{source.split}.jsonl, or {_instead(source)}."
        )
    return {subsets[0]: list(islice(_all_records(files), first))}


def _instead(source: Source) -> str:
    whole = source.subsets[0] if len(source.subsets) == 1 else "default"
    return f'take the whole file with subset_list ["{whole}"]'


def _subset_of(source: Source, record: Record, path: Path) -> str:
    key = source.subset_by
    try:
        return str(key(record)) if callable(key) else str(record[key or ""])
    except EvalError:
        raise
    except Exception as error:
        fields = ", ".join(map(str, record)) or "none"
        if callable(key) and not isinstance(error, KeyError):
            raise DatasetError(
                f"The subset of a record of {path} cannot be found ({type(error).__name__}: {error} at "
                f"{raised_in(error)}). Its fields are: {fields}. Correct the record, or subset_by."
            ) from error
        wanted = str(error).strip("'\"") if callable(key) else key
        raise DatasetError(
            f"A record of {path} has no field {wanted!r}, which holds its subset. "
            f"Its fields are: {fields}. Add the field, or store each subset apart."
        ) from error


def _not_there(place: DataLocation, tree: Tree, layout: Layout, subset: str, split: str) -> str:
    if not layout.entries:
        return (
            f"{tree.title} holds no records of {place.benchmark}: it has no jsonl, json, csv, tsv, parquet or arrow "
            f"file among its {len(tree.paths)} files."
        )
    splits = layout.splits()
    subsets = layout.subsets(split)
    if subsets:
        return (
            f"{place.benchmark} has no subset {subset!r} in split {split!r} of {tree.title}. "
            f"{closest(subset, subsets)} Name the wanted ones in subset_list."
        )
    shown = ", ".join(splits) or ", ".join(entry.path for entry in layout.entries[:10])
    instead = "Name another with eval_split" if split == layout.eval_split else "Set few_shot_num to 0"
    return (
        f"{place.benchmark} has no split {split!r} in {tree.title}. There is: {shown}. "
        f"{instead}, or add the file {split}.jsonl."
    )


def _listed(files: list[Path]) -> str:
    return ", ".join(str(path) for path in files[:3]) + (" ..." if len(files) > 3 else "")


# Where the records are -----------------------------------------------------------------------------------------------


def locate(source: Source, place: DataLocation) -> Tree:
    """Find a benchmark's files: the user's path, ``dataset_dir``, beside the test file, and last the hub.

    Raises:
        NoDataError: Nothing was found; the message lists the paths that were tried.
    """
    tried: list[Path] = []
    for path in _candidates(source, place):
        if path.exists():
            return local_tree(path)
        tried.append(path)
    repository = place.dataset_id or (source.location if source.kind == "hub" else "")
    if place.hub == "local" or not repository or _is_path(repository, place.hub):
        raise NoDataError(_own_file_missing(source, place) or _nothing_there(place, tried))
    return open_repository(repository, place)


def is_local(source: Source, place: DataLocation) -> bool:
    """Return whether a benchmark's records are on this machine, so that no hub is contacted."""
    return any(path.exists() for path in _candidates(source, place))


def _candidates(source: Source, place: DataLocation) -> Iterable[Path]:
    if place.dataset_id:
        yield Path(place.dataset_id).expanduser()
        if _is_path(place.dataset_id, place.hub):
            return  # the user named this path: nothing else may replace it
    if place.dataset_dir is not None:
        yield place.dataset_dir.expanduser() / place.benchmark
    if source.kind == "local" and not place.dataset_id:
        yield place.file_dir / Path(source.location).expanduser()


def _is_path(text: str, hub: Hub) -> bool:
    """Return whether a dataset id can only be a path: a hub's id is ``owner/name``, on Hugging Face also ``name``."""
    parts = (0, 1) if hub == "huggingface" else (1,)
    return text.startswith((".", "~", "/", "\\")) or text.count("/") not in parts or bool(format_of(text))


def _own_file_missing(source: Source, place: DataLocation) -> str:
    """Return the message about a local file that a benchmark names and that does not exist; empty if it does."""
    if source.kind != "local" or place.dataset_id or not source.location:
        return ""
    path = place.file_dir / Path(source.location).expanduser()
    return (
        f"{place.benchmark!r} reads {source.location!r}, which does not exist in {path.parent}. {closest_path(path)}"
        f"Correct local(...) in its test file, or add the file."
    )


def _nothing_there(place: DataLocation, tried: list[Path]) -> str:
    listed = ", ".join(str(path.absolute()) for path in tried) or "no path"
    return f"No records of {place.benchmark!r} there: tried {listed}. {how_to_go_local(place.benchmark)}"

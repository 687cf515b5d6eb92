"""A question on a picture, a recording or a video never reaches a model without it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import load
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.core.content import medium_of
from evalscope_pytest.core.errors import DatasetError, UnreadyError
from evalscope_pytest.datasets.base import DataLocation
from tests.media import mp4, png, wav

from .written import FILES, SUBSETS

BESIDE = {"image": ("there.png", png(7, 7)), "audio": ("there.wav", wav()), "video": ("there.mp4", mp4())}
# Their records may have no media; of `refcoco` pictures are drawn when records are read, which takes their bytes.
WITHOUT = {"science_qa", "hle", "general_vqa", "general_vmcq"}
HELD = {"refcoco"}
Changed = dict[str, Any]


def kind_of(value: Any) -> str:
    """Return the kind of media that a field holds, one or a list; empty if none."""
    if isinstance(value, list):
        return kind_of(value[0]) if value else ""
    if isinstance(value, dict):
        return kind_of(value.get("path")) if value.keys() <= {"bytes", "path"} else ""
    if not isinstance(value, str):
        return ""
    found = next((kind for kind in BESIDE if value.startswith(f"data:{kind}/")), "")
    return found or ("image" if len(value) > 60 and value.startswith(("iVBORw0KGgo", "/9j/")) else "")


def lost(value: Any) -> Any:
    return [] if isinstance(value, list) else None


def named(value: Any) -> Any:
    name = BESIDE[kind_of(value)][0]
    return [name] * len(value) if isinstance(value, list) else name


def numbers(name: str, folder: Path, change: Any = None) -> list[tuple[int, int]]:
    """Return how many media each sample sends, and how many have a fault."""
    for file, data in BESIDE.values():
        (folder / file).write_bytes(data)
    for path, rows in FILES[name].items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(rows, list):
            rows = [{k: change(v) if change and kind_of(v) else v for k, v in row.items()} for row in rows]
            place.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        else:
            place.write_bytes(rows if isinstance(rows, bytes) else rows.encode())
    benchmark = load_bundled(name)
    where = DataLocation(name, benchmark.file.parent, hub="local", dataset_id=str(folder))
    found = load(resolve(benchmark, DatasetArgs(subset_list=SUBSETS.get(name))), where)
    samples = [sample for part in found.subsets.values() for sample in part]
    media = [[medium_of(p) for m in found.messages(sample) for p in m.media] for sample in samples]
    return [(sum(not one.fault for one in sent), sum(bool(one.fault) for one in sent)) for sent in media]


def with_media() -> Iterator[str]:
    for name, files in FILES.items():
        rows = [row for found in files.values() if isinstance(found, list) for row in found]
        if any(kind_of(value) for row in rows for value in row.values()):
            yield name


@pytest.mark.parametrize("name", with_media())
def test_media_that_are_missing_or_named_are_an_error_or_sent(name: str, tmp_path: Path) -> None:
    try:
        whole = numbers(name, tmp_path)
    except UnreadyError as error:
        pytest.skip(str(error))  # an optional library
    if name not in WITHOUT:
        try:
            left = numbers(name, tmp_path, lost)
        except DatasetError:  # before anything is sent
            left = [(0, 1)] * len(whole)
        assert all(faulty or not before for (before, _), (_, faulty) in zip(whole, left, strict=True))
    if name not in HELD:
        assert numbers(name, tmp_path, named) == whole

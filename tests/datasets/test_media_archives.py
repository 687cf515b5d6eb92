"""Media in zip archives beside the records: read one at a time, never unpacked, only inside the dataset's folder."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from evalscope_pytest import Sample, image, text
from evalscope_pytest.core.content import Image, Medium, Packed, medium_of
from evalscope_pytest.core.errors import MediaError
from evalscope_pytest.datasets import media_files
from evalscope_pytest.datasets.base import local_tree
from evalscope_pytest.datasets.media_files import MediaFinder, places_of
from tests.media import png


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset's folder."""
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "test.jsonl").write_text("{}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "set"


def found(folder: Path, archive: str, name: str) -> Medium:
    sample = Sample([text("What?"), image(Packed(archive, name))], "x")
    part = MediaFinder(places_of(local_tree(folder))).samples([sample])[0].parts[1]
    assert isinstance(part, Image)
    return medium_of(part)


def packed(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def test_a_file_is_found_by_the_end_of_its_path_and_has_to_stay_as_it_is(folder: Path) -> None:
    packed(folder / "images.zip", {"images/a.png": png(5, 5), "b.png": png(6, 6)})
    medium = found(folder, "images.zip", "a.png")
    assert medium.read() == png(5, 5)
    assert found(folder, "images.zip", "images/a.png").sha256 == medium.sha256
    assert found(folder, "*.zip", "b.png").read() == png(6, 6)
    assert "is not in images.zip" in found(folder, "images.zip", "../a.jpg").fault
    packed(folder / "images.zip", {"images/a.png": png(1, 1)})
    with pytest.raises(MediaError, match=r"was changed while the run was under way|cannot be read"):
        medium.read()


def test_a_file_unpacked_beside_the_archive_comes_first(folder: Path) -> None:
    packed(folder / "images.zip", {"a.png": png(5, 5)})
    (folder / "images").mkdir()
    (folder / "images" / "a.png").write_bytes(png(7, 7))
    assert found(folder, "images.zip", "a.png").read() == png(7, 7)


def test_archives_that_are_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "no.zip").write_bytes(png())
    packed(folder / "cut.zip", {"a.png": png(90, 90)})
    data = bytearray((folder / "cut.zip").read_bytes())
    data[40:60] = b"x" * 20
    (folder / "cut.zip").write_bytes(data)
    packed(folder / "locked.zip", {"a.png": png()})
    data = bytearray((folder / "locked.zip").read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    (folder / "locked.zip").write_bytes(data)
    monkeypatch.setitem(media_files.MOST_BYTES, "image", 1000)
    packed(folder / "bomb.zip", {"a.png": png() + b"\0" * 10_000})
    os.symlink(folder.parent / "out.zip", folder / "link.zip")
    packed(folder.parent / "out.zip", {"a.png": png()})
    for name, fault in {
        "no.zip": "cannot be read as a zip archive",
        "cut.zip": "cut.zip cannot be read",
        "locked.zip": "encrypted",
        "bomb.zip": "bytes",
        "link.zip": "outside the dataset's folder",
        "none.zip": "does not exist",
    }.items():
        assert fault in found(folder, name, "a.png").fault, name


def test_an_index_that_lies_about_a_size_is_not_believed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(media_files.MOST_BYTES, "image", 1000)
    packed(folder / "bomb.zip", {"a.png": png() + b"\0" * 10_000})
    data = bytearray((folder / "bomb.zip").read_bytes())
    at = data.index(b"PK\1\2") + 24
    data[at : at + 4] = b"\x10\0\0\0"
    (folder / "bomb.zip").write_bytes(data)
    assert found(folder, "bomb.zip", "a.png").fault

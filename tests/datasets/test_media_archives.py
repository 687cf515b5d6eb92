"""Pictures in a dataset's zip archives: found by name, read where they are, never from outside."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from evalscope_pytest import Sample, image, text
from evalscope_pytest.core.content import Medium, Packed, medium_of
from evalscope_pytest.core.errors import MediaError
from evalscope_pytest.datasets import media_files
from evalscope_pytest.datasets.base import local_tree
from evalscope_pytest.datasets.media_files import MediaFinder, places_of
from tests.media import png


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset's folder; the working directory is beside it."""
    (tmp_path / "set").mkdir()
    (tmp_path / "work").mkdir()
    (tmp_path / "set" / "test.jsonl").write_text("{}\n")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "set"


def found(folder: Path, source: Packed) -> Medium:
    sample = Sample([text("What?"), image(source)], "x")
    return medium_of(MediaFinder(places_of(local_tree(folder))).samples([sample])[0].parts[1])


def packed(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def test_a_member_of_an_archive(folder: Path) -> None:
    packed(folder / "images.zip", {"images/a.png": png(5, 5), "b.png": png(6, 6)})
    medium = found(folder, Packed("images.zip", "a.png"))
    assert medium.read() == png(5, 5)
    assert found(folder, Packed("images.zip", "b.png")).read() == png(6, 6)
    assert "is not in images.zip" in found(folder, Packed("images.zip", "../a.jpg")).fault
    (folder / "images").mkdir()
    (folder / "images" / "a.png").write_bytes(png(7, 7))
    assert found(folder, Packed("images.zip", "a.png")).read() == png(7, 7), "it lies unpacked beside the records"


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("no.zip", "cannot be read as a zip archive"),
        ("cut.zip", "cannot be read as a zip archive"),
        ("locked.zip", "encrypted"),
        ("bomb.zip", "bytes"),
        ("link.zip", "outside the dataset's folder"),
        ("none.zip", "does not exist"),
    ],
)
def test_archives_that_are_not_read(name: str, fault: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / name
    if name == "no.zip":
        file.write_bytes(png())
    elif name == "link.zip":
        packed(folder.parent / "out.zip", {"a.png": png()})
        os.symlink(folder.parent / "out.zip", file)
    elif name != "none.zip":
        packed(file, {"a.png": png() + b"\0" * 10_000 if name == "bomb.zip" else png(90, 90)})
        data = bytearray(file.read_bytes())
        if name == "cut.zip":
            data[40:60] = b"x" * 20
        elif name == "locked.zip":
            data[data.index(b"PK\1\2") + 8] |= 1
        else:
            monkeypatch.setitem(media_files.MOST_BYTES, "image", 1000)
            data[data.index(b"PK\1\2") + 24 :][:4] = b"\x10\0\0\0"
        file.write_bytes(data)
    medium = found(folder, Packed(name, "a.png"))
    assert fault in medium.fault
    with pytest.raises(MediaError):
        medium.read()


def test_the_archive_of_a_hub_s_repository_is_downloaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    packed(tmp_path / "blob", {"images/a.png": png(), "images/b.png": png(5)})
    asked: list[list[str]] = []

    class Repository:
        title, folder, single = "owner/name", "", False
        paths = ("data/test.jsonl", "images.zip", "other.zip")

        def fetch(self, paths):
            asked.append(sorted(paths))
            return dict.fromkeys(asked[-1], tmp_path / "blob")

    samples = [Sample([image(Packed("images.zip", name))], "x") for name in ("a.png", "b.png")]
    media = [medium_of(s.parts[0]) for s in MediaFinder(places_of(Repository())).samples(samples)]  # type: ignore[arg-type]
    assert asked == [["images.zip"]]
    assert [medium.read() for medium in media] == [png(), png(5)]

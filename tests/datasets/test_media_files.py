"""Where media come from: beside the records, in the dataset's folder, in the working directory, never from outside."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import pytest

from evalscope_pytest import Message, Sample, image, text, video
from evalscope_pytest.core.content import Image, Medium, Packed, medium_of
from evalscope_pytest.core.errors import MediaError
from evalscope_pytest.datasets import media_files
from evalscope_pytest.datasets.base import local_tree
from evalscope_pytest.datasets.media_files import MediaFinder, Places, found_in, places_of
from tests.media import HOSTILE, SVG, mp4, packed, png


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset's folder; the working directory is beside it."""
    (tmp_path / "set" / "pictures").mkdir(parents=True)
    (tmp_path / "work").mkdir()
    (tmp_path / "set" / "test.jsonl").write_text("{}\n")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "set"


def found(folder: Path, source: object) -> Medium:
    sample = Sample([text("What?"), image(source)], "x")
    part = MediaFinder(places_of(local_tree(folder))).samples([sample])[0].parts[1]
    assert isinstance(part, Image)
    return medium_of(part)


def test_a_path_is_looked_up_beside_the_records_then_in_the_working_directory(folder: Path) -> None:
    (folder / "pictures" / "a.png").write_bytes(png(5, 5))
    (folder.parent / "work" / "b.png").write_bytes(png(6, 6))
    assert found(folder, "pictures/a.png").read() == png(5, 5)
    assert found(folder, "b.png").read() == png(6, 6)
    (folder / "b.png").write_bytes(png(7, 7))
    assert found(folder, "b.png").read() == png(7, 7)
    assert found(folder, str(folder / "b.png")).read() == png(7, 7)


def test_records_in_a_folder_of_their_own(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "val.jsonl").write_text("{}\n")
    (folder / "data" / "a.png").write_bytes(png())
    assert found(folder, "a.png").read() == png()


@pytest.mark.parametrize("place", ["../out.png", "link.png", "linked/out.png", "absolute"])
def test_nothing_is_read_from_outside(folder: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = folder.parent / "elsewhere"
    outside.mkdir()
    (outside / "out.png").write_bytes(png())
    (folder.parent / "out.png").write_bytes(png())
    os.symlink(outside / "out.png", folder / "link.png")
    os.symlink(outside, folder / "linked")
    monkeypatch.setattr(media_files, "_read", lambda *_: pytest.fail("a file outside was opened"))
    medium = found(folder, str(outside / "out.png") if place == "absolute" else place)
    assert "outside the dataset's folder" in medium.fault
    with pytest.raises(MediaError):
        medium.read()


@pytest.mark.parametrize(
    "source", ["none.png", "../none.png", "/etc", "pictures", "a\0b.png", "http://127.0.0.1/a.png"]
)
def test_what_is_not_there_is_a_fault_of_its_sample(folder: Path, source: str) -> None:
    medium = found(folder, source)
    assert medium.fault
    assert medium.sha256 == ""


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.png")
    assert "is not a file: a folder, a pipe" in found(folder, "pipe.png").fault


@pytest.mark.parametrize(
    "name", ["日本語 ü.png", "a%20b#c?.png", "-rf.png", "<img src=x onerror=alert(1)>.png", "\u202egnp.png"]
)
def test_odd_names_are_names(folder: Path, name: str) -> None:
    (folder / name).write_bytes(png(7, 7))
    assert found(folder, name).read() == png(7, 7)
    assert not any(letter in found(folder, f"{name}\x1b[2J").fault for letter in "\x1b\u202e")


def test_what_is_huge_or_no_file_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (folder / "huge.png").open("wb") as file:
        file.truncate(1 << 40)
    os.symlink("/dev/zero", folder / "zero.png")
    os.symlink("loop.png", folder / "loop.png")
    os.symlink("gone.png", folder / "dangling.png")
    monkeypatch.chdir(folder.parent)
    assert "holds 1,099,511,627,776 bytes" in found(folder, "huge.png").fault
    for name in ("zero.png", "loop.png", "dangling.png", "", "x" * 3000, "half \ud800", "~/a.png", "file:///etc/hosts"):
        assert found(folder, name).fault, name


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (f"data:image/svg+xml,{quote(SVG)}", "holds markup"),
        (f"data:image/svg+xml;base64,{b64encode(SVG).decode()}", "holds markup"),
        ("data:image/png;base64,", "holds no bytes"),
        ("data:image/png;base64,@@@", "holds no bytes"),
        (b64encode(SVG * 20).decode(), "holds markup"),
        (b64encode(png(40, 40)).decode()[:-9], "breaks off"),
        ({"bytes": b"", "path": None}, "holds no bytes"),
        ({"bytes": None, "path": None}, "holds no bytes"),
        ({"bytes": None, "path": ""}, "holds no bytes"),
        ({"bytes": SVG, "path": "a.png"}, "holds markup"),
        ({"path": "../a.png"}, "does not exist"),
    ],
)
def test_hostile_values_of_records(folder: Path, source: object, said: str) -> None:
    assert said in found(folder, source).fault


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(folder: Path, name: str) -> None:
    data, said = HOSTILE[name]
    (folder / name).write_bytes(data)
    assert said in found(folder, name).fault
    assert said in found(folder, data).fault


def test_bytes_wait_on_disk_and_are_kept_once(folder: Path) -> None:
    one, two = found(folder, png(9, 9)), found(folder, bytearray(png(9, 9)))
    assert one == two
    assert one.open == two.open
    assert one.read() == png(9, 9)


def test_a_file_that_changes_is_noticed(folder: Path) -> None:
    (folder / "a.png").write_bytes(png(5, 5))
    medium = found(folder, "a.png")
    (folder / "a.png").write_bytes(png(6, 6))
    with pytest.raises(MediaError, match="was changed while the run was under way"):
        medium.read()
    (folder / "a.png").unlink()
    with pytest.raises(MediaError, match="cannot be read any more"):
        medium.read()


def test_messages_of_a_body(folder: Path) -> None:
    Path("a.png").write_bytes(png())
    plain = (Message("user", "Hi"),)
    assert found_in(plain) is plain
    sent = found_in((Message("user", (image("a.png"),)),))
    assert medium_of(sent[0].media[0]).read() == png()
    with pytest.raises(MediaError, match=r"'b\.png' does not exist"):
        found_in((Message("user", (image("b.png"),)),))


def test_files_of_a_hub_s_repository_are_downloaded_all_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub's library keeps files as links into its own store: a file that the repository lists may be a link."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "blob").write_bytes(png())
    (tmp_path / "link.png").symlink_to(tmp_path / "blob")
    asked: list[list[str]] = []

    class Repository:
        title, folder, single = "owner/name", "", False
        paths = ("data/test.jsonl", "data/pictures/a.png", "b.png", "README.md")

        def fetch(self, paths):
            asked.append(sorted(paths))
            return dict.fromkeys(asked[-1], tmp_path / "link.png")

    sources = ("pictures/a.png", "./b.png", "../../README.md", "c.png")
    samples = [Sample([image(source)], "x") for source in sources]
    media = [medium_of(s.parts[0]) for s in MediaFinder(places_of(Repository())).samples(samples)]  # type: ignore[arg-type]
    assert asked == [["b.png", "data/pictures/a.png"]]
    assert [medium.read() for medium in media[:2]] == [png(), png()]
    assert all(medium.fault for medium in media[2:])


@pytest.mark.parametrize(
    ("listed", "archive", "fetched"),
    [
        ({"video/a.zip": b"x.mp4", "b.zip": b""}, "video/a.zip", ["video/a.zip"]),
        ({"video/a.zip": b"", "video/a/x.mp4": b""}, "video/a.zip", ["video/a/x.mp4"]),
        ({"c_01.zip": b"", "c_02.zip": b"x.mp4", "d.zip": b""}, "c_*.zip", ["c_01.zip", "c_02.zip"]),
    ],
)
def test_of_a_hub_only_the_archives_that_are_needed_are_downloaded(
    listed: dict[str, bytes], archive: str, fetched: list[str], tmp_path: Path
) -> None:
    """Each archive holds the files it is listed with; what is not an archive is a video."""
    wanted: list[str] = []

    def download(paths: Iterable[str]) -> dict[str, Path]:
        wanted.extend(paths)
        local = {path: tmp_path / path.replace("/", "_") for path in wanted}
        for path, file in local.items():
            files = {f"in__{name.decode()}": mp4() for name in [listed[path]] if name}
            file.write_bytes(packed(**files) if path.endswith(".zip") else mp4())
        return local

    finder = MediaFinder(Places((tmp_path,), frozenset(listed), download))
    (sample,) = finder.samples([Sample([text("?"), video(Packed(archive, "x.mp4"))])])
    assert medium_of(sample.parts[1]).read() == mp4()
    assert sorted(wanted) == fetched


def test_a_folder_of_the_users_comes_first(tmp_path: Path) -> None:
    for place in ("own", "data"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "x.mp4").write_bytes(mp4(seconds=1 if place == "own" else 2))
    (tmp_path / "data" / "test.jsonl").write_text("{}")
    finder = MediaFinder(places_of(local_tree(tmp_path / "data"), str(tmp_path / "own")))
    (sample,) = finder.samples([Sample([text("?"), video("x.mp4")])])
    assert medium_of(sample.parts[1]).read() == mp4(seconds=1)

"""Media in records: each once under its address, rows that refer to it, and rows that are read back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from evalscope_pytest.core.content import Audio, Cut, File, Image, Medium, Part, Text, Video
from evalscope_pytest.core.errors import StoreError
from evalscope_pytest.core.values import Call, Message, ModelOutput, Sample, SampleResult, Score
from evalscope_pytest.store.layout import WorkDir
from evalscope_pytest.store.media import MediaFolder, part_of, stored_file, written
from evalscope_pytest.store.rows import calls_of, documents
from tests.media import png, wav


def held(data: bytes, kind: str = "image/png") -> Medium:
    return Medium(hashlib.sha256(data).hexdigest(), kind, len(data), open=lambda: data)


def call(*parts: Part) -> Call:
    return Call((Message("user", parts),), ModelOutput("A dog"))


@pytest.mark.parametrize(
    "part",
    [
        Text("What?"),
        Image(held(png()), "low"),
        Audio(held(wav(), "audio/wav"), "wav"),
        Image(replace(held(png()), bounds=(1000, None))),
        Video(held(wav(), "video/mp4"), "mp4", 1.0, 2.5, 2.0),
        Video(held(wav(), "video/mp4"), "mp4", cut=Cut(4, "low", 300, 5000)),
        File(held(wav(), "application/pdf"), "a.pdf"),
    ],
)
def test_a_part_is_read_back_as_it_was(part: Part) -> None:
    row = json.loads(json.dumps(written(part)))
    assert part_of(row) == part
    assert part_of(row).identity == part.identity


def test_a_row_refers_to_the_medium_and_is_replayed() -> None:
    sent = call(Text("What?"), Image(held(png())))
    result = SampleResult("b", "s", 0, 0, 0, "k" * 32, "r", Sample("What?", "x"), (sent,), Score(accuracy=1.0))
    prediction, review = documents(result, "m")
    name = f"media/{hashlib.sha256(png()).hexdigest()}.png"
    row = json.loads(prediction)
    assert row["messages"][0]["content"] == [
        {"type": "text", "text": "What?"},
        {"type": "image", "image": name, "detail": "auto"},
    ]
    assert "base64" not in prediction + review
    assert calls_of(row)[0].messages == sent.messages


def test_a_medium_is_stored_once(tmp_path: Path) -> None:
    reads: list[int] = []

    def read() -> bytes:
        reads.append(1)
        return png()

    medium = Medium(hashlib.sha256(png()).hexdigest(), "image/png", open=read)
    for folder in (MediaFolder(), MediaFolder()):
        folder.keep([call(Image(medium), Image(medium)), call(Text("x"))], WorkDir(tmp_path))
    assert len(reads) == 1
    (file,) = (tmp_path / "media").iterdir()
    assert file.read_bytes() == png()
    assert stored_file(tmp_path, f"media/{file.name}") == file


@pytest.mark.parametrize(
    "path", ["media/../../etc/passwd", "/etc/passwd", "media/abc.png", 7, None, "media/" + "z" * 64]
)
def test_a_row_that_was_tampered_with_leads_nowhere(tmp_path: Path, path: object) -> None:
    assert stored_file(tmp_path, path) is None


def test_a_folder_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("in the way")
    with pytest.raises(StoreError, match="media"):
        MediaFolder().keep([call(Image(held(png())))], WorkDir(tmp_path))

"""Checks of media by their bytes: whole ones pass, hostile ones are refused without being decoded."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import MediaError
from evalscope_pytest.datasets.media_check import MAX_SECONDS, check
from tests.media import (
    DAMAGED,
    HOSTILE,
    bmp,
    flac,
    gif,
    jpeg,
    moving_webp,
    mp3,
    mp4,
    ogg,
    pdf,
    png,
    wav,
    webm,
    webp,
    with_chunk,
)  # fmt: skip

GOOD = {
    "image/png": png(),
    "image/gif": gif(),
    "image/webp": webp(),
    "image/bmp": bmp(),
    "image/jpeg": jpeg(),
    "audio/wav": wav(),
    "video/mp4": mp4(),
    "application/pdf": pdf(),
    "audio/mpeg": mp3(),
    "audio/flac": flac(),
    "audio/ogg": ogg(),
    "video/webm": webm(),
}


def kind_of(media_type: str) -> str:
    return "file" if media_type == "application/pdf" else media_type.partition("/")[0]


@pytest.mark.parametrize("media_type", GOOD)
def test_whole_media_pass_whatever_their_name(media_type: str) -> None:
    assert check(GOOD[media_type], kind_of(media_type), "thing.txt").type == media_type


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pictures(name: str) -> None:
    data, said = HOSTILE[name]
    with pytest.raises(MediaError, match=said):
        check(data, "image", name)


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_recordings_and_videos(name: str) -> None:
    kind, data = DAMAGED[name]
    with pytest.raises(MediaError, match=r"damaged or breaks off|holds no bytes|not the beginning of any known format"):
        check(data, kind, name)


def test_the_length_of_a_recording_is_that_of_its_header() -> None:
    for data, seconds in ((flac(7), 7), (ogg(3), 3), (mp3(4), 4 * 1152 / 44_100), (wav(0.5), 0.5), (webm(60), 0)):
        kind = "video" if data[:1] == b"\x1a" else "audio"
        assert check(data, kind, "it").extent == pytest.approx(seconds)
    for data in (flac(5 * 3600, rate=1), ogg(5 * 3600)):
        with pytest.raises(MediaError, match="lasts"):
            check(data + b"\x55" * 2000, "audio", "it") if data.startswith(b"fLaC") else check(data, "audio", "it")


@pytest.mark.parametrize(
    "data",
    [
        moving_webp(40, 40, 13),
        with_chunk(b"tEXt", b"Comment\0<script>alert(1)</script>"),
        with_chunk(b"zTXt", b"a\0\0" + zlib.compress(b"word " * 1000)),
        with_chunk(b"iTXt", b"a\0\0\0en\0b\0as it is"),
        with_chunk(b"acTL", struct.pack(">II", 5, 0)),
        png()[:33] + b"\0\0\0\1tEXtx\0\0\0\0" + png()[33:],  # a sum that is wrong where nothing depends on it
    ],
)
def test_pictures_that_look_odd_pass(data: bytes) -> None:
    assert check(data, "image", "it").type in ("image/png", "image/webp")


def test_a_camera_may_write_more_after_a_photograph() -> None:
    assert check(jpeg() + b"SEFHk\0\0\0Image_UTC_Data" + b"\0" * 8, "image", "photo").type == "image/jpeg"


@pytest.mark.parametrize(
    ("data", "kind", "said"),
    [
        (wav()[:-100], "audio", "breaks off"),
        (mp4(MAX_SECONDS + 1), "video", "lasts"),
        (mp4()[:-5], "video", "breaks off"),
        (pdf()[:-10], "file", "breaks off"),
        (png(), "audio", "is image/png, not a recording"),
        (png(), "file", "is image/png, not a document"),
        (b"ID3", "audio", "breaks off"),
        (png() + b"\0" * (21 << 20), "image", "The limit for a picture is 20,971,520"),
    ],
)
def test_other_hostile_media(data: bytes, kind: str, said: str) -> None:
    with pytest.raises(MediaError, match=said):
        check(data, kind, "it")


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_damaged_bytes_are_refused_or_pass_but_never_fail_otherwise(media_type: str, data: st.DataObject) -> None:
    whole = bytearray(GOOD[media_type])
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    with suppress(MediaError):
        check(cut, kind_of(media_type), "it")


def test_a_recording_that_was_streamed_has_no_size() -> None:
    for size in (0, 0x7FFFF000, 0x7FFFFFFF, 0xFFFFFFFF):
        assert check(wav()[:40] + struct.pack("<I", size) + wav()[44:], "audio", "x").extent == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("video", b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x08free" * 200_000 + mp4()[16:]),
        (
            "audio",
            b"RIFF" + struct.pack("<I", 1_600_004 + len(wav()) - 12) + b"WAVE" + b"junk\0\0\0\0" * 200_000 + wav()[12:],
        ),
    ],
)
def test_boxes_without_end_are_not_followed(kind: str, data: bytes) -> None:
    with pytest.raises(MediaError, match="damaged or breaks off"):
        check(data, kind, "x")

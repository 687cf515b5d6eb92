"""Checks of media by their bytes: whole ones pass, hostile ones are refused without being decoded."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import MediaError
from evalscope_pytest.datasets.media_check import MAX_SECONDS, check
from tests.media import HOSTILE, bmp, gif, jpeg, mp4, pdf, png, wav, webp

GOOD = {
    "image/png": png(),
    "image/gif": gif(),
    "image/webp": webp(),
    "image/bmp": bmp(),
    "image/jpeg": jpeg(),
    "audio/wav": wav(),
    "video/mp4": mp4(),
    "application/pdf": pdf(),
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

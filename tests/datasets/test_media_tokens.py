"""Allowances for media: twice as much is above what services bill by their published formulas."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.datasets.media_check import (
    LEAST,
    MOST_OF_PICTURE,
    MOST_PAGES,
    PAGE,
    Checked,
    check,
    tokens_of,
)
from tests.media import bmp, gif, jpeg, mp4, pdf, png, wav, webp


def by_tiles(width: int, height: int) -> int:
    """Return what OpenAI bills for a picture in detail: within 2,048 pixels, its shorter side at most 768."""
    scale = min(1.0, 2048 / max(width, height))
    scale *= min(1.0, 768 / (min(width, height) * scale))
    return 85 + 170 * math.ceil(width * scale / 512) * math.ceil(height * scale / 512)


def by_area(width: int, height: int) -> float:
    """Return what Anthropic bills: within 1,568 pixels."""
    scale = min(1.0, 1568 / max(width, height))
    return width * height * scale * scale / 750


def by_patches(width: int, height: int) -> float:
    """Return what Qwen-VL makes of a picture: patches of 28 pixels, 16,384 at most."""
    return min(16_384, max(4, round(width / 28) * round(height / 28)))


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_twice_the_allowance_is_above_what_services_bill(width, height):
    most = 2 * tokens_of("image", Checked("image/png", width * height), b"")
    assert most >= by_area(width, height)
    assert most >= by_tiles(width, height)
    assert most >= by_patches(width, height)


@pytest.mark.parametrize(("make", "kind"), [(f, f.__name__) for f in (png, gif, webp, bmp, jpeg)])
def test_pictures_are_measured_by_their_header(make, kind):
    small, large = (tokens_of("image", check(data, "image", kind), data) for data in (make(8, 8), make(900, 1200)))
    assert (small, large) == (LEAST, 1440)


def test_a_picture_is_never_more_than_services_shrink_it_to():
    data = png(9_000, 9_000, pixels=False)
    assert tokens_of("image", check(data, "image", "it"), data) == MOST_OF_PICTURE


def test_recordings_and_videos_count_by_the_second():
    sound = wav(60)
    assert tokens_of("audio", check(sound, "audio", "it"), sound) == LEAST + 60 * 25
    film = mp4(60)
    assert tokens_of("video", check(film, "video", "it"), film) == LEAST + 60 * 400
    unknown = b"ID3" + b"\0" * 40_000
    assert tokens_of("audio", Checked("audio/mpeg"), unknown) == LEAST + round(25 * len(unknown) / 4000)


def test_documents_count_by_the_page():
    assert tokens_of("file", check(pdf(), "file", "it"), pdf()) == PAGE
    pages = b"<</Type /Pages /Count 12>>" + b"<</Type/Page /Parent 1 0 R>>" * 9
    assert tokens_of("file", Checked("application/pdf"), pages) == 12 * PAGE
    packed = b"x" * 100_000
    assert tokens_of("file", Checked("application/pdf"), packed) == 13 * PAGE
    assert tokens_of("file", Checked("application/pdf"), b"/Count 9999999") == MOST_PAGES * PAGE

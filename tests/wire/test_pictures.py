"""Smaller copies of pictures, and frames of videos: what is made of real, damaged and hostile bytes."""

from __future__ import annotations

import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import MediaError
from evalscope_pytest.wire import pictures
from evalscope_pytest.wire.pictures import Smaller, Wanted, cut
from tests.media import film, grey, photo, png

pytest.importorskip("PIL.Image", reason="needs pillow")
pytest.importorskip("av", reason="needs av")

from PIL import Image

FORMS = {
    "video/mp4": ("mp4", "mpeg4"),
    "video/quicktime": ("mov", "mpeg4"),
    "video/webm": ("webm", "libvpx"),
    "video/x-msvideo": ("avi", "mpeg4"),
}


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


# Pictures ------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.integers(1, 10**8))
def test_sides_keep_the_bound_and_the_proportion(width: int, height: int, most: int) -> None:
    wide, high = pictures._sides(width, height, most)
    assert 1 <= wide <= width
    assert 1 <= high <= height
    assert wide * high <= most
    if width * height <= most:
        assert (wide, high) == (width, height)
    elif min(wide, high) > 20:
        assert wide / high == pytest.approx(width / height, rel=0.06)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
def test_a_copy_of_fewer_pixels_shows_the_same(kind: str) -> None:
    copy = opened(Smaller("a", 15_000, None)(photo(300, 200, kind)))
    assert (copy.format, copy.size) == ("JPEG", (150, 100))
    assert copy.convert("L").getpixel((20, 50)) < 10 < 245 < copy.convert("L").getpixel((130, 50))  # type: ignore[operator]


@pytest.mark.parametrize("most", [1_024, 5_000, 40_000])
def test_a_copy_of_fewer_bytes(most: int) -> None:
    data = photo(300, 200, noise=True)
    assert len(data) > 40_000
    copy = Smaller("a", None, most)(data)
    assert most / 3 < len(copy) <= most
    assert abs(grey(copy) - 128) < 12


def test_a_photograph_stays_upright_and_what_is_transparent_is_white() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # a camera held upright
    assert opened(Smaller("a", 15_000, None)(photo(300, 200, "JPEG", exif=turned))).size == (100, 150)
    clear = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(clear, format="PNG")
    assert grey(Smaller("a", 100, None)(clear.getvalue())) == 255


@pytest.mark.parametrize("data", [png(50, 50, pixels=False), photo(kind="JPEG")[:60], b"GIF89a", b""])
def test_a_picture_that_cannot_be_decoded_is_an_error(data: bytes) -> None:
    with pytest.raises(MediaError, match=r"a\.png cannot be decoded to make it smaller"):
        Smaller("a.png", 10, None)(data)


def test_no_copy_is_small_enough() -> None:
    with pytest.raises(MediaError, match=r"no copy of at most 20 bytes. Raise max_image_bytes"):
        Smaller("a", None, 20)(photo())


def test_without_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "lacks_pillow", lambda: True)
    with pytest.raises(MediaError, match=r"Run: pip install 'evalscope-pytest\[media\]'"):
        Smaller("a", 10, None)(photo())
    monkeypatch.setattr(pictures, "lacks_pyav", lambda: True)
    with pytest.raises(MediaError, match=r"Run: pip install 'evalscope-pytest\[video\]'"):
        cut(film(1), "video/mp4", "a", Wanted(1))


# Frames --------------------------------------------------------------------------------------------------------------


def greys(data: bytes, wanted: Wanted, kind: str = "video/mp4") -> list[int]:
    return [grey(picture) for picture in cut(data, kind, "a.mp4", wanted).pictures]


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("entrances", [10, 1000])
def test_frames_come_from_the_middles_of_equal_pieces_in_order(kind: str, entrances: int) -> None:
    data = film(20, 10, *FORMS[kind], entrances=entrances)
    assert greys(data, Wanted(4), kind) == pytest.approx([31, 95, 159, 223], abs=6)
    assert greys(data, Wanted(2, start=10, end=20), kind) == pytest.approx([159, 223], abs=6)
    assert greys(data, Wanted(2, start=15), kind) == pytest.approx([207, 239], abs=6)
    assert greys(data, Wanted(2, end=4), kind) == pytest.approx([13, 38], abs=6)


@pytest.mark.parametrize(
    ("wanted", "count", "rate"),
    [
        (Wanted(8), 8, 2.0),
        (Wanted(100, rate=1.0), 4, 1.0),
        (Wanted(3, rate=5.0), 3, 0.75),
        (Wanted(9, rate=0.01), 1, 0.25),
        (Wanted(1000), 40, 250.0),  # no frame is sent twice
        (Wanted(9, rate=2.0, start=1, end=2), 2, 2.0),
    ],
)
def test_the_number_of_frames_and_their_rate(wanted: Wanted, count: int, rate: float) -> None:
    found = cut(film(4), "video/mp4", "a", wanted)
    assert (len(found.pictures), found.rate) == (count, pytest.approx(rate))
    assert all(opened(picture).format == "JPEG" for picture in found.pictures)


def test_frames_keep_the_bounds() -> None:
    (frame,) = cut(film(1), "video/mp4", "a", Wanted(1, pixels=300, size=1024)).pictures
    assert opened(frame).size == (20, 15)
    assert len(frame) <= 1024


@pytest.mark.parametrize(
    ("data", "kind", "said"),
    [
        (film(4)[:300], "video/mp4", "is damaged"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "video/mp4", "is damaged"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "video/mpeg", "is damaged"),
        (film(20, 10, "webm", "libvpx")[:4_000], "video/webm", "breaks off"),
        (b"", "video/webm", "is damaged"),
    ],
)
def test_damaged_and_hostile_videos_are_errors(data: bytes, kind: str, said: str) -> None:
    with pytest.raises(MediaError, match=said):
        cut(data, kind, "a.mp4", Wanted(4))


def test_bytes_that_were_changed_give_frames_or_an_error() -> None:
    draw, whole = random.Random(7), film(4)
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(30):
            data[draw.randrange(len(data))] = draw.randrange(256)
        try:
            assert len(cut(bytes(data), "video/mp4", "a.mp4", Wanted(4)).pictures) <= 4
        except MediaError:
            continue


@pytest.mark.parametrize("wanted", [Wanted(4, start=9), Wanted(4, start=2, end=2), Wanted(4, start=3, end=1)])
def test_a_part_that_is_not_in_the_video_is_an_error(wanted: Wanted) -> None:
    with pytest.raises(MediaError, match=r"lasts 4\.0 s: it has nothing from .* Correct start and end"):
        cut(film(4), "video/mp4", "a", wanted)


def test_a_video_that_takes_too_long_is_an_error() -> None:
    with pytest.raises(MediaError, match="longer than 60 s to decode"):
        cut(film(4), "video/mp4", "a", Wanted(4, seconds=-1.0))

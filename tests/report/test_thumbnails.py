"""Pictures on the page of a run: small copies in the page itself, bounded, and nothing that a picture could do."""

from __future__ import annotations

import hashlib
import importlib.util
import io
from base64 import b64decode
from pathlib import Path

import pytest

from evalscope_pytest.report import thumbnails as made
from evalscope_pytest.report.html import About, render
from evalscope_pytest.report.model import Report
from evalscope_pytest.report.thumbnails import thumbnails
from evalscope_pytest.report.wrong import NONE_WRONG, WrongSample, WrongSamples
from tests.media import film, png, wav

PIL = pytest.importorskip("PIL.Image", reason="pillow is not installed")
films = pytest.mark.skipif(importlib.util.find_spec("av") is None, reason="needs av")


def stored(root: Path, data: bytes, extension: str = "png") -> str:
    (root / "media").mkdir(exist_ok=True)
    name = f"media/{hashlib.sha256(data).hexdigest()}.{extension}"
    (root / name).write_bytes(data)
    return name


def test_a_small_copy(tmp_path: Path) -> None:
    path = stored(tmp_path, png(1000, 500))
    uri = thumbnails(tmp_path, [path, path])[path]
    head, _, data = uri.partition(",")
    assert head == "data:image/jpeg;base64"
    assert PIL.open(io.BytesIO(b64decode(data))).size == (320, 160)


@pytest.mark.parametrize("data", [png(60_000, 60_000, pixels=False), png()[:40], b"<svg onload=alert(1)>", wav()])
def test_what_cannot_be_shown_is_left_out(tmp_path: Path, data: bytes) -> None:
    assert thumbnails(tmp_path, [stored(tmp_path, data)]) == {}


def test_the_number_and_the_size_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [stored(tmp_path, png(8, 8, colour)) for colour in range(6)]
    monkeypatch.setattr(made, "MOST", 4)
    assert list(thumbnails(tmp_path, paths)) == paths[:4]
    one = len(thumbnails(tmp_path, paths[:1])[paths[0]])
    monkeypatch.setattr(made, "MOST_BYTES", 2 * one + one // 2)
    assert len(thumbnails(tmp_path, paths)) == 2


def test_the_page_holds_them_and_allows_no_other(tmp_path: Path, now) -> None:
    path = stored(tmp_path, png(40, 40))
    sample = WrongSample("b[main-0]", f"What?\n[image: {path}]", "A dog", "A dog", "A cat", 0.0, "", "main", (path,))
    about = About("m", now, pictures=thumbnails(tmp_path, [path]))
    page = render(about, [], {"b": (WrongSamples(1, (sample,)), NONE_WRONG)})
    assert "img-src data:;" in page
    assert "img-src" not in render(About("m", now), [], {"b": (WrongSamples(1, (sample,)), NONE_WRONG)})


@pytest.mark.parametrize(
    ("names", "lacking", "extra"),
    [
        (["a.png"], ["pillow"], "media"),
        (["a.png", "b.mp4#t=5,10"], ["pillow"], "video"),
        (["b.mp4#t=5,10"], ["pyav"], "video"),
        (["a.png"], ["pyav"], ""),
        (["a.png", "b.mp4"], [], ""),
        ([], ["pillow", "pyav"], ""),
    ],
)
def test_the_page_has_the_command_that_shows_the_rest(
    names: list[str], lacking: list[str], extra: str, monkeypatch: pytest.MonkeyPatch, now
) -> None:
    for library in ("pillow", "pyav"):
        monkeypatch.setattr(made, f"lacks_{library}", lambda found=library in lacking: found)
    missing = made.missing_library([f"media/{name}" for name in names])
    assert missing == (f"pip install 'evalscope-pytest[{extra}]'" if extra else "")
    page = render(About("m", now, missing=missing), [], {})
    assert ("To show all pictures and videos" in page) is bool(extra)


def rendered(now, *samples: WrongSample, pictures: dict[str, str] | None = None) -> str:
    answers = {"b": (WrongSamples(1, samples), NONE_WRONG)}
    return render(About("m", now, pictures=pictures or {}), [Report("b", "m", (), None)], answers)


@films
def test_a_video_is_three_frames_of_the_part_in_question(tmp_path: Path, now) -> None:
    path = stored(tmp_path, film(20), "mp4")
    parts = [path, f"{path}#t=10,", f"{path}#t=,2", f"{path}#t=90,"]
    found = thumbnails(tmp_path, parts)
    assert list(found) == parts[:3]  # there is nothing from second 90 on
    strips = [PIL.open(io.BytesIO(b64decode(uri.partition(",")[2]))).convert("L") for uri in found.values()]
    assert {strip.size for strip in strips} == {(64 * 3 + 2 * 4, 48)}
    shades = [[strip.getpixel((x, 24)) for x in (32, 100, 168)] for strip in strips]
    assert shades[0] == pytest.approx([42, 127, 212], abs=8)
    assert shades[1] == pytest.approx([148, 191, 233], abs=8)
    assert max(shades[2]) < 30
    page = rendered(now, WrongSample("b[main-0]", "", "", "", "", 0.0, "", "main", (path,)), pictures=found)
    assert '<img class="film" src="data:image/jpeg;base64,' in page
    assert 'alt="Video 1"' in page


@films
def test_videos_of_a_page_are_bounded_and_damaged_ones_left_out(tmp_path: Path, monkeypatch) -> None:
    paths = [stored(tmp_path, film(1, 10 + n), "mp4") for n in range(3)]
    damaged = stored(tmp_path, film(4)[:300], "mp4")
    monkeypatch.setattr(made, "MOST_FILMS", 3)
    assert list(thumbnails(tmp_path, [damaged, *paths])) == paths[:2]
    monkeypatch.setattr(made, "FILM_SECONDS", 0.0)
    assert thumbnails(tmp_path, paths) == {}


def test_a_transcript_stands_beside_the_expected_text(now) -> None:
    heard = WrongSample("b[main-0]", "[audio 12.wav]", "a dog", "a dog", "the dog", 0.0, "why", is_heard=True)
    page = rendered(now, heard)
    beside = page.partition('<div class="beside">')[2].partition("</div>")[0]
    assert "<pre>a dog</pre>" in beside
    assert "<pre>the dog</pre>" in beside
    assert ".beside{" in page
    assert page.count("<dl>") == page.count("</dl>")
    assert "beside" not in rendered(now, WrongSample("b[main-0]", "", "a", "a", "b", 0.0, ""))


@pytest.fixture
def now():
    from datetime import datetime, timezone

    return datetime(2026, 1, 1, tzinfo=timezone.utc)

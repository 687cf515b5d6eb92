"""Pictures on the page of a run: small copies in the page itself, bounded, and nothing that a picture could do."""

from __future__ import annotations

import hashlib
import io
from base64 import b64decode
from pathlib import Path

import pytest

from evalscope_pytest.report import thumbnails as made
from evalscope_pytest.report.html import About, render
from evalscope_pytest.report.thumbnails import thumbnails
from evalscope_pytest.report.wrong import NONE_WRONG, WrongSample, WrongSamples
from tests.media import png, wav

PIL = pytest.importorskip("PIL.Image", reason="pillow is not installed")


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


@pytest.fixture
def now():
    from datetime import datetime, timezone

    return datetime(2026, 1, 1, tzinfo=timezone.utc)

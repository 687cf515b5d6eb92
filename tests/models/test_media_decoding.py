"""Media are decoded for local models: pictures as they are seen, recordings at the model's rate."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from evalscope_pytest.core.content import Audio, Image, medium_of
from evalscope_pytest.core.errors import MediaError
from evalscope_pytest.models import media_decoding
from evalscope_pytest.models.media_decoding import picture, recording
from tests.media import gif, png, wav

from .local_parts import hiss, medium

PIL = pytest.importorskip("PIL.Image", reason="pictures for local models need evalscope-pytest[vlm]")
np = pytest.importorskip("numpy")


@pytest.fixture
def av():
    return pytest.importorskip("av", reason="recordings for local models need evalscope-pytest[audio]")


def saved(image, kind, **more):
    written = io.BytesIO()
    image.save(written, format=kind, **more)
    return Image(medium(written.getvalue(), f"x.{kind.lower()}"))


def test_a_picture_is_turned_as_its_camera_was_held():
    tall = PIL.new("RGB", (2, 4), "red")
    turned = PIL.Exif()
    turned[0x0112] = 6
    assert picture(saved(tall, "JPEG", exif=turned)).size == (4, 2)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "BMP", "JPEG"])
def test_pictures_of_all_formats_are_rgb(kind):
    found = picture(saved(PIL.new("L", (3, 5), 7), kind))
    assert (found.mode, found.size) == ("RGB", (3, 5))


@pytest.mark.parametrize("data", [png(4, 4, pixels=False), png()[:-30], gif()[:-9], b"\x89PNG\r\n\x1a\n", b""])
def test_a_picture_that_is_damaged(data):
    with pytest.raises(MediaError, match=r"x\.png is a picture that cannot be decoded"):
        picture(Image(medium(data, "x.png")))


def encoded(av, samples, container, codec, rate):
    """Return a recording of two channels in a format."""
    written = io.BytesIO()
    with av.open(written, "w", format=container) as opened:
        stream = opened.add_stream(codec, rate=rate, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.repeat(samples, 2)[None, :], format="s16", layout="stereo")
        frame.sample_rate = rate
        for packet in (*stream.encode(frame), *stream.encode(None)):
            opened.mux(packet)
    return written.getvalue()


@pytest.mark.parametrize(
    ("container", "codec"),
    [("wav", "pcm_s16le"), ("flac", "flac"), ("ogg", "libopus"), ("mp3", "libmp3lame"), ("ipod", "aac")],
)
def test_recordings_of_all_formats_have_one_channel_at_the_rate_of_the_model(av, container, codec):
    tone = (np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000) * 20_000).astype(np.int16)
    samples = recording(Audio(medium(encoded(av, tone, container, codec, 48_000), "x")), 16_000)
    assert samples.dtype == np.float32
    assert len(samples) == pytest.approx(16_000, rel=0.1)  # some formats begin with silence
    assert np.abs(np.fft.rfft(samples)).argmax() / (len(samples) / 16_000) == pytest.approx(440, abs=2)
    assert np.abs(samples[4_000:12_000]).max() == pytest.approx(20_000 / 32_768, rel=0.1)


def test_samples_of_eight_bits_are_silence_in_their_middle(av):
    samples = recording(Audio(medium(wav(0.5, 8_000), "x")), 16_000)
    assert len(samples) == pytest.approx(8_000, abs=2)
    assert np.abs(samples).max() < 0.01


def test_recordings_without_sound_or_beyond_the_bound_or_damaged(av, monkeypatch):
    with pytest.raises(MediaError, match="holds no sound"):
        recording(Audio(medium(wav(0), "x.wav")), 16_000)
    monkeypatch.setattr(media_decoding, "MOST_SECONDS", 1)
    with pytest.raises(MediaError, match="longer than 1 s"):
        recording(hiss(1, 3, 2_000), 16_000)
    with pytest.raises(MediaError, match="cannot be decoded"):
        recording(Audio(medium(b"fLaC" + b"\0" * 60, "x.flac")), 16_000)


def test_a_playlist_with_the_beginning_of_a_recording_opens_no_file(av, tmp_path):
    other = tmp_path / "secret.wav"
    other.write_bytes(medium_of(hiss(1)).read())
    listed = f"ID3\n#EXTM3U\n#EXTINF:1,\nfile://{other}\n".encode()
    concatenated = f"ffconcat version 1.0\nfile {other}\n".encode()
    for data, kind in ((listed, "audio/mpeg"), (concatenated, "audio/wav")):
        with pytest.raises(MediaError):
            recording(Audio(replace(medium(data, "x"), type=kind)), 16_000)

"""Recordings that no service takes are made WAV, and so are the arrays that `datasets` decodes."""

from __future__ import annotations

import io
import wave
from base64 import b64decode
from types import SimpleNamespace
from typing import Any

import pytest

from evalscope_pytest import audio
from evalscope_pytest.core import recording
from evalscope_pytest.core.content import Audio
from evalscope_pytest.core.errors import MediaError
from evalscope_pytest.core.media_type import DEMUXERS, EXTENSIONS
from evalscope_pytest.core.recording import as_wav, wav_of
from evalscope_pytest.datasets.media_files import MediaFinder, places_of
from evalscope_pytest.wire.media import chat_parts

from ..media import mp3, wav

np = pytest.importorskip("numpy")
TONE = (np.sin(np.arange(4800) * 0.05) * 20_000).astype(np.int16)


def encoded(layout: str, codec: str, rate: int = 48_000) -> bytes:
    """Return the tone in another format."""
    av = pytest.importorskip("av", reason="PyAV, of the extra `audio`, decodes recordings")
    out = io.BytesIO()
    with av.open(out, "w", format=layout) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(TONE.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate
        pieces = av.AudioFifo()
        for piece in av.AudioResampler(stream.codec_context.format, "mono", rate).resample(frame):
            pieces.write(piece)
        while piece := pieces.read(stream.codec_context.frame_size or 1024, partial=True):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return out.getvalue()


def read(data: bytes) -> tuple[int, int, int]:
    with wave.open(io.BytesIO(data)) as file:
        return file.getnchannels(), file.getframerate(), file.getnframes()


def test_flac_arrives_as_wav_with_the_same_samples() -> None:
    part = MediaFinder(places_of(None)).part(audio(encoded("flac", "flac")))
    assert isinstance(part, Audio)
    assert part.format == "flac"
    sent = chat_parts([part])[0]["input_audio"]
    assert sent["format"] == "wav"
    assert b64decode(sent["data"]) == wav_of(TONE, 48_000)


@pytest.mark.parametrize(("layout", "codec"), [("ogg", "libopus"), ("ipod", "aac")])
def test_other_formats_arrive_as_wav(layout: str, codec: str) -> None:
    sent = chat_parts([MediaFinder(places_of(None)).part(audio(encoded(layout, codec)))])[0]["input_audio"]
    channels, rate, frames = read(b64decode(sent["data"]))
    assert (sent["format"], channels, rate) == ("wav", 1, 48_000)
    assert abs(frames - len(TONE)) < 4096


def test_wav_and_mp3_are_sent_as_they_are() -> None:
    for data, kind in ((wav(), "wav"), (mp3(), "mp3")):
        sent = chat_parts([MediaFinder(places_of(None)).part(audio(data))])[0]["input_audio"]
        assert (b64decode(sent["data"]), sent["format"]) == (data, kind)


@pytest.mark.parametrize("data", [b"fLaC" + bytes(100), b"OggS" + b"x" * 200])
def test_what_cannot_be_decoded_is_an_error(data: bytes) -> None:
    pytest.importorskip("av")
    with pytest.raises(MediaError, match=r"that cannot be decoded: .*\. Convert it to WAV or MP3"):
        as_wav(data, "audio/flac" if data.startswith(b"fLaC") else "audio/ogg", "a recording")


def test_a_recording_that_gets_too_large_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded("flac", "flac")
    monkeypatch.setattr(recording, "LARGEST", 1000)
    with pytest.raises(MediaError, match="holds more than 1,000 bytes as WAV"):
        as_wav(data, "audio/flac", "a.flac")


def test_without_a_decoder_the_command_that_installs_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    flac = encoded("flac", "flac")
    monkeypatch.setattr(recording, "find_spec", lambda name: None)
    part = MediaFinder(places_of(None)).part(audio(flac))
    assert "pip install 'evalscope-pytest[audio]'" in part.source.fault
    assert not MediaFinder(places_of(None)).part(audio(wav())).source.fault


FLOATS = TONE / 32767


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"array": FLOATS, "sampling_rate": 8000, "path": "/gone/a.flac"}, (1, 8000, 4800)),
        ({"array": FLOATS.tolist(), "sampling_rate": 8000.0}, (1, 8000, 4800)),
        ({"array": TONE, "sampling_rate": 16_000, "bytes": None}, (1, 16_000, 4800)),
        ({"array": [0, 1000, -1000, 40_000], "sampling_rate": 8000}, (1, 8000, 4)),
        ({"array": np.stack([FLOATS, FLOATS]), "sampling_rate": 8000}, (2, 8000, 4800)),
        ({"array": np.stack([FLOATS, FLOATS], axis=1), "sampling_rate": 8000}, (2, 8000, 4800)),
        ({"array": [float("nan"), float("inf"), 0.5], "sampling_rate": 8000}, (1, 8000, 3)),
        (SimpleNamespace(_hf_encoded={"bytes": wav(), "path": "a.wav"}), (1, 8000, 800)),
    ],
)
def test_what_datasets_decodes_is_a_recording(value: Any, expected: tuple[int, int, int]) -> None:
    assert read(chat_sent(value)) == expected


def chat_sent(value: Any) -> bytes:
    return b64decode(chat_parts([MediaFinder(places_of(None)).part(audio(value))])[0]["input_audio"]["data"])


def test_samples_keep_their_values() -> None:
    assert wav_of(TONE, 8000) == wav_of(FLOATS, 8000) == chat_sent({"array": FLOATS, "sampling_rate": 8000})


@pytest.mark.parametrize(
    ("samples", "rate"),
    [(["a"], 8000), (TONE, 0), (TONE, "x"), (np.zeros((2, 2, 2)), 8000), (5, 8000)],
)
def test_an_array_that_is_no_recording_is_refused(samples: Any, rate: Any) -> None:
    with pytest.raises(TypeError, match="an array of samples"):
        wav_of(samples, rate)


def test_an_array_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "LARGEST", 1000)
    with pytest.raises(TypeError, match="4,800 at 8000 Hz"):
        wav_of(TONE, 8000)


def test_recordings_of_a_script_are_not_decoded() -> None:
    datasets = pytest.importorskip("datasets")
    pa = pytest.importorskip("pyarrow")
    from evalscope_pytest.datasets.hub_libraries import undecoded

    table = pa.table({"audio": pa.array([{"bytes": wav(), "path": "a.wav"}]), "text": ["hi"]})
    features = datasets.Features({"audio": datasets.Audio(), "text": datasets.Value("string")})
    (record,) = undecoded(datasets.Dataset(table.cast(features.arrow_schema)))
    assert record == {"audio": {"bytes": wav(), "path": "a.wav"}, "text": "hi"}
    assert list(undecoded([{"a": 1}])) == [{"a": 1}]


def test_each_format_with_sound_has_a_decoder_by_name():
    kinds = {kind for kind in EXTENSIONS if kind.startswith(("audio/", "video/"))}
    assert kinds == set(DEMUXERS)
    av = pytest.importorskip("av", reason="PyAV, of the extra `audio`, decodes recordings")
    for name in DEMUXERS.values():
        assert av.format.ContainerFormat(name, "r").name

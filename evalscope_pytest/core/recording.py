"""Recordings as WAV: made of samples, or of the formats that services do not take."""

from __future__ import annotations

import io
import sys
from array import array
from importlib.util import find_spec
from itertools import chain
from typing import Any

from .errors import MediaError
from .media_type import DEMUXERS

SENT = frozenset({"audio/wav", "audio/mpeg"})  # what `input_audio` takes
LARGEST = 64 << 20  # bytes of a recording made
_FULL = 32767
_FASTEST = 1 << 20
_INSTALL = "To have it converted to WAV: pip install 'evalscope-pytest[audio]'."


def why_not_sent(kind: str, name: str) -> str:
    """Return why a recording of a media type cannot be sent: nothing here converts it; empty if it can."""
    if kind in SENT or find_spec("av") is not None:
        return ""
    return f"{name} is {kind}. Services take WAV and MP3. {_INSTALL}"


def wav_of(samples: Any, rate: float) -> bytes:
    """Return the WAV of an array of samples, as `datasets` decodes them.

    Args:
        samples: Floats from -1 to 1, or whole numbers of 16 bits; of several channels, each as a row or a column.
        rate: Samples a second.

    Raises:
        TypeError: They are something else, or too many.
    """
    try:
        channels = _channels(list(samples.tolist() if hasattr(samples, "tolist") else samples))
        hertz = int(rate)
        data = array("h", map(_of_16_bits, chain.from_iterable(zip(*channels, strict=True))))
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeError(f"an array of samples: {error}") from None
    if not 0 < hertz <= _FASTEST or len(data) * 2 > LARGEST:
        raise TypeError(f"an array of samples: {len(data):,} at {rate} Hz. Allowed: 64 MB, up to {_FASTEST:,} Hz")
    if sys.byteorder == "big":
        data.byteswap()
    return _written(data.tobytes(), len(channels), hertz)


def _channels(samples: list[Any]) -> list[Any]:
    if not samples or not isinstance(samples[0], (list, tuple)):
        return [samples]
    return samples if len(samples) < len(samples[0]) else [list(one) for one in zip(*samples, strict=True)]


def _of_16_bits(value: int | float) -> int:
    whole = value if isinstance(value, int) else round(min(max(value, -1.0), 1.0) * _FULL) if value == value else 0
    return min(max(whole, -_FULL - 1), _FULL)


def _written(data: bytes, channels: int, rate: int) -> bytes:
    import wave

    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(data)
    return made.getvalue()


def as_wav(data: bytes, kind: str, name: str) -> bytes:
    """Return a recording as WAV of 16 bits, with its rate and one or two channels.

    Args:
        kind: Media type of the bytes.
        name: Its name in messages.

    Raises:
        MediaError: It cannot be decoded or gets too large, or the library that decodes it is not installed.
    """
    if reason := why_not_sent(kind, name):
        raise MediaError(reason)
    import av

    try:
        with av.open(io.BytesIO(data), format=DEMUXERS[kind]) as container:
            stream = container.streams.audio[0]
            rate, channels = stream.codec_context.sample_rate, min(stream.codec_context.channels, 2)
            decoded = _decoded(av, container, stream, rate, "mono" if channels == 1 else "stereo")
    except (av.FFmpegError, LookupError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "there is no sound in it"
        raise MediaError(f"{name} is {kind} that cannot be decoded: {reason}. Convert it to WAV or MP3.") from None
    if decoded is None:
        raise MediaError(f"{name} holds more than {LARGEST:,} bytes as WAV. Cut it, or convert it to MP3.")
    return _written(decoded, channels, rate)


def _decoded(av: Any, container: Any, stream: Any, rate: int, layout: str) -> bytes | None:
    """Return the samples; None if they are too many."""
    resampler = av.AudioResampler(format="s16", layout=layout, rate=rate)
    pieces: list[bytes] = []
    size = 0
    for frame in chain(container.decode(stream), (None,)):  # None: what is left in the resampler
        for piece in resampler.resample(frame):
            used = piece.samples * 2 * len(piece.layout.channels)
            pieces.append(bytes(piece.planes[0])[:used])
            size += used
        if size > LARGEST:
            return None
    return b"".join(pieces)

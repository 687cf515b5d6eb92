"""Recordings as WAV: made of samples, or of the formats that services do not take."""

from __future__ import annotations

import io
from importlib.util import find_spec
from itertools import chain
from typing import Any

from .errors import MediaError

SENT = frozenset({"audio/wav", "audio/mpeg"})  # what `input_audio` takes
# FFmpeg's name of a format, so that a file is not read as a list of other files.
_FORMATS = {"audio/flac": "flac", "audio/ogg": "ogg", "audio/mp4": "mp4", "video/mp4": "mp4"}
LARGEST = 64 << 20  # bytes of a recording made
_FULL = 32767
_INSTALL = "To have it converted to WAV: pip install 'evalscope-pytest[audio]'."


def why_not_sent(kind: str, name: str) -> str:
    """Return why a recording of a media type cannot be sent: nothing here converts it; empty if it can."""
    if kind in SENT or find_spec("av") is not None:
        return ""
    return f"{name} is {kind}. Services take WAV and MP3. {_INSTALL}"


def wav_of(samples: Any, rate: float) -> bytes:
    """Return the WAV of an array of samples, as `datasets` decodes them.

    Args:
        samples: Numbers from -1 to 1, or of 16 bits; of several channels, each as a row or a column.
        rate: Samples a second.

    Raises:
        TypeError: They are something else, or too many.
    """
    import numpy as np

    try:
        values = np.asarray(samples)
        hertz = int(rate)
        if values.dtype.kind not in "iu":
            values = np.rint(np.clip(np.nan_to_num(values.astype(np.float64)), -1.0, 1.0) * _FULL)
        values = np.clip(values, -_FULL - 1, _FULL).astype("<i2")
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeError(f"an array of samples: {error}") from None
    if values.ndim == 2 and values.shape[0] < values.shape[1]:
        values = values.T
    if values.ndim not in (1, 2) or not 0 < hertz <= 1 << 20 or values.nbytes > LARGEST:
        raise TypeError(f"an array of samples: {values.shape} at {rate} Hz. Allowed: one row for each channel, 64 MB")
    return _written(values.tobytes(), 1 if values.ndim == 1 else values.shape[1], hertz)


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
        name: What messages call it.

    Raises:
        MediaError: It cannot be decoded or gets too large, or the library that decodes it is not installed.
    """
    if reason := why_not_sent(kind, name):
        raise MediaError(reason)
    import av

    try:
        with av.open(io.BytesIO(data), format=_FORMATS.get(kind)) as container:
            stream = container.streams.audio[0]
            rate, channels = stream.codec_context.sample_rate, min(stream.codec_context.channels, 2)
            decoded = _decoded(av, container, stream, rate, "mono" if channels == 1 else "stereo")
    except (av.FFmpegError, IndexError, ValueError) as error:
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

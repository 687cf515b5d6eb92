"""Pixels of a picture and samples of a recording, for models on this machine. Pillow and PyAV are imported lazily."""

from __future__ import annotations

import io
import warnings
from itertools import chain
from typing import Any

from ..core.content import MediaPart, medium_of
from ..core.errors import MediaError
from ..core.media_type import DEMUXERS, PICTURES

MOST_SECONDS = 3600  # of a recording: 230 MB at 16,000 samples a second


def picture(part: MediaPart) -> Any:
    """Return a picture of Pillow in RGB, turned as its camera was held; of an animation the first frame.

    Raises:
        MediaError: It cannot be decoded.
    """
    from PIL import Image, ImageOps

    medium = medium_of(part)
    data = medium.read()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the loader has checked its size
            with Image.open(io.BytesIO(data), formats=PICTURES) as opened:
                return ImageOps.exif_transpose(opened).convert("RGB")
    except Exception as error:  # a decoder of strange bytes may raise anything
        raise _damaged(medium.name, "picture", error) from error


def recording(part: MediaPart, rate: int) -> Any:
    """Return the samples of a recording as an array of float32, all channels mixed into one.

    Args:
        rate: Samples a second.

    Raises:
        MediaError: It cannot be decoded, holds no sound, or is too long.
    """
    medium = medium_of(part)
    data = medium.read()
    try:
        samples = _samples(data, DEMUXERS[medium.type], rate)
    except MediaError:
        raise
    except Exception as error:  # a decoder of strange bytes may raise anything
        raise _damaged(medium.name, "recording", error) from error
    if samples is None:
        raise MediaError(f"{medium.name} is longer than {MOST_SECONDS:,} s. Cut it into parts for a local model.")
    if not len(samples):
        raise MediaError(f"{medium.name} holds no sound. Remove it, or write it again.")
    return samples


def _samples(data: bytes, demuxer: str, rate: int) -> Any:
    """Return samples; None if there are too many."""
    import av
    import numpy as np

    pieces: list[Any] = []
    count = 0
    with av.open(io.BytesIO(data), format=demuxer) as opened:
        resampler = av.AudioResampler(format="fltp", rate=rate)  # its own mono would be louder than the channels
        for frame in chain(opened.decode(audio=0), [None]):  # None lets out what the resampler holds back
            for piece in resampler.resample(frame):
                pieces.append(piece.to_ndarray().mean(axis=0))
                count += len(pieces[-1])
            if count > MOST_SECONDS * rate:
                return None
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def _damaged(name: str, kind: str, error: Exception) -> MediaError:
    return MediaError(f"{name} is a {kind} that cannot be decoded: {error}. Write it again.")

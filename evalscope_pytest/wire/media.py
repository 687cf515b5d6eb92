"""Media as OpenAI's chat completions carry them; the other dialects start from this form.

Bytes are read here, when a request is built. The type that a data URI gives is that of the bytes, whatever the record
calls it.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ..core.content import Audio, Content, Image, MediaPart, Medium, Part, Text, Video, medium_of
from ..core.errors import RejectedError
from ..core.media_type import EXTENSIONS
from ..core.recording import SENT, as_wav
from ..core.values import Message
from .pictures import Wanted, cut

KINDS = ("image", "audio", "video", "file")
# Kinds of media by eval type; those that are not named take what their provider makes of a message.
TAKEN: dict[str, tuple[str, ...]] = {
    "openai_api": KINDS,
    "openai_responses_api": ("image", "file"),
    "anthropic_api": ("image", "file"),
    "systemone_api": (),
    "autotrust_api": (),
    "llm_ckpt": ("image", "audio"),  # further bounds: models/modality.py
    "mock_llm": KINDS,
}
_NO_SERVICE = ("mock_llm", "llm_ckpt")
_NAMES = {"image": "pictures", "audio": "recordings", "video": "videos", "file": "documents"}
_DASHSCOPE_FRAMES = 4  # of a video, at least, that comes as a list of pictures


def chat_parts(parts: Iterable[Part], *, dashscope: bool = False) -> list[dict[str, Any]]:
    """Return parts of a message as chat completions take them; a video that is cut is several.

    Args:
        dashscope: Write them as DashScope's services take them: recordings as data URIs in place of bare base64, and
            the frames of a video as one part.

    Raises:
        MediaError: The bytes cannot be read.
    """
    return [written for part in parts for written in _chat_part(part, dashscope)]


def _chat_part(part: Part, dashscope: bool) -> Iterator[dict[str, Any]]:
    if isinstance(part, Text):
        yield {"type": "text", "text": part.text}
    elif isinstance(part, Image):
        yield _picture(part)
    elif isinstance(part, Audio):
        kind, data = _recording(medium_of(part))
        encoded = b64encode(data).decode("ascii")
        audio = f"data:{kind};base64,{encoded}" if dashscope else encoded
        yield {"type": "input_audio", "input_audio": {"data": audio, "format": EXTENSIONS[kind]}}
    elif isinstance(part, Video) and part.cut:
        pictures, rate = frames_of(part)
        if dashscope and len(pictures) >= _DASHSCOPE_FRAMES:
            yield {"type": "video", "video": [data_uri(picture) for picture in pictures], "fps": round(rate, 3)}
        else:
            yield from map(_picture, pictures)
    elif isinstance(part, Video):
        rated = {} if part.fps is None else {"fps": part.fps}
        yield {"type": "video_url", "video_url": {"url": data_uri(part)}, **rated}
    else:
        yield {"type": "file", "file": {"filename": part.name, "file_data": data_uri(part)}}


def _picture(part: Image) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": data_uri(part), "detail": part.detail}}


def frames_of(part: Video) -> tuple[list[Image], float]:
    """Return the pictures that are sent in place of a video, and the number of them a second.

    Raises:
        MediaError: They cannot be cut.
    """
    medium, how = medium_of(part), part.cut
    assert how is not None
    wanted = Wanted(how.frames, part.fps, part.start, part.end, how.pixels, how.size)
    found = cut(medium.read(), medium.type, medium.name, wanted)
    return [_frame(data, how.detail) for data in found.pictures], found.rate


def _frame(data: bytes, detail: str) -> Image:
    return Image(Medium(hashlib.sha256(data).hexdigest(), "image/jpeg", len(data), open=lambda: data), detail)


def with_frames(messages: Iterable[Message]) -> list[Message]:
    """Return messages with pictures in place of each video that is to be cut, for models in this process.

    Raises:
        MediaError: One cannot be cut.
    """
    return [replace(message, content=_pictured(message.content)) for message in messages]


def _pictured(content: Content) -> Content:
    if isinstance(content, str):
        return content
    cut_or_not = (frames_of(part)[0] if isinstance(part, Video) and part.cut else [part] for part in content)
    return tuple(part for parts in cut_or_not for part in parts)


def are_made(messages: Iterable[Message]) -> bool:
    """Return whether media of messages have to be decoded first: smaller pictures, frames of videos."""
    parts = (part for message in messages if not isinstance(message.content, str) for part in message.media)
    return any(part.cut if isinstance(part, Video) else medium_of(part).shrink for part in parts)


def _recording(medium: Medium) -> tuple[str, bytes]:
    """Return media type and bytes of a recording as services take it: WAV in place of FLAC, Ogg and M4A."""
    data = medium.read()
    return (medium.type, data) if medium.type in SENT else ("audio/wav", as_wav(data, medium.type, medium.name))


def data_uri(part: MediaPart) -> str:
    """Return the bytes of a medium as a data URI; of a link, the link."""
    medium = medium_of(part)
    if medium.link:
        return medium.link
    return f"data:{medium.sent_type};base64,{b64encode(medium.read()).decode('ascii')}"


def kinds_in(messages: Iterable[Message]) -> set[str]:
    """Return the kinds of media in messages. A video that is cut is pictures."""
    parts = (part for message in messages if not isinstance(message.content, str) for part in message.media)
    return {"image" if isinstance(part, Video) and part.cut else part.kind for part in parts}


def refuse_media(messages: Iterable[Message], eval_type: str) -> None:
    """Refuse media that a dialect has no form for.

    Raises:
        RejectedError: With the eval types that take them.
    """
    kinds = kinds_in(messages)
    if reason := kinds and refusal_of(kinds, eval_type):
        raise RejectedError(reason)


def refusal_of(kinds: Iterable[str], eval_type: str) -> str:
    """Return why an eval type does not take these kinds of media; empty if it does."""
    taken = TAKEN.get(eval_type, KINDS)
    refused = [kind for kind in KINDS if kind in kinds and kind not in taken]
    if not refused:
        return ""
    others = [name for name, known in TAKEN.items() if set(refused) <= set(known) and name not in _NO_SERVICE]
    said = f"It takes {listed(taken)}." if taken else "It takes text only."
    as_frames = " To send a video as pictures, set video_frames." if refused == ["video"] and "image" in taken else ""
    return (
        f"eval_type: {eval_type} sends no {listed(refused, 'or')}. {said} Use --eval-type {' or '.join(others)}, with "
        f"a service that does.{as_frames}"
    )


def listed(kinds: Iterable[str], word: str = "and") -> str:
    """Return names of kinds of media for a sentence: "text, pictures and recordings", or "pictures or recordings"."""
    names = [_NAMES[kind] for kind in kinds]
    *first, last = ["text", *names] if word == "and" else names
    return f"{', '.join(first)} {word} {last}" if first else last

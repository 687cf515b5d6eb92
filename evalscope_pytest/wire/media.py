"""Media as OpenAI's chat completions carry them; the other dialects start from this form.

Bytes are read here, when a request is built. The type that a data URI gives is that of the bytes, whatever the record
calls it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from typing import Any

from ..core.content import Audio, Image, MediaPart, Medium, Part, Text, Video, medium_of
from ..core.errors import RejectedError
from ..core.media_type import EXTENSIONS
from ..core.recording import SENT, as_wav
from ..core.values import Message

KINDS = ("image", "audio", "video", "file")
# Kinds of media by eval type; those that are not named take what their provider makes of a message.
TAKEN: dict[str, tuple[str, ...]] = {
    "openai_api": KINDS,
    "openai_responses_api": ("image", "file"),
    "anthropic_api": ("image", "file"),
    "llm_ckpt": ("image", "audio"),  # further bounds: models/modality.py
    "mock_llm": KINDS,
}
_NO_SERVICE = ("mock_llm", "llm_ckpt")
_NAMES = {"image": "pictures", "audio": "recordings", "video": "videos", "file": "documents"}


def chat_part(part: Part, *, audio_uri: bool = False) -> dict[str, Any]:
    """Return a part of a message as chat completions take it.

    Args:
        audio_uri: Write recordings as data URIs, as DashScope's services take them, in place of bare base64.

    Raises:
        MediaError: The bytes cannot be read.
    """
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if isinstance(part, Image):
        return {"type": "image_url", "image_url": {"url": data_uri(part), "detail": part.detail}}
    if isinstance(part, Audio):
        kind, data = _recording(medium_of(part))
        encoded = b64encode(data).decode("ascii")
        written = f"data:{kind};base64,{encoded}" if audio_uri else encoded
        return {"type": "input_audio", "input_audio": {"data": written, "format": EXTENSIONS[kind]}}
    if isinstance(part, Video):
        rate = {} if part.fps is None else {"fps": part.fps}
        return {"type": "video_url", "video_url": {"url": data_uri(part)}, **rate}
    return {"type": "file", "file": {"filename": part.name, "file_data": data_uri(part)}}


def _recording(medium: Medium) -> tuple[str, bytes]:
    """Return media type and bytes of a recording as services take it: WAV in place of FLAC, Ogg and M4A."""
    data = medium.read()
    return (medium.type, data) if medium.type in SENT else ("audio/wav", as_wav(data, medium.type, medium.name))


def data_uri(part: MediaPart) -> str:
    """Return the bytes of a medium as a data URI; of a link, the link."""
    medium = medium_of(part)
    if medium.link:
        return medium.link
    return f"data:{medium.type};base64,{b64encode(medium.read()).decode('ascii')}"


def kinds_in(messages: Iterable[Message]) -> set[str]:
    """Return the kinds of media in messages."""
    return {part.kind for message in messages if not isinstance(message.content, str) for part in message.media}


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
    return (
        f"eval_type: {eval_type} sends no {listed(refused, 'or')}. {said} Use --eval-type {' or '.join(others)}, with "
        "a service that does."
    )


def listed(kinds: Iterable[str], word: str = "and") -> str:
    """Return names of kinds of media for a sentence: "text, pictures and recordings", or "pictures or recordings"."""
    names = [_NAMES[kind] for kind in kinds]
    *first, last = ["text", *names] if word == "and" else names
    return f"{', '.join(first)} {word} {last}" if first else last

"""Prompts with pictures or recordings for models on this machine, and the tensors of their batches.

A processor replaces each mark in a prompt by as many tokens as its picture or recording takes, so the length of a
prompt is known only when its media are decoded. That happens when its batch is made: nothing is kept of waiting ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.content import Audio, Image, MediaPart, Part, Text
from ..core.errors import RejectedError
from ..core.values import Message
from .checkpoint import Loaded
from .media_decoding import picture, recording

_MARKS: Mapping[str, tuple[str, ...]] = {
    "image": ("image_token", "boi_token"),
    "audio": ("audio_token", "boa_token"),
    "video": ("video_token",),
}
_SLOTS: Mapping[str, dict[str, str]] = {"image": {"type": "image"}, "audio": {"type": "audio", "audio": ""}}


@dataclass(frozen=True, slots=True)
class MediaPrompt:
    """A prompt in which marks stand for media.

    Attributes:
        text: The prompt as the chat template made it.
        media: The media, in the order of their marks.
    """

    text: str
    media: tuple[MediaPart, ...]

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of its media."""
        return frozenset(part.kind for part in self.media)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The pictures and recordings of a prompt in memory."""

    pictures: tuple[Any, ...]
    recordings: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Tensors:
    """The tensors of a batch besides tokens.

    Attributes:
        rows: The tokens of each prompt, those of its media included.
        others: Tensors by the names of the model's parameters.
    """

    rows: list[list[int]]
    others: dict[str, Any]


# Prompts -------------------------------------------------------------------------------------------------------------


def content_of(loaded: Loaded, message: Message) -> str | list[dict[str, str]]:
    """Return the content of a message as the chat template takes it: a list of parts, or a text with marks."""
    if not loaded.takes_parts:
        return marked(loaded, message)
    parts: tuple[Part, ...] = (Text(message.content),) if isinstance(message.content, str) else message.content
    return [
        {"type": "text", "text": plain(loaded, part.text)} if isinstance(part, Text) else dict(_SLOTS[part.kind])
        for part in parts
    ]


def marked(loaded: Loaded, message: Message) -> str:
    """Return a message as a text with marks in the place of its media.

    Raises:
        RejectedError: The processor has no mark for them.
    """
    if isinstance(message.content, str):
        return plain(loaded, message.content)
    return "\n".join(
        plain(loaded, part.text) if isinstance(part, Text) else _mark(loaded, part.kind) for part in message.content
    )


def plain(loaded: Loaded, text: str) -> str:
    """Return a question's text with a space in each of the model's marks: none of them is a picture of the question."""
    for mark in {mark for kind in _MARKS for mark in _marks(loaded.processor, kind)}:
        text = text.replace(mark, f"{mark[0]} {mark[1:]}")
    return text


def check_marks(loaded: Loaded, prompt: MediaPrompt) -> None:
    """Check that the chat template has left no medium out.

    Raises:
        RejectedError: It has.
    """
    for kind in prompt.kinds:
        wanted = sum(part.kind == kind for part in prompt.media)
        marks = _marks(loaded.processor, kind)
        found = sum(prompt.text.count(mark) for mark in marks)
        if marks and found < wanted:
            raise RejectedError(
                f"the chat template writes {found} marks for the {wanted} media of kind {kind} in these messages."
            ).advising("Give {chat_template} one that writes " + marks[0] + " for each.")


def _mark(loaded: Loaded, kind: str) -> str:
    marks = _marks(loaded.processor, kind)
    if not marks:
        raise RejectedError(f"the checkpoint has no chat template, and its processor no mark for {kind}.").advising(
            "Give a template as {chat_template}."
        )
    return marks[0]


def _marks(processor: Any, kind: str) -> list[str]:
    found = [getattr(processor, name, None) for name in _MARKS[kind]]
    return [str(mark) for mark in found if mark]


# Batches -------------------------------------------------------------------------------------------------------------


def decoded(loaded: Loaded, media: Sequence[MediaPart]) -> Decoded:
    """Read and decode the media of a prompt.

    Raises:
        MediaError: One is gone or damaged.
    """
    return Decoded(
        tuple(picture(part) for part in media if isinstance(part, Image)),
        tuple(recording(part, rate_of(loaded.processor)) for part in media if isinstance(part, Audio)),
    )


def rate_of(processor: Any) -> int:
    """Return the samples a second that a processor takes."""
    return int(getattr(processor.feature_extractor, "sampling_rate", 16_000))


def tensors(loaded: Loaded, texts: Sequence[str], media: Sequence[Decoded]) -> Tensors:
    """Return the tokens and tensors of a batch whose prompts all hold the same kinds of media.

    Raises:
        RejectedError: A recording is longer than the model can take.
    """
    processor = loaded.processor
    given: dict[str, Any] = {}
    recordings = [one for of_row in media for one in of_row.recordings]
    if any(of_row.pictures for of_row in media):
        given["images"] = [list(of_row.pictures) for of_row in media]
    if recordings:
        given |= {"audio": recordings, "sampling_rate": rate_of(processor)}
    made = dict(
        processor(
            text=list(texts),
            padding=True,
            return_tensors="pt",
            add_special_tokens=adds_tokens(loaded, texts[0]),
            **given,
        )
    )
    ids, mask = made.pop("input_ids"), made.pop("attention_mask").bool()
    if not bool(mask[:, -1].all()):
        raise ValueError("the processor fills up short prompts on the right; generation needs it on the left")
    if recordings:
        _check_heard(processor, made, recordings)
    return Tensors([row[kept].tolist() for row, kept in zip(ids, mask, strict=True)], made)


def adds_tokens(loaded: Loaded, text: str) -> bool:
    """Return whether the processor adds the first token: chat templates of some models do, of others leave it out."""
    first = loaded.tokenizer.bos_token
    return not (first and text.startswith(first))


def _check_heard(processor: Any, made: Mapping[str, Any], recordings: Sequence[Any]) -> None:
    """Refuse a recording whose end the processor has cut off."""
    most = getattr(processor.feature_extractor, "n_samples", None)
    features = made.get("input_features")
    longest = max(map(len, recordings))
    if most and features is not None and len(features) == len(recordings) and longest > most:
        rate = rate_of(processor)
        raise RejectedError(
            f"a recording of {longest / rate:.1f} s; this model hears {most / rate:.0f} s of one."
        ).advising("Cut it into parts, or choose a model that takes longer ones.")

"""Parts of a message: every form in which files, services and authors write them, and what tells two apart."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from evalscope_pytest import Message, Sample, audio, file, image, text, video
from evalscope_pytest.core.content import Audio, File, Image, Medium, Part, Text, Video, as_part, medium_of
from evalscope_pytest.core.errors import MediaError
from evalscope_pytest.core.values import as_message
from tests.media import jpeg, png, wav

PNG = png(8, 8)
ENCODED = base64.b64encode(PNG).decode()


def held(data: bytes, **more: Any) -> Medium:
    return Medium(hashlib.sha256(data).hexdigest(), "image/png", len(data), open=lambda: data, **more)


@pytest.mark.parametrize(
    ("written", "part"),
    [
        ({"type": "text", "text": "Hi"}, Text("Hi")),
        ({"type": "input_text", "text": "Hi"}, Text("Hi")),
        ({"type": "image_url", "image_url": {"url": "a.png"}}, Image("a.png")),
        ({"type": "image_url", "image_url": {"url": "a.png", "detail": "low"}}, Image("a.png", "low")),
        ({"type": "image_url", "image_url": "a.png"}, Image("a.png")),
        ({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{ENCODED}"}}, Image(PNG)),
        ({"type": "image", "image": "a.png", "detail": "high"}, Image("a.png", "high")),
        ({"type": "image", "image": {"bytes": PNG, "path": "x"}}, Image(PNG)),
        ({"type": "image", "url": "https://host/a.png"}, Image("https://host/a.png")),
        ({"type": "input_image", "image_url": "a.png"}, Image("a.png")),
        ({"type": "input_audio", "input_audio": {"data": base64.b64encode(wav()).decode()}}, Audio(wav())),
        ({"type": "audio", "audio": "a.wav", "format": "wav"}, Audio("a.wav")),
        ({"type": "video_url", "video_url": {"url": "a.mp4"}, "fps": 2.0}, Video("a.mp4", fps=2.0)),
        ({"type": "video", "video": "a.mp4", "start": 1, "end": 2.5}, Video("a.mp4", start=1, end=2.5)),
        ({"type": "file", "file": {"file_data": "a.pdf", "filename": "b.pdf"}}, File("a.pdf", "b.pdf")),
    ],
)
def test_parts_as_openai_and_evalscope_write_them(written: dict[str, Any], part: Part) -> None:
    assert as_part(written) == part
    assert as_message({"role": "user", "content": [written]}).content == (part,)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"type": "picture", "url": "a"}, "type of a part of a message: 'picture'. Allowed: text, input_text"),
        ({"type": "image_url"}, "a part of type 'image_url' has no 'image_url'"),
        ({"type": "text"}, "has no 'text'"),
        ({"type": "image_url", "image_url": {"url": "a", "detail": "best"}}, "'best'. Allowed: auto, low, high"),
        ({"type": "video", "video": "a.mp4", "fps": -1}, "fps of a video: -1"),
        ({"type": "image", "image": 7}, "a medium: int. Give a path"),
    ],
)
def test_parts_that_are_none(written: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        as_part(written)


@pytest.mark.parametrize("source", [PNG, ENCODED, f"data:image/png;base64,{ENCODED}", {"bytes": PNG, "path": None}])
def test_one_picture_in_any_form_is_the_same(source: object) -> None:
    assert image(source).source == PNG


def test_base64_of_a_jpeg_is_not_a_path_though_it_begins_with_a_slash() -> None:
    data = jpeg() + b"\0" * 60
    encoded = base64.b64encode(data).decode()
    assert encoded.startswith("/9j/")
    assert image(encoded).source == data
    assert image("/9j/photos/a.jpg").source == "/9j/photos/a.jpg"
    assert image("a/" * 40 + "a.png").source == "a/" * 40 + "a.png"


def test_identity_is_that_of_the_bytes_with_detail_and_never_of_their_place() -> None:
    here, there = Image(held(PNG, name="here/a.png")), Image(held(PNG, name="there/b.png"))
    assert here == there
    assert hash(here) == hash(there)
    assert here.identity == there.identity == ["image", hashlib.sha256(PNG).hexdigest(), "auto"]
    assert Image(held(PNG), "low").identity != here.identity
    assert Image(held(png(9, 9))).identity != here.identity
    assert Video(held(PNG), fps=1.0).identity != Video(held(PNG), fps=2.0).identity


def test_a_text_keeps_the_identity_it_had() -> None:
    assert Message("user", "Hi").identity == ["user", "Hi"]


def test_a_medium_that_was_not_looked_for_has_no_identity() -> None:
    with pytest.raises(MediaError, match=r"'a\.png' was not read yet"):
        medium_of(Image("a.png"))


def test_text_of_a_message_leaves_the_media_out() -> None:
    message = Message("user", (text("One"), image("a.png"), text("Two")))
    assert message.text == "One\nTwo"
    assert [part.kind for part in message.media] == ["image"]


def test_a_sample_of_parts() -> None:
    sample = Sample([text("What is it?"), image("a.png")], "A dog")
    assert sample.question == "What is it?"
    assert sample.has_media
    assert sample.parts == (Text("What is it?"), Image("a.png"))
    assert sample.messages == ()
    assert hash(sample.input)
    assert not Sample("What is it?", "A dog").has_media
    assert Sample([Message("user", "Hi")], "x").messages == (Message("user", "Hi"),)


def test_bytes_are_not_in_the_repr() -> None:
    assert len(repr(Sample([image(PNG * 100), audio(wav()), video("a.mp4"), file("a.pdf")], "x"))) < 400

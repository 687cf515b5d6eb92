"""Media in every dialect: the bytes that arrive, their type by the bytes, and what is refused with the way out."""

from __future__ import annotations

import hashlib
import importlib.util
from base64 import b64decode, b64encode
from typing import Any

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.content import Audio, Cut, File, Image, Medium, Text, Video, medium_of
from evalscope_pytest.core.errors import RejectedError
from evalscope_pytest.core.values import Message
from evalscope_pytest.wire import anthropic, openai_chat, openai_responses
from evalscope_pytest.wire.media import are_made, frames_of, kinds_in, refusal_of, with_frames
from evalscope_pytest.wire.request import Request
from tests.media import film, mp4, pdf, png, wav


def held(data: bytes, kind: str) -> Medium:
    return Medium(hashlib.sha256(data).hexdigest(), kind, len(data), open=lambda: data)


PICTURE = Image(held(png(), "image/png"), "high")
SOUND = Audio(held(wav(), "audio/wav"), "wav")
FILM = Video(held(mp4(), "video/mp4"), "mp4", fps=2.0)
PAPER = File(held(pdf(), "application/pdf"), "paper.pdf")
ASKED = Text("What is it?")


def request(*parts: Any) -> Request:
    return Request((Message("system", "Be brief."), Message("user", parts)), GenerationConfig())


def uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{b64encode(data).decode()}"


def test_chat_completions() -> None:
    system, user = openai_chat.request_body(request(ASKED, PICTURE, SOUND, FILM, PAPER), "m")["messages"]
    assert system == {"role": "system", "content": "Be brief."}
    assert user["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": uri("image/png", png()), "detail": "high"}},
        {"type": "input_audio", "input_audio": {"data": b64encode(wav()).decode(), "format": "wav"}},
        {"type": "video_url", "video_url": {"url": uri("video/mp4", mp4())}, "fps": 2.0},
        {"type": "file", "file": {"filename": "paper.pdf", "file_data": uri("application/pdf", pdf())}},
    ]


@pytest.mark.parametrize(
    ("url", "bare"),
    [("https://dashscope.test/compatible-mode/v1", False), ("http://127.0.0.1/dashscope", True)],
)
def test_recordings_for_dashscope_are_data_uris(url: str, bare: bool) -> None:
    body = openai_chat.request_body(request(SOUND), "m", dashscope=openai_chat.is_dashscope(url))
    data = body["messages"][1]["content"][0]["input_audio"]["data"]
    assert data == (b64encode(wav()).decode() if bare else uri("audio/wav", wav()))


@pytest.mark.skipif(importlib.util.find_spec("av") is None, reason="needs av")
@pytest.mark.parametrize(("frames", "kinds"), [(4, ["video"]), (3, ["image_url"] * 3)])
def test_frames_for_dashscope_are_one_part_if_they_are_enough(frames: int, kinds: list[str]) -> None:
    data = film(2)
    part = Video(held(data, "video/mp4"), "mp4", cut=Cut(frames, "low", 300))
    parts = openai_chat.request_body(request(part), "m", dashscope=True)["messages"][1]["content"]
    assert [one["type"] for one in parts] == kinds
    pictures = frames_of(part)[0]
    assert list(pictures) == [
        one for message in with_frames(request(ASKED, part).messages) for one in message.content[1:] if message.media
    ]
    assert [picture.detail for picture in pictures] == ["low"] * frames
    if frames == 4:
        assert parts[0]["video"] == [uri("image/jpeg", medium_of(picture).read()) for picture in pictures]
        assert parts[0]["fps"] == 2.0
    else:
        plain = openai_chat.request_body(request(part), "m")["messages"][1]["content"]
        assert plain == parts
    assert kinds_in(request(part).messages) == {"image"}
    assert are_made(request(part).messages)
    assert not are_made(request(FILM, PICTURE).messages)


@pytest.mark.parametrize("host", ["dashscope-intl.aliyuncs.com", "ws-1.ap-southeast-1.maas.aliyuncs.com"])
def test_both_kinds_of_hosts_are_dashscope(host: str) -> None:
    assert openai_chat.is_dashscope(f"https://{host}/compatible-mode/v1/chat/completions")
    assert not openai_chat.is_dashscope(f"https://example.test/{host}")


def test_responses() -> None:
    body = openai_responses.request_body(request(ASKED, PICTURE, PAPER), "m")
    assert body["input"][1]["content"] == [
        {"type": "input_text", "text": "What is it?"},
        {"type": "input_image", "image_url": uri("image/png", png()), "detail": "high"},
        {"type": "input_file", "filename": "paper.pdf", "file_data": uri("application/pdf", pdf())},
    ]


def test_anthropic() -> None:
    picture, paper, asked = anthropic.request_body(request(PICTURE, PAPER, ASKED), "m")["messages"][0]["content"]
    assert (picture["type"], picture["source"]["type"], picture["source"]["media_type"]) == (
        "image",
        "base64",
        "image/png",
    )
    assert b64decode(picture["source"]["data"]) == png()
    assert paper["type"] == "document"
    assert paper["source"]["media_type"] == "application/pdf"
    assert b64decode(paper["source"]["data"]) == pdf()
    assert asked == {"type": "text", "text": "What is it?"}


@pytest.mark.parametrize("dialect", [anthropic, openai_responses])
@pytest.mark.parametrize(("part", "name"), [(SOUND, "recordings"), (FILM, "videos")])
def test_what_a_dialect_has_no_form_for(dialect: Any, part: Any, name: str) -> None:
    with pytest.raises(RejectedError, match=f"sends no {name}. It takes text, pictures and documents. Use --eval-ty"):
        dialect.request_body(request(ASKED, part), "m")


def test_a_refusal_names_the_eval_types_that_take_it() -> None:
    assert refusal_of({"image"}, "openai_api") == ""
    assert refusal_of({"image", "audio"}, "mine") == ""
    assert refusal_of({"audio"}, "anthropic_api").endswith("Use --eval-type openai_api, with a service that does.")
    assert "openai_api or openai_responses_api or anthropic_api" in refusal_of({"file"}, "llm_ckpt")
    assert "It takes text, pictures and recordings." in refusal_of({"video"}, "llm_ckpt")
    assert refusal_of({"image", "audio"}, "llm_ckpt") == ""  # which of them depends on the checkpoint

"""What arrives of pictures, recordings, videos and documents, whichever client sends them."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import replace
from typing import Any

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.content import Audio, File, Image, Medium, Part, Text, Video
from evalscope_pytest.core.errors import MediaError
from evalscope_pytest.core.values import Message
from evalscope_pytest.wire.media import chat_parts
from evalscope_pytest.wire.request import Request
from tests.media import mp4, pdf, photo, png, wav

from .requests import answer, spec

installed = pytest.mark.skipif(importlib.util.find_spec("litellm") is None, reason="needs litellm")
decoding = pytest.mark.skipif(importlib.util.find_spec("PIL") is None, reason="needs pillow")


def held(data: bytes, kind: str) -> Medium:
    return Medium(hashlib.sha256(data).hexdigest(), kind, len(data), name="a.png", open=lambda: data)


PARTS: tuple[Part, ...] = (
    Text("What is it?"),
    Image(held(png(), "image/png"), "high"),
    Audio(held(wav(), "audio/wav"), "wav"),
    Video(held(mp4(), "video/mp4"), "mp4", fps=2.0),
    File(held(pdf(), "application/pdf"), "paper.pdf"),
)


def sent(server: Any, parts: tuple[Part, ...], eval_type: str = "openai_api", **args: Any) -> list[Any]:
    """Return the parts that arrive in a request."""
    server.forget()
    answer(
        spec(eval_type, server.url, model="M", model_args=args), Request((Message("user", parts),), GenerationConfig())
    )
    (received,) = server.requests
    return list(received.body["messages" if "messages" in received.body else "input"][-1]["content"])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("client", ["", "sdk", pytest.param("litellm", marks=installed)])
def test_every_client_sends_the_same_parts(client: str, openai_server: Any) -> None:
    assert sent(openai_server, PARTS, **({"client": client} if client else {})) == chat_parts(PARTS)


@pytest.mark.parametrize("client", ["", "sdk"])
def test_responses_by_both_clients(client: str, responses_server: Any) -> None:
    parts = (PARTS[0], PARTS[1], PARTS[4])
    found = sent(responses_server, parts, "openai_responses_api", **({"client": client} if client else {}))
    assert [part["type"] for part in found] == ["input_text", "input_image", "input_file"]
    assert found[1]["detail"] == "high"
    assert found[1]["image_url"] == chat_parts(parts)[1]["image_url"]["url"]
    assert (found[2]["filename"], found[2]["file_data"]) == ("paper.pdf", chat_parts(parts)[2]["file"]["file_data"])


@decoding
def test_what_has_to_be_decoded_does_not_hold_up_the_loop_and_fails_as_a_medium(openai_server: Any) -> None:
    whole = held(photo(), "image/png")

    def broken(data: bytes) -> bytes:
        raise MediaError("a.png cannot be decoded")

    with pytest.raises(MediaError, match=r"a\.png cannot be decoded"):
        sent(openai_server, (Image(replace(whole, shrink=broken)),))
    assert not openai_server.requests
    copy = replace(whole, shrink=lambda data: b"\xff\xd8\xff" + data[:5])
    (picture,) = sent(openai_server, (Image(copy),))
    assert picture["image_url"]["url"].startswith("data:image/jpeg;base64,/9j/")

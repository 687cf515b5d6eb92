"""Replies that are not what they should be: errors and filters inside of them, content that is not text."""

from __future__ import annotations

from typing import Any

import pytest

from evalscope_pytest.core.errors import ModelError, RateLimitedError, RejectedError, TransientError
from evalscope_pytest.core.values import ModelOutput
from tests.servers.service import Fault, event, stream

from .requests import answer, request, spec


@pytest.fixture(params=["aiohttp", "sdk"])
def client(request):
    return request.param


@pytest.fixture
def openai(openai_server, client):
    def one(fault: Fault, **config: Any) -> ModelOutput:
        openai_server.script(fault)
        model = spec("openai_api", openai_server.url, model_args={"client": client})
        (output,) = answer(model, request(**config))
        return output

    return one


@pytest.fixture
def anthropic(anthropic_server):
    def one(fault: Fault, **config: Any) -> ModelOutput:
        anthropic_server.script(fault)
        (output,) = answer(spec("anthropic_api", anthropic_server.url), request(**config))
        return output

    return one


def whole(message: Any, finish: str = "stop", **more: Any) -> Fault:
    return Fault(body={"choices": [{"index": 0, "message": message, "finish_reason": finish, **more}]})


def streamed(*deltas: Any, finish: str = "stop", **more: Any) -> Fault:
    events = [event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}) for delta in deltas]
    last = event({"choices": [{"index": 0, "delta": {}, "finish_reason": finish, **more}]})
    return stream(*events, last, event("[DONE]"))


@pytest.mark.parametrize("finish", ["content_filter", "content_filter: PROHIBITED_CONTENT", "SAFETY", "sensitive"])
@pytest.mark.parametrize("message", [None, {}, {"content": None}, {"content": ""}, {"content": []}])
def test_a_filtered_reply_is_an_empty_one_whatever_stands_in_for_its_message(finish, message, openai):
    for fault, streams in ((whole(message, finish), False), (streamed(message, finish=finish), True)):
        output = openai(fault, stream=streams)
        assert (output.text, output.stop_reason) == ("", "content_filter")


def test_a_choice_without_a_message_is_an_error_when_nothing_was_filtered(openai):
    with pytest.raises(TransientError, match="its choice holds no message"):
        openai(whole(None))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"object": "error", "message": "max model len is 7", "type": "BadRequestError", "code": 400}, RejectedError),
        ({"object": "error", "message": "max model len is 7", "type": "InternalServerError"}, TransientError),
        ({"message": "max model len is 7", "code": 429}, RateLimitedError),
        ({"detail": "max model len is 7"}, TransientError),
        ({"choices": None, "message": "max model len is 7"}, TransientError),
        ({"error": "max model len is 7"}, TransientError),
        ({"choices": [{"error": {"message": "max model len is 7", "code": 429}}]}, RateLimitedError),
        ({"choices": [{"error": "max model len is 7", "message": {"content": "so far"}}]}, TransientError),
        (
            {"choices": [{"error": {"message": "max model len is 7", "code": 502}, "finish_reason": "error"}]},
            TransientError,
        ),
        ({"choices": [{"message": {"error": {"message": "max model len is 7"}, "content": "x"}}]}, TransientError),
        ({"choices": [{"delta": {"error": {"message": "max model len is 7"}, "content": "x"}}]}, TransientError),
    ],
)
def test_an_error_with_http_200_keeps_its_words_and_is_no_answer(body, error, openai):
    for fault in (Fault(body=body), stream(event(body), event("[DONE]"))):
        if fault.chunks is None and "delta" in str(body):
            continue
        if fault.chunks is not None and "'message': {" in str(body) and "'error': 'max" not in str(body):
            continue  # a message in place of a delta
        with pytest.raises(ModelError, match="max model len is 7") as caught:
            openai(fault)
        assert type(caught.value) is error


BAD = [7, 0, False, True, {}, {"text": "x"}, [7], [None], [{"type": "image_url", "image_url": {"url": "x"}}],
       [{"type": "text", "text": "so far"}, {"type": "output_audio"}], [{"type": "text", "text": 7}],
       [["x"]]]  # fmt: skip


@pytest.mark.parametrize("content", BAD)
def test_content_that_is_not_text_is_an_error_of_the_service(content, openai):
    for fault in (whole({"content": content}), streamed({"content": "so far"}, {"content": content})):
        with pytest.raises(TransientError, match="instead of text"):
            openai(fault)


@pytest.mark.parametrize(
    ("message", "text", "reasoning"),
    [
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "ab", ""),
        ({"content": [{"text": "a"}, "b"]}, "ab", ""),
        ({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, "b"]}, "b", "hm"),
        ({"content": [{"type": "output_text", "text": "a"}]}, "a", ""),
        ({"content": "a", "reasoning": "hm", "reasoning_details": [{"text": "hm"}]}, "a", "hm"),
        ({"content": "a", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]}, "a", "hm"),
        ({"content": "a", "reasoning_details": [{"summary": "h"}, {"data": "=="}, {"summary": "m"}]}, "a", "hm"),
        ({"content": None, "refusal": "no"}, "no", ""),
    ],
)
def test_text_and_thinking_are_read_wherever_they_stand(message, text, reasoning, openai):
    for fault in (whole(message), streamed(message)):
        output = openai(fault)
        assert (output.text, output.reasoning) == (text, reasoning)


@pytest.mark.parametrize(
    "content", [7, "text", {}, None, [7], ["a"], [{"type": "text", "text": 7}], [{"type": "image", "source": {}}]]
)
def test_content_of_anthropics_messages_that_is_not_text_is_an_error(content, anthropic):
    with pytest.raises(TransientError, match="content"):
        anthropic(Fault(body={"type": "message", "content": content, "stop_reason": "end_turn"}))


@pytest.mark.parametrize("delta", [7, None, {"type": "text_delta", "text": 7}, {"type": "image"}])
def test_a_piece_of_anthropics_stream_that_is_not_text_is_an_error(delta, anthropic):
    events = [{"type": "content_block_delta", "delta": delta},
              {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}]  # fmt: skip
    with pytest.raises(TransientError, match="content"):
        anthropic(stream(*map(event, events)))


def test_anthropics_refusal_without_content_is_an_empty_reply(anthropic):
    output = anthropic(Fault(body={"type": "message", "content": None, "stop_reason": "refusal"}))
    assert (output.text, output.stop_reason) == ("", "content_filter")


@pytest.mark.parametrize("body", [{"object": "error", "message": "no such thing"}, {"message": "no such thing"}])
def test_an_error_in_anothers_form_keeps_its_words(body, anthropic):
    with pytest.raises(TransientError, match="no such thing"):
        anthropic(Fault(body=body))

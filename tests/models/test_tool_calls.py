"""Calls of functions: what is sent, what comes back whole or in pieces, and what is kept of it."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.values import Message, Sample, Tool, ToolCall
from evalscope_pytest.wire.request import Request
from evalscope_pytest.wire.tool_calls import CallDrafts
from tests.cost import at_most
from tests.servers.service import Answer, Fault, event, stream

from .requests import answer, spec

WEATHER = Tool("get_weather", "Weather of a town.", {"type": "object", "properties": {"town": {"type": "string"}}})
CALLS = (ToolCall("get_weather", '{"town": "Ur"}', "c1"), ToolCall("stop", "{}", "c2"))
HISTORY = (
    Message("user", "Weather?"),
    Message("assistant", "Let me see.", CALLS),
    Message("tool", "sunny", tool_call_id="c1"),
    Message("tool", "stopped", tool_call_id="c2"),
)


def asked(*messages: Message, **config) -> Request:
    return Request(messages or (Message("user", "Weather?"),), GenerationConfig(**config), tools=(WEATHER,))


def openai_call(call: ToolCall) -> dict:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def chat(message: dict) -> Fault:
    return Fault(body={"model": "m", "choices": [{"finish_reason": "tool_calls", "message": message}]})


def chunk(finish: str | None = None, **delta) -> bytes:
    return event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


@pytest.fixture(params=["aiohttp", "sdk"])
def openai(request, openai_server):
    """Ask an OpenAI-compatible service that does as scripted, with either client."""

    def one(request_: Request, fault: Fault | None = None):
        openai_server.script(fault)
        (output,) = answer(spec("openai_api", openai_server.url, model_args={"client": request.param}), request_)
        return output, openai_server.requests[-1].body

    return one


def test_definitions_calls_and_results_are_sent(openai):
    _, body = openai(asked(*HISTORY))
    function = {"name": "get_weather", "description": "Weather of a town.", "parameters": WEATHER.parameters}
    assert body["tools"] == [{"type": "function", "function": function}]
    assert body["messages"][1:] == [
        {"role": "assistant", "content": "Let me see.", "tool_calls": [openai_call(call) for call in CALLS]},
        {"role": "tool", "content": "sunny", "tool_call_id": "c1"},
        {"role": "tool", "content": "stopped", "tool_call_id": "c2"},
    ]


def test_nothing_is_said_of_tools_where_there_are_none(openai):
    _, body = openai(Request((Message("user", "Hi"),), GenerationConfig()))
    assert body == {"model": "org/M", "messages": [{"role": "user", "content": "Hi"}]}


def test_calls_of_a_whole_reply(openai):
    output, _ = openai(asked(), chat({"content": None, "tool_calls": [openai_call(call) for call in CALLS]}))
    assert (output.text, output.tool_calls, output.stop_reason) == ("", CALLS, "tool_calls")
    assert not output.empty


def test_arguments_as_an_object_and_calls_that_are_none(openai):
    calls = [{"function": {"name": "f", "arguments": {"a": 1}}}, "x", {"function": None}, {"function": {"name": 4}}]
    output, _ = openai(asked(), chat({"content": "", "tool_calls": calls}))
    assert output.tool_calls == (ToolCall("f", '{"a": 1}'), ToolCall("", ""))


def test_calls_in_pieces(openai):
    def piece(index: int, **more) -> dict:
        call_id = {"id": more.pop("id")} if "id" in more else {}
        return {"index": index, **call_id, "function": more}

    fault = stream(
        chunk(tool_calls=[piece(0, id="c1", name="get_weather", arguments="")]),
        chunk(tool_calls=[piece(0, arguments='{"town"')]),
        chunk(tool_calls=[piece(1, id="c2", name="stop", arguments="{}"), piece(0, arguments=': "Ur"}')]),
        chunk("tool_calls"),
        b"data: [DONE]\n\n",
    )
    output, _ = openai(asked(stream=True), fault)
    assert output.tool_calls == CALLS
    assert output.ttft_s is not None


def test_a_stream_of_endless_calls_is_bounded(openai):
    piece = [{"index": n, "function": {"name": "f", "arguments": "{}"}} for n in range(3000)]
    output, _ = openai(asked(stream=True), stream(chunk("tool_calls", tool_calls=piece), b"data: [DONE]\n\n"))
    assert len(output.tool_calls) == 1000


@pytest.fixture
def anthropic(anthropic_server):
    def one(request: Request, fault: Fault | None = None):
        anthropic_server.script(fault)
        (output,) = answer(spec("anthropic_api", anthropic_server.url), request)
        return output, anthropic_server.requests[-1].body

    return one


def test_anthropic_sends_definitions_calls_and_results(anthropic):
    _, body = anthropic(asked(*HISTORY))
    assert body["tools"] == [
        {"name": "get_weather", "description": "Weather of a town.", "input_schema": WEATHER.parameters}
    ]
    assert body["messages"] == [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Let me see."},
                {"type": "tool_use", "id": "c1", "name": "get_weather", "input": {"town": "Ur"}},
                {"type": "tool_use", "id": "c2", "name": "stop", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "c1", "content": "sunny"},
                {"type": "tool_result", "tool_use_id": "c2", "content": "stopped"},
            ],
        },
    ]


def test_anthropic_calls_of_a_whole_reply(anthropic):
    content = [
        {"type": "text", "text": "Let me see."},
        {"type": "tool_use", "id": "c1", "name": "get_weather", "input": {"town": "Ur"}},
        {"type": "tool_use", "id": "c2", "name": "stop", "input": {}},
    ]
    body = {"type": "message", "model": "m", "content": content, "stop_reason": "tool_use"}
    output, _ = anthropic(asked(), Fault(body=body))
    assert (output.text, output.tool_calls, output.stop_reason) == ("Let me see.", CALLS, "tool_calls")


def test_anthropic_calls_in_pieces(anthropic):
    def block(index: int, call: ToolCall, *pieces: str) -> list[bytes]:
        begun = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
        events = [{"type": "content_block_start", "index": index, "content_block": begun}]
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        return [event(one) for one in events]

    end = event({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}})
    fault = stream(*block(0, CALLS[0], "", '{"town": ', '"Ur"}'), *block(1, CALLS[1]), end)
    output, _ = anthropic(asked(stream=True), fault)
    assert output.tool_calls == CALLS
    assert output.ttft_s is not None


def test_the_mock_model_calls_what_its_right_reply_lists():
    right = json.dumps([{"name": "get_weather", "arguments": {"town": "Ur"}}])
    request = Request((Message("user", "?"),), GenerationConfig(), Sample("?"), right, tools=(WEATHER,))
    (output,) = answer(spec("mock_llm"), request)
    assert [(call.name, call.arguments) for call in output.tool_calls] == [("get_weather", '{"town": "Ur"}')]
    (plain,) = answer(spec("mock_llm"), Request(request.messages, request.config, request.sample, right))
    assert (plain.text, plain.tool_calls) == (right, ())


def test_an_answer_without_calls_is_text(openai, openai_server):
    openai_server.answer = lambda messages: Answer("It rains.")
    output, _ = openai(asked())
    assert (output.text, output.tool_calls) == ("It rains.", ())


def call(name: str | None = None, arguments: str | None = None, **more) -> dict:
    function = {k: v for k, v in (("name", name), ("arguments", arguments)) if v is not None}
    return {"type": "function", "function": function, **more}


F, G = ("f", '{"a":1}'), ("g", '{"b":2}')
STREAMS = {
    "whole, without index": [[call(*F, id="1")], [call(*G, id="2")]],
    "whole, without index and id": [[call(*F)], [call(*G)]],
    "whole, with an empty id": [[call(*F, id="")], [call(*G, id="")]],
    "whole, all of index 0": [[call(*F, id="1", index=0)], [call(*G, id="2", index=0)]],
    "whole, all of index 0, together": [[call(*F, id="1", index=0), call(*G, id="2", index=0)]],
    "together, without index": [[call(*F, id="1"), call(*G, id="2")]],
    "in pieces, without index": [[call("f", "", id="1")], [call(None, '{"a"')], [call(None, ":1}")],
                                 [call("g", '{"b":', id="2")], [call(None, "2}")]],
    "in pieces, all of index 0": [[call("f", '{"a"', id="1", index=0)], [call(None, ":1}", index=0)],
                                  [call("g", "", id="2", index=0)], [call(None, '{"b":2}', index=0)]],
    "side by side, without index": [[call("f", ""), call("g", "")], [call(None, '{"a":1}'), call(None, '{"b":2}')]],
    "an id drawn anew for each piece": [[call("f", "", id="x1", index=0)], [call(None, '{"a"', id="x2", index=0)],
                                        [call(None, ":1}", id="x3", index=0)], [call("g", '{"b":2}', id="y", index=1)]],
    "id and name in every piece": [[call("f", '{"a"', id="1", index=0)], [call("f", ":1}", id="1", index=0)],
                                   [call("g", '{"b":2}', id="2", index=1)]],
    "indices out of order": [[call(*G, id="2", index=1)], [call(*F, id="1", index=0)]],
    "index null": [[call(*F, id="1", index=None)], [call(*G, id="2", index=None)]],
    "one id for all": [[call(*F, id="call")], [call(*G, id="call")]],
}  # fmt: skip


@pytest.mark.parametrize("pieces", STREAMS.values(), ids=STREAMS)
def test_streamed_calls_are_told_apart_whatever_they_are_numbered_by(pieces, openai):
    chunks = [chunk(tool_calls=piece) for piece in pieces]
    output, _ = openai(asked(stream=True), stream(*chunks, chunk("tool_calls"), b"data: [DONE]\n\n"))
    assert [(c.name, c.arguments) for c in output.tool_calls] == [F, G]


@pytest.mark.parametrize("ids", [("1", "2"), ("", ""), ("same", "same")])
@pytest.mark.parametrize("indices", [(None, None), (0, 0), (0, 1)])
def test_whole_calls_of_a_whole_reply_are_told_apart(ids, indices, openai):
    calls = [call(*F, id=ids[0], index=indices[0]), call(*G, id=ids[1], index=indices[1])]
    output, _ = openai(asked(), chat({"content": None, "tool_calls": calls}))
    assert [(c.name, c.arguments) for c in output.tool_calls] == [F, G]
    assert [c.id for c in output.tool_calls] == list(ids)


def test_two_calls_of_the_same_function_stay_two(openai):
    pieces = [chunk(tool_calls=[call("f", '{"a":1}', id=str(n), index=0)]) for n in range(3)]
    output, _ = openai(asked(stream=True), stream(*pieces, chunk("tool_calls"), b"data: [DONE]\n\n"))
    assert [(c.name, c.arguments, c.id) for c in output.tool_calls] == [(*F, "0"), (*F, "1"), (*F, "2")]


def test_a_stream_that_repeats_id_and_name_for_ever_takes_no_time():
    drafts = CallDrafts()
    with at_most(cpu_s=3):
        for _ in range(50_000):
            drafts.take([call("f", '{"a": "' + "x" * 20, id="1", index=0)])
    assert len(drafts.calls()) == 1

"""Interfaces: what is sent, how replies are read, and interfaces of the user's own; against a service on loopback."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.cli.main import main
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.perf.data.prompts import Conversation, RequestTemplate, Turn, single
from evalscope_pytest.perf.load.connection import Exchange
from evalscope_pytest.perf.load.load_generator import Workload
from evalscope_pytest.perf.load.load_point import LoadPoint
from evalscope_pytest.perf.load.parse import Reply, read
from evalscope_pytest.perf.load.processes import measure_together
from evalscope_pytest.perf.load.session import measure
from evalscope_pytest.perf.measure.result import Result
from evalscope_pytest.perf.output.records import read_requests
from evalscope_pytest.wire.dialects import find, interface_of
from evalscope_pytest.wire.prompt import Prompt
from tests.servers.service import event

from .service import Pace, PerfService, delta, endpoint, stream_of, undisturbed, usage


class AnyService(PerfService):
    """Answers at any path: with the writes as a stream, or with one JSON value."""

    routes = ("/{path:.*}",)
    content_type = "text/event-stream"
    reply: Any = None

    async def _reply(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        if not self.writes:
            return web.json_response(self.reply)
        response = web.StreamResponse(headers={"Content-Type": self.content_type})
        await response.prepare(request)
        for place, chunk in enumerate(self.writes):
            await asyncio.sleep(self.pace.gap_s if place else self.pace.ttft_s)
            await response.write(chunk)
        await response.write_eof()
        return response


@pytest.fixture
def service():
    with AnyService() as server:
        yield server


def one(service: AnyService, interface: str, *conversations: Conversation, requests: int = 1, **fields: Any) -> Result:
    """What a request to an interface gives."""
    form = RequestTemplate(interface, {"model": "m", "stream": bool(service.writes), **fields})
    path = find(interface).path
    sent = Workload(form, conversations or [single("Hi")])
    return measure(endpoint(f"{service.origin}{path}"), sent, LoadPoint(requests=requests))


def named(kind: str, **fields: Any) -> bytes:
    """An event of the Responses interface."""
    return f"event: {kind}\n".encode() + event({"type": kind, **fields})


def reply_of(interface: str, *reads: bytes, event_stream: bool = True) -> Reply:
    """What is read from pieces that came at 1, 2, 3 ... seconds."""
    stamps = [float(n) for n in range(1, len(reads) + 1)]
    exchange = Exchange(status=200, pieces=list(reads), stamps=stamps, event_stream=event_stream)
    return asyncio.run(read(exchange, find(interface).reader))


COUNTS = {
    "input_tokens": 11,
    "output_tokens": 9,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens_details": {"reasoning_tokens": 2},
}
COMPLETED = named("response.completed", response={"status": "completed", "usage": COUNTS})


class TestResponses:
    def test_a_stream_is_measured(self, service):
        service.pace = Pace(0.05, 0.02)
        service.writes = [
            named("response.created", response={"status": "in_progress", "usage": None, "error": None}),
            named("response.reasoning_text.delta", delta="hm"),
            named("response.output_text.delta", delta="Hel"),
            named("response.output_text.delta", delta="lo"),
            named("response.output_text.done", text="Hello"),
            COMPLETED,
        ]
        result = undisturbed(
            lambda: one(service, "responses", max_tokens=9, stream_options={"include_usage": True}),
            lambda found: (
                len(found.requests[0].stamps) == 3 and found.requests[0].ttfot - found.requests[0].ttft > 0.015
            ),
        )
        assert result.failures == ()
        request = result.requests[0]
        tokens = request.tokens
        assert (tokens.input, tokens.output, tokens.reasoning, tokens.cached) == (11, 9, 2, 4)
        assert (request.events, len(request.stamps), tokens.source) == (3, 3, "usage")
        assert request.ttft > 0.06  # the first event is no output
        assert request.ttfot > request.ttft + 0.015
        body = service.requests[0].body
        assert service.requests[0].path == "/responses"
        assert body == {
            "model": "m",
            "stream": True,
            "max_output_tokens": 9,
            "input": [{"role": "user", "content": "Hi"}],
        }

    def test_whole_replies(self, service):
        service.reply = {
            "status": "completed",
            "error": None,
            "usage": COUNTS,
            "output": [
                {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "content": None},
                {"type": "message", "content": [{"type": "output_text", "text": "Hello"}]},
            ],
        }
        result = one(service, "responses")
        assert (result.succeeded, result.requests[0].tokens.output, result.ttft.count) == (1, 9, 0)

    def test_turns_carry_the_replies_before_them(self, service):
        service.writes = [named("response.output_text.delta", delta="Hello"), COMPLETED]
        one(service, "responses", Conversation((Turn("a"), Turn("b"))))
        assert [m["content"] for m in service.requests[1].body["input"]] == ["a", "Hello", "b"]

    def test_pictures_have_the_interfaces_own_shape(self):
        parts = [
            {"type": "text", "text": "What?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}},
        ]
        body = json.loads(RequestTemplate("responses", {}).body(Turn([{"role": "user", "content": parts}])))
        assert body["input"][0]["content"] == [
            {"type": "input_text", "text": "What?"},
            {"type": "input_image", "image_url": "data:image/png;base64,AA"},
        ]

    def test_a_tool_call_is_output_from_its_name_on(self):
        found = reply_of(
            "responses",
            named("response.output_item.added", item={"type": "message"}),
            named("response.output_item.added", item={"type": "function_call", "name": "f"}),
            named("response.function_call_arguments.delta", delta='{"a"'),
            COMPLETED,
        )
        assert list(found.stamps) == [2.0, 3.0]
        assert found.first_answer == 2.0

    @pytest.mark.parametrize(
        ("last", "words"),
        [
            (named("response.failed", response={"status": "failed", "error": {"message": "no memory"}}), "no memory"),
            (named("error", code="server_error", message="it broke"), "it broke"),
            (event({"error": {"message": "gateway"}}), "gateway"),
            (b"", "stopped without an end mark"),
            (event("nonsense"), "not JSON"),
            (event("[1]"), "is not a JSON object"),
        ],
    )
    def test_what_makes_a_stream_a_failure(self, last, words):
        assert words in reply_of("responses", named("response.output_text.delta", delta="a"), last).error

    def test_a_reply_that_met_its_limit_is_a_success(self):
        end = named("response.incomplete", response={"status": "incomplete", "usage": {"output_tokens": 3}})
        found = reply_of("responses", named("response.output_text.delta", delta="a"), end)
        assert not found.error
        assert found.tokens(None, 0).output == 3

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"output": [], "error": {"message": "no"}}', b"<html>"])
    def test_a_body_without_an_answer_is_a_failure(self, body):
        assert reply_of("responses", body, event_stream=False).error


def increment(finish: str = "null", output: int = 1, **message: Any) -> bytes:
    """An event of DashScope's."""
    choice = {"message": {"role": "assistant", **message}, "finish_reason": finish}
    counts = {"input_tokens": 5, "output_tokens": output, "output_tokens_details": {"reasoning_tokens": 1}}
    data = {"output": {"choices": [choice]}, "usage": counts, "request_id": "r"}
    return b"id:1\nevent:result\n:HTTP_STATUS/200\ndata:" + json.dumps(data).encode() + b"\n\n"


class TestDashScope:
    def test_a_stream_is_asked_for_by_a_header(self, service, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        service.writes = [
            increment(output=1, content="", reasoning_content="hm"),
            increment(output=3, content="Hel", reasoning_content=""),
            increment("stop", output=4, content="lo"),
        ]
        words = "--api dashscope --model m --prompt Hi -n 2 --max-tokens 7 --no-timestamp --name d"
        assert main(["perf", "--url", f"{service.origin}/api/v1", *words.split()]) == 0
        received = service.requests[-1]
        assert received.path == "/api/v1/services/aigc/text-generation/generation"
        assert received.headers["x-dashscope-sse"] == "enable"
        assert received.body == {
            "model": "m",
            "input": {"messages": [{"role": "user", "content": "Hi"}]},
            "parameters": {
                "max_tokens": 7,
                "temperature": 0.0,
                "result_format": "message",
                "incremental_output": True,
            },
        }
        first = next(iter(read_requests(tmp_path / "outputs" / "perf" / "d" / "parallel_1" / "requests.jsonl")))
        assert (first.tokens.output, first.tokens.reasoning, first.tokens.source) == (4, 1, "usage")

    def test_parts_are_named_by_their_kind(self):
        parts = [
            {"type": "text", "text": "Which?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,aa", "detail": "low"}},
            {"type": "input_audio", "input_audio": {"data": "data:audio/wav;base64,bb", "format": "wav"}},
            {"type": "video_url", "video_url": {"url": "data:video/mp4;base64,cc"}, "fps": 2},
            {"type": "video", "video": ["data:image/jpeg;base64,dd"] * 4, "fps": 1.5},
        ]
        prompt = Prompt([{"role": "system", "content": "Be brief."}, {"role": "user", "content": parts}])
        system, user = interface_of("dashscope", "http://h/api/v1")[0].write(prompt, {"model": "m"})["input"][
            "messages"
        ]
        assert system == {"role": "system", "content": [{"text": "Be brief."}]}
        assert user["content"] == [
            {"text": "Which?"},
            {"image": "data:image/png;base64,aa"},
            {"audio": "data:audio/wav;base64,bb"},
            {"video": "data:video/mp4;base64,cc", "fps": 2},
            {"video": ["data:image/jpeg;base64,dd"] * 4, "fps": 1.5},
        ]

    def test_whole_replies_need_no_header(self, service):
        service.reply = {"output": {"choices": [{"message": {"content": [{"text": "a"}]}}]}, "usage": {}}
        assert one(service, "dashscope").succeeded == 1
        assert "incremental_output" not in service.requests[0].body["parameters"]

    def test_an_error_inside_a_stream_is_a_failure(self):
        assert "stopped without an end mark" in reply_of("dashscope", increment(content="a")).error
        broken = b'event:error\ndata:{"code": "InternalError", "message": "it broke", "request_id": "r"}\n\n'
        assert "it broke" in reply_of("dashscope", increment(content="a"), broken).error
        assert reply_of("dashscope", b'{"code": "InvalidApiKey", "message": "bad key"}', event_stream=False).error


def messages_event(kind: str, **fields: Any) -> bytes:
    """An event of Anthropic's Messages."""
    return f"event: {kind}\n".encode() + event({"type": kind, **fields})


def block(text: str, kind: str = "text", index: int = 0) -> bytes:
    return messages_event("content_block_delta", index=index, delta={"type": f"{kind}_delta", kind: text})


START = messages_event("message_start", message={"content": [], "usage": {"input_tokens": 3, "output_tokens": 1}})
STOP = [
    messages_event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 9}),
    messages_event("message_stop"),
]


class TestAnthropic:
    @pytest.mark.parametrize("ending", ["", "/v1", "/v1/messages"])
    def test_a_stream_is_measured_with_key_and_version(self, service, tmp_path, monkeypatch, ending):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary-key-0123456789")
        monkeypatch.setenv("OPENAI_API_KEY", "key-of-another-provider")
        service.writes = [
            START,
            messages_event("ping"),
            messages_event("content_block_start", index=0, content_block={"type": "thinking", "thinking": ""}),
            block("hm", "thinking"),
            messages_event("content_block_start", index=1, content_block={"type": "text", "text": ""}),
            block("Hel", index=1),
            block("lo", index=1),
            *STOP,
        ]
        words = "--api anthropic --model m --prompt Hi -n 2 --max-tokens 7 --stop END --no-timestamp --name a"
        assert main(["perf", "--url", f"{service.origin}{ending}", *words.split()]) == 0
        received = service.requests[-1]
        assert received.path == "/v1/messages"
        assert received.headers["x-api-key"] == "canary-key-0123456789"
        assert received.headers["anthropic-version"] == "2023-06-01"
        assert "authorization" not in received.headers
        assert received.body == {
            "model": "m",
            "stream": True,
            "max_tokens": 7,
            "temperature": 0.0,
            "stop_sequences": ["END"],
            "messages": [{"role": "user", "content": "Hi"}],
        }
        folder = tmp_path / "outputs" / "perf" / "a"
        first = next(iter(read_requests(folder / "parallel_1" / "requests.jsonl")))
        assert (first.error, first.events, first.tokens.source) == ("", 3, "usage")
        assert (first.tokens.input, first.tokens.output, first.tokens.reasoning) == (3, 9, 1)
        assert "canary-key" not in "".join(file.read_text() for file in folder.rglob("*.*") if file.suffix != ".gz")

    def test_an_address_of_messages_means_this_interface(self):
        assert interface_of("openai", "http://host/v1/messages")[0].name == "anthropic"

    def test_system_turns_pictures_and_calls_have_the_interfaces_shape(self):
        call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
        image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}
        turn = Turn(
            [
                {"role": "system", "content": [{"type": "text", "text": "Be brief."}]},
                {"role": "user", "content": [{"type": "text", "text": "What?"}, image]},
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "content": "one", "tool_call_id": "c1"},
                {"role": "user", "content": [{"type": "image_url", "image_url": "http://host/a.png"}]},
            ]
        )
        body = json.loads(RequestTemplate("anthropic", {"model": "m"}).body(turn))
        picture = {"type": "base64", "media_type": "image/png", "data": "AA"}
        assert body == {
            "model": "m",
            "max_tokens": 4096,
            "system": "Be brief.",
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "What?"}, {"type": "image", "source": picture}]},
                {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "one"}]},
                {
                    "role": "user",
                    "content": [{"type": "image", "source": {"type": "url", "url": "http://host/a.png"}}],
                },
            ],
        }

    def test_whole_replies_and_cached_input(self, service):
        usage = {"input_tokens": 3, "cache_read_input_tokens": 8, "cache_creation_input_tokens": 2, "output_tokens": 7}
        content = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Hello"}]
        service.reply = {"type": "message", "content": content, "stop_reason": "end_turn", "usage": usage}
        tokens = one(service, "anthropic").requests[0].tokens
        assert (tokens.input, tokens.cached, tokens.output) == (13, 8, 7)
        found = reply_of("anthropic", json.dumps(service.reply).encode(), event_stream=False)
        assert (found.text, found.reasoning_texts) == ("Hello", ["hm"])

    def test_later_usage_without_the_cache_keeps_the_cached_input(self):
        first = {"input_tokens": 3, "cache_read_input_tokens": 8, "output_tokens": 1}
        start = messages_event("message_start", message={"usage": first})
        end = messages_event(
            "message_delta", delta={"stop_reason": "end_turn"}, usage={"input_tokens": 3, "output_tokens": 5}
        )
        tokens = reply_of("anthropic", start, block("a"), end).tokens(None, 0)
        assert (tokens.input, tokens.cached, tokens.output) == (11, 8, 5)

    def test_a_tool_call_is_output_from_its_name_on(self):
        begun = messages_event("content_block_start", content_block={"type": "tool_use", "id": "c", "name": "f"})
        piece = messages_event("content_block_delta", delta={"type": "input_json_delta", "partial_json": '{"a"'})
        found = reply_of("anthropic", START, begun, piece, *STOP)
        assert list(found.stamps) == [2.0, 3.0]
        assert found.first_answer == 2.0

    @pytest.mark.parametrize(
        ("last", "words"),
        [
            (messages_event("error", error={"type": "overloaded_error", "message": "Overloaded"}), "Overloaded"),
            (event({"error": {"message": "gateway"}}), "gateway"),
            (b"", "stopped without an end mark"),
            (event("nonsense"), "not JSON"),
            (event("[1]"), "is not a JSON object"),
            (messages_event("content_block_delta", delta={"type": "text_delta", "text": 7}), "cannot be read"),
            (messages_event("content_block_delta", delta=None), "cannot be read"),
        ],
    )
    def test_what_makes_a_stream_a_failure(self, last, words):
        assert words in reply_of("anthropic", START, block("a"), last).error

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"{}", b'{"type": "error", "error": {"message": "no"}}', b'{"content": [7]}', b"<html>"]
    )
    def test_a_body_without_an_answer_is_a_failure(self, body):
        assert reply_of("anthropic", body, event_stream=False).error

    def test_turns_carry_the_replies_before_them(self, service):
        service.writes = [START, block("Hello"), *STOP]
        one(service, "anthropic", Conversation((Turn("a"), Turn("b"))))
        assert [m["content"] for m in service.requests[1].body["messages"]] == ["a", "Hello", "b"]


MINIMAL = """
def request(prompt, fields):
    return {"input_text": prompt.text, "n": fields["max_tokens"], "stream": fields["stream"]}


def read(event):
    return event["token"]
"""
FULL = '''
"""Two services in one file."""
from __future__ import annotations

from dataclasses import dataclass

from evalscope_pytest.wire import Delta


@dataclass
class Mine:
    path: str = "/generate"

    headers = {"X-Version": 2}

    def request(self, prompt, fields):
        return {"talk": [m["content"] for m in prompt.messages]}

    def read(self, event):
        if event == "over":
            return Delta(finished=True)
        return Delta(
            text=event.get("t", ""),
            reasoning=event.get("r", ""),
            called="f" in event,
            output_tokens=event.get("n"),
            input_tokens=event.get("in"),
            error=event.get("oops", ""),
        )

    def read_whole(self, reply):
        return Delta(text=reply["text"], output_tokens=reply["n"], input_tokens=4, cached_tokens=1, reasoning_tokens=2)


class Strict(Mine):
    finishes = True


class Lines:
    stream = "lines"

    def request(self, prompt, fields):
        return {"prompt": prompt.text}

    def read(self, event):
        return event.get("response")
'''


@pytest.fixture
def minimal(tmp_path) -> Path:
    file = tmp_path / "mine.py"
    file.write_text(MINIMAL)
    return file


@pytest.fixture
def full(tmp_path) -> Path:
    file = tmp_path / "full.py"
    file.write_text(FULL)
    return file


class TestOwn:
    def test_ten_lines_are_enough(self, service, minimal, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        service.writes, service.pace = [event({"token": word}) for word in ("a", "", "b", "c")], Pace(0.03, 0.01)
        words = f"--api {minimal} --model m --prompt Hi -n 3 --max-tokens 7 --no-timestamp --name own --goodput ttft:9s"
        assert main(["perf", "--url", f"{service.origin}/any/where", *words.split()]) == 0
        assert {r.path for r in service.requests} == {"/any/where"}
        assert service.requests[0].body == {"input_text": "Hi", "n": 7, "stream": True}
        summary = json.loads((tmp_path / "outputs" / "perf" / "own" / "summary.json").read_text())["results"][0]
        assert (summary["succeeded"], summary["token_sources"]) == (3, {"chunks": 3})
        assert summary["output_tokens"]["mean"] == 3
        assert 0.025 < summary["ttft"]["min"] < summary["latency"]["min"]

    def test_a_file_of_one_name_in_another_folder_is_another(self, tmp_path, monkeypatch):
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "own.py").write_text(f"path = '/{name}'\n{MINIMAL}")
        paths = []
        for name in ("a", "b"):
            monkeypatch.chdir(tmp_path / name)
            paths.append(find("own.py").path)
        assert paths == ["/a", "/b"]

    def test_events_may_be_cut_anywhere(self, service, minimal):
        whole = b"".join(event({"token": f"wörd{n}"}) for n in range(5))
        service.writes, service.pace = [whole[at : at + 7] for at in range(0, len(whole), 7)], Pace(0, 0.001)
        result = one(service, str(minimal), max_tokens=1)
        assert (result.failures, result.requests[0].events) == ((), 5)

    def test_a_class_says_more(self, service, full):
        service.writes = [
            event({"r": "hm", "n": 1}),
            event({"t": "a", "n": 3, "in": 8}),
            event({"f": 1}),
            event({"t": "b", "n": 5}),
            event("over"),
        ]
        result = one(service, f"{full}:Mine", Conversation((Turn("one"), Turn("two"))))
        assert result.failures == ()
        request = result.requests[0]
        assert (request.tokens.input, request.tokens.output, request.tokens.source) == (8, 5, "usage")
        assert (request.tokens.reasoning, request.events) == (1, 4)
        assert service.requests[0].path == "/generate"
        assert service.requests[1].body == {"talk": ["one", "ab", "two"]}

    def test_a_stream_that_stops_before_its_end_may_be_told_from_one_that_ends(self, full):
        cut, whole = [event({"t": "a"})], [event({"t": "a"}), event("over")]
        assert not reply_of(f"{full}:Mine", *cut).error
        assert "stopped without an end mark" in reply_of(f"{full}:Strict", *cut).error
        assert not reply_of(f"{full}:Strict", *whole).error

    def test_whole_replies_have_a_reader_of_their_own(self, service, full):
        service.reply = {"text": "hello", "n": 6}
        tokens = one(service, f"{full}:Mine").requests[0].tokens
        assert (tokens.input, tokens.output, tokens.reasoning, tokens.cached) == (4, 6, 2, 1)

    def test_headers_and_path_come_from_the_file(self, service, full, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        service.writes = [event({"t": "a"})]
        words = f"--api {full}:Mine --model m --prompt Hi -n 1 --no-timestamp"
        assert main(["perf", "--url", service.origin, *words.split()]) == 0
        assert service.requests[0].path == "/generate"
        assert service.requests[0].headers["x-version"] == "2"
        assert main(["perf", "--url", service.origin, "--headers", "x-version=3", "--name", "b", *words.split()]) == 0
        assert service.requests[-1].headers["x-version"] == "3"

    def test_streams_of_lines(self, service, full):
        service.content_type = "application/x-ndjson"
        lines = [json.dumps({"response": f" {n}"}).encode() + b"\n" for n in range(4)] + [b'{"done": true}\n']
        whole = b"".join(lines)
        service.writes, service.pace = [whole[:20], whole[20:33], whole[33:]], Pace(0.02, 0.02)
        request = undisturbed(
            lambda: one(service, f"{full}:Lines").requests[0],
            lambda found: len(found.stamps) == 2 and found.ttft < 0.06,
        )
        assert (request.error, request.events, len(request.stamps)) == ("", 4, 2)
        assert 0.015 < request.ttft < 0.06

    def test_a_whole_reply_of_such_a_service_is_no_stream(self, service, full):
        service.reply = {"response": "all of it"}
        request = one(service, f"{full}:Lines").requests[0]
        assert (request.error, request.ttft) == ("", None)

    def test_several_processes_load_the_file_each(self, service, minimal):
        service.writes = [event({"token": "a"})]
        sent = Workload(
            RequestTemplate(str(minimal), {"stream": True, "max_tokens": 1}), [single(f"p{n}") for n in range(6)]
        )
        result = measure_together(endpoint(service.origin), sent, LoadPoint(concurrency=2, requests=6), 2)
        assert (result.succeeded, result.failures) == (6, ())

    def test_an_error_of_the_service_is_told_by_the_reader(self, service, full):
        service.writes = [event({"t": "a"}), event({"oops": "no memory"})]
        assert one(service, f"{full}:Mine").failures[0].reason == "error inside the stream: no memory"

    def test_errors_of_the_users_code_are_failures_with_their_line(self, service, minimal):
        service.writes = [event({"token": "a"}), event({"word": "b"})]
        result = one(service, str(minimal), requests=3, max_tokens=1)
        assert [(f.reason, f.count) for f in result.failures] == [("mine.py:7: KeyError: 'token'", 3)]
        service.requests.clear()
        result = one(service, str(minimal), requests=2)  # no max_tokens
        assert not result.valid
        assert [(f.reason, f.count) for f in result.failures] == [("mine.py:3: KeyError: 'max_tokens'", 2)]
        assert service.requests == []

    @pytest.mark.parametrize(
        ("returned", "words"),
        [("3", "read() gave int 3"), ("['a']", "read() gave list ['a']"), ("{}", "read() gave dict {}")],
    )
    def test_what_a_reader_may_not_return(self, service, tmp_path, returned, words):
        file = tmp_path / "odd.py"
        file.write_text(f"def request(prompt, fields):\n    return {{}}\n\ndef read(event):\n    return {returned}\n")
        service.writes = [event({})]
        assert words in one(service, str(file)).failures[0].reason

    @pytest.mark.parametrize(
        ("returned", "words"),
        [("'text'", "request() gave str 'text'"), ("None", "gave nothing"), ("{'a': object()}", "is not JSON")],
    )
    def test_what_is_no_request(self, service, tmp_path, returned, words):
        file = tmp_path / "odd.py"
        file.write_text(f"def request(prompt, fields):\n    return {returned}\n\ndef read(event):\n    return ''\n")
        assert words in one(service, str(file)).failures[0].reason
        assert service.requests == []

    def test_a_text_that_is_none_is_a_failure_and_no_crash(self, service, tmp_path):
        file = tmp_path / "odd.py"
        file.write_text(
            "from evalscope_pytest.wire import Delta\n"
            "def request(prompt, fields):\n    return {}\n"
            "def read(event):\n    return Delta(text=event['t'], output_tokens=event['n'])\n"
        )
        service.writes = [event({"t": None, "n": None}), event({"t": 3, "n": None})]
        assert "read() gave a Delta.text that is int 3" in one(service, str(file)).failures[0].reason
        service.writes = [event({"t": "a", "n": "five"})]
        assert "Delta.output_tokens that is str 'five'" in one(service, str(file)).failures[0].reason

    @pytest.mark.parametrize(
        ("code", "name", "words"),
        [
            (None, "", "no such file"),
            ("def request(prompt, fields):\n    pass\n", "", "no function 'read'"),
            ("def read(event):\n    pass\n", "", "no function 'request'"),
            ("def request(:\n", "", "odd.py:1: "),
            ("import sys\nsys.exit(3)\n", "", "odd.py:2: SystemExit"),
            ("import nowhere_at_all\n", "", "odd.py:1: ModuleNotFoundError"),
            (FULL, ":Mein", "Did you mean 'Mine'?"),
            (MINIMAL + "path = 'generate'\n", "", "does not begin with a slash"),
            (MINIMAL + "stream = 'words'\n", "", '"events" or "lines"'),
            ("class C:\n    def __init__(self, x):\n        pass\n", ":C", "cannot be made"),
        ],
    )
    def test_a_wrong_file_is_told_before_anything_is_sent(self, service, tmp_path, capsys, code, name, words):
        file = tmp_path / "odd.py"
        if code is not None:
            file.write_text(code)
        arguments = ["--api", f"{file}{name}", "--model", "m", "--prompt", "Hi", "-n", "1"]
        assert main(["perf", "--url", service.origin, *arguments]) == 4
        said = capsys.readouterr().err
        assert words in said
        assert said.count("\n") == 1
        assert service.requests == []

    def test_a_prompt_of_which_no_request_can_be_made_is_told_before(
        self, service, minimal, tmp_path, capsys, monkeypatch
    ):
        monkeypatch.chdir(tmp_path)
        words = f"--api {minimal} --model m --prompt Hi -n 1"  # no --max-tokens
        assert main(["perf", "--url", service.origin, *words.split()]) == 4
        assert "mine.py:3: KeyError: 'max_tokens'" in capsys.readouterr().err
        assert service.requests == []


@pytest.mark.parametrize(
    ("api", "url", "name", "path"),
    [
        ("openai", "http://h/v1", "chat", "/v1/chat/completions"),
        ("openai", "http://h", "chat", "/v1/chat/completions"),
        ("openai", "http://h/v1/completions", "completions", "/v1/completions"),
        ("openai", "http://h/x/chat/completions", "chat", "/x/chat/completions"),
        ("openai", "http://h/v1/responses", "responses", "/v1/responses"),
        ("responses", "http://h/v1", "responses", "/v1/responses"),
        ("openai_responses", "http://h/openai", "responses", "/openai"),
        ("embedding", "http://h/v1/", "embedding", "/v1/embeddings"),
        ("openai_rerank", "http://h/v1/reranks", "rerank", "/v1/reranks"),
        ("dashscope", "http://h/api/v1", "dashscope", "/api/v1/services/aigc/text-generation/generation"),
    ],
)
def test_which_interface_is_meant(api, url, name, path):
    interface, whole = interface_of(api, url)
    assert (interface.name, whole) == (name, f"http://h{path}")


@pytest.mark.parametrize(
    ("api", "words"),
    [
        ("custom", "Write --api mine.py"),
        ("open_ai", "Did you mean 'openai'?"),
    ],
)
def test_an_api_that_is_none(api, words):
    with pytest.raises(ConfigError) as caught:
        interface_of(api, "http://h/v1")
    assert words in str(caught.value)


@pytest.mark.parametrize("interface", ["chat", "completions", "responses", "dashscope"])
@pytest.mark.parametrize("content", ["Hi", [{"role": "user", "content": "Hi"}]])
def test_interfaces_for_texts_take_texts_and_messages(interface, content):
    assert "Hi" in RequestTemplate(interface, {"model": "m"}).body(Turn(content)).decode()


@pytest.mark.parametrize("interface", ["chat", "completions", "embedding", "rerank", "responses"])
def test_a_whole_body_wins_over_options(interface):
    body = json.loads(RequestTemplate(interface, {"model": "m", "top_p": 1}).body(Turn({"model": "other", "k": 3})))
    assert body == {"model": "other", "top_p": 1, "k": 3}


@pytest.mark.parametrize("interface", ["chat", "responses", "dashscope"])
def test_token_ids_do_not_fit_where_messages_are_asked_for(interface):
    with pytest.raises(ConfigError, match="does not fit"):
        RequestTemplate(interface, {}).body(Turn([1, 2, 3]))


def test_completions_take_ids_and_the_whole_conversation():
    form = RequestTemplate("completions", {})
    assert json.loads(form.body(Turn([1, 2, 3])))["prompt"] == [1, 2, 3]
    history = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    assert json.loads(form.body(Turn("c"), history))["prompt"] == "a\nb\nc"


def test_each_request_draws_its_own_length_and_each_load_the_same(service):
    service.writes = stream_of(2)
    form = RequestTemplate("chat", {"stream": True}, lengths=(10, 1000), seed=1)
    sent = Workload(form, [single("a"), single("b", 1)])
    for _ in range(2):
        measure(endpoint(service.chat), sent, LoadPoint(concurrency=1, requests=8))
    asked = [r.body["max_tokens"] for r in service.requests]
    assert asked[:8] == asked[8:]
    assert len(set(asked)) > 5
    assert all(10 <= n <= 1000 for n in asked)
    own = Workload(form, [Conversation((Turn("a", parameters={"max_tokens": 3}),))])
    measure(endpoint(service.chat), own, LoadPoint(requests=1))
    assert service.requests[-1].body["max_tokens"] == 3


STREAMS = {
    "chat": [delta(content="ä"), delta(reasoning="b"), delta(content="c"), delta("stop"), usage(3), event("[DONE]")],
    "responses": [
        named("response.reasoning_summary_text.delta", delta="ä"),
        named("response.output_text.delta", delta="b"),
        COMPLETED,
    ],
    "dashscope": [increment(content="ä"), increment(reasoning_content="b"), increment("stop", content="c")],
}


@given(name=st.sampled_from(sorted(STREAMS)), cuts=st.lists(st.integers(0, 2000), max_size=12))
def test_where_reads_are_cut_changes_no_reply(name, cuts):
    whole = b"".join(STREAMS[name])
    places = [0, *sorted(cut % (len(whole) + 1) for cut in cuts), len(whole)]
    at_once, in_pieces = reply_of(name, whole), reply_of(name, *(whole[a:b] for a, b in pairwise(places) if a < b))
    assert not in_pieces.error
    assert (in_pieces.text, in_pieces.events, in_pieces.usage) == (at_once.text, at_once.events, at_once.usage)


_VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["response.completed", "response.failed"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "delta", "response", "usage", "output", "choices", "message", "content", "summary", "item",
                 "name", "error", "status", "finish_reason", "text", "input_tokens", "output_tokens_details"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(_VALUES)
def test_no_json_makes_reading_raise(value):
    for name in ("responses", "dashscope"):
        reply_of(name, event(json.dumps(value)))
        reply_of(name, json.dumps(value).encode(), event_stream=False)

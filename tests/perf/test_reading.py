"""Event streams: what counts as output, whose stamp it has, and what is an error."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.perf.load.connection import Exchange
from evalscope_pytest.perf.load.parse import Reply, read
from evalscope_pytest.wire.sse import END, EventParser, LineParser, Parser
from tests.cost import grows_linearly
from tests.servers.service import event

from .service import delta, usage


def reply(*reads: bytes, status: int = 200, event_stream: bool = True) -> Reply:
    """What is read from pieces that came at 1, 2, 3 ... seconds."""
    stamps = [float(n) for n in range(1, len(reads) + 1)]
    exchange = Exchange(status=status, pieces=list(reads), stamps=stamps, event_stream=event_stream)
    return asyncio.run(read(exchange))


def split(splitter: Parser, pieces: list[bytes]) -> list[tuple[int, bytes]]:
    """The events of pieces, each with the number of the piece that completed it."""
    return [(number, data) for number, piece in enumerate([*pieces, END]) for data in splitter.feed(piece)]


def test_role_deltas_empty_deltas_and_usage_are_no_output():
    found = reply(
        delta(role="assistant", content=""),
        delta(content="a"),
        delta(content=""),
        delta(content="b"),
        delta("stop"),
        usage(2),
        event("[DONE]"),
    )
    assert list(found.stamps) == [2.0, 4.0]
    assert found.events == 2
    assert found.text == "ab"
    assert found.tokens(None, 0).output == 2
    assert found.tokens(None, 0).source == "usage"


def test_reasoning_is_output_and_the_first_answer_comes_after_it():
    found = reply(delta(reasoning_content="hm"), delta(reasoning="so"), delta(content="a"), delta("stop"))
    assert list(found.stamps) == [1.0, 2.0, 3.0]
    assert found.first_answer == 3.0
    assert found.tokens(None, 0).reasoning == 2


def test_reasoning_tokens_of_usage_count_before_chunks():
    found = reply(delta(reasoning_content="hm"), usage(9, completion_tokens_details={"reasoning_tokens": 7}))
    tokens = found.tokens(None, 0)
    assert (tokens.output, tokens.reasoning) == (9, 7)


def test_a_tool_call_is_output_from_its_name_on():
    calls = [{"index": 0, "id": "c"}], [{"index": 0, "function": {"name": "f"}}]
    found = reply(*(delta(tool_calls=call) for call in calls), delta("tool_calls"))
    assert list(found.stamps) == [2.0]
    assert found.first_answer == 2.0


def test_text_of_completions_is_output():
    found = reply(event({"choices": [{"text": "a"}]}), event({"choices": [{"text": "", "finish_reason": "stop"}]}))
    assert list(found.stamps) == [1.0]


def test_events_of_one_read_share_a_stamp_and_make_one_gap():
    found = reply(delta(content="a") + delta(content="b"), delta(content="c") + delta(content="d") + event("[DONE]"))
    assert list(found.stamps) == [1.0, 2.0]
    assert found.events == 4
    assert found.first_tokens == 2


def test_without_usage_chunks_are_counted_or_a_tokenizer_counts():
    found = reply(delta(content="a b"), delta(content=" c"), event("[DONE]"))
    assert found.tokens(None, 0).output == 2
    assert found.tokens(None, 0).source == "chunks"
    counted = found.tokens(lambda text: len(text.split()), 11)
    assert (counted.output, counted.source, counted.input) == (3, "tokenizer", 11)


@pytest.mark.parametrize("told", [-9, 0, True, 1.5, "2", None, 2**64 - 1])
def test_usage_that_cannot_be_is_none(told):
    counts = event({"choices": [], "usage": {"prompt_tokens": told, "completion_tokens": told}})
    found = reply(delta(content="a b"), counts, event("[DONE]")).tokens(None, 7)
    assert (found.input, found.output, found.source) == (7, 1, "chunks")


def test_a_reply_of_no_tokens_is_one_where_nothing_came():
    assert reply(delta("stop"), usage(0)).tokens(None, 0).source == "usage"


def test_an_end_mark_may_be_followed_by_blanks():
    assert not reply(delta(content="a"), event("[DONE] ")).error


def test_lines_may_end_with_a_carriage_return():
    pieces = [delta(content=text).replace(b"\n", b"\r") for text in ("a", "b")]
    found = reply(*pieces, event("[DONE]").replace(b"\n", b"\r"))
    assert (found.text, found.error) == ("ab", "")


def test_a_stream_may_begin_with_a_byte_order_mark():
    found = reply(b"\xef\xbb\xbf" + delta(content="a"), delta(content="b"), event("[DONE]"))
    assert list(found.stamps) == [1.0, 2.0]


def test_usage_of_a_gateway_with_an_empty_choice_is_no_output():
    found = reply(
        delta(content="a"), event({"choices": [{"delta": {}}], "usage": {"completion_tokens": 1}}), delta("stop")
    )
    assert found.events == 1
    assert found.tokens(None, 0).output == 1


def test_continuous_usage_tells_how_many_tokens_the_first_event_had():
    first = {"choices": [{"delta": {"content": "abc"}}], "usage": {"completion_tokens": 3}}
    assert reply(event(first), delta(content="d"), usage(4)).first_tokens == 3


@pytest.mark.parametrize(
    ("reads", "words"),
    [
        (
            (delta(content="a"), event({"error": {"message": "out of memory"}})),
            "error inside the stream: out of memory",
        ),
        ((delta(content="a"),), "stopped without an end mark"),
        ((event("nonsense"),), "not JSON"),
        ((event("3"),), "is not a JSON object"),
        ((b"\x1f\x8b\x08\x00",), "compressed with gzip, which was not requested"),
        ((), "stopped without an end mark"),
    ],
)
def test_what_makes_a_stream_a_failure(reads, words):
    assert words in reply(*reads).error


def test_an_error_status_is_named_with_what_the_service_says():
    body = json.dumps({"error": {"message": "too many"}}).encode()
    assert reply(body, status=429, event_stream=False).error == "HTTP 429: too many"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>", b'{"choices": []}', b'{"error": {"message": "no"}}'])
def test_a_body_without_an_answer_is_a_failure(body):
    assert reply(body, event_stream=False).error


def test_a_whole_reply_has_no_first_token():
    body = {"choices": [{"message": {"content": "hi"}}], "usage": {"completion_tokens": 1, "prompt_tokens": 3}}
    found = reply(json.dumps(body).encode(), event_stream=False)
    assert not found.error
    assert not found.stamps
    assert found.tokens(None, 0).output == 1


_LINES = st.lists(
    st.sampled_from(["data: a", "data:b", "data: ", ": ping", "event: x", "id: 1", 'data: {"k": 1}']),
    min_size=1,
    max_size=3,
)


@given(
    blocks=st.lists(_LINES, max_size=6),
    cuts=st.lists(st.integers(0, 200), max_size=8),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_where_reads_are_cut_changes_no_event(blocks, cuts, newline):
    whole = "".join(newline.join(lines) + newline * 2 for lines in blocks).encode()
    places = [0, *sorted(cut % (len(whole) + 1) for cut in cuts), len(whole)]
    pieces = [whole[a:b] for a, b in pairwise(places) if a < b]
    at_once = [data for _, data in split(EventParser(), [whole])]
    in_pieces = split(EventParser(), pieces)
    assert [data for _, data in in_pieces] == at_once
    assert [number for number, _ in in_pieces] == sorted(number for number, _ in in_pieces)


@pytest.mark.parametrize(
    ("splitter", "piece"),
    [(EventParser, b"x" * 4096), (EventParser, b"data: x\r\n" * 455), (LineParser, b"x" * 4096)],
)
def test_reading_takes_time_in_proportion_to_what_came(splitter, piece):
    """32 MiB without an end, in 8192 pieces: joined anew with each piece this takes a minute."""

    def read(pieces):
        assert len(split(splitter(), pieces)) == 1

    grows_linearly(read, lambda count: [b"data: ", *[piece] * count], 8192, glance_s=5)


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_no_bytes_make_reading_raise(pieces):
    reply(*pieces)
    reply(*[b"data: " + piece + b"\n\n" for piece in pieces])


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "choices",
                        "delta",
                        "content",
                        "usage",
                        "tool_calls",
                        "function",
                        "error",
                        "message",
                        "text",
                        "reasoning",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_makes_reading_raise(value):
    reply(event(json.dumps(value)))
    reply(json.dumps(value).encode(), event_stream=False)


_TEXTS = st.text(max_size=3) | st.sampled_from(["?", "!", "a", " tok", '"', "\\", "\n", "content", "x", "\u4f60"])
_EVENTS = st.builds(
    lambda text, head, delta, more, spaces: json.dumps(
        {**head, "choices": [{"index": 0, "delta": {**delta, "content": text}, "finish_reason": None}], **more},
        separators=(", ", ": ") if spaces else (",", ":"),
        ensure_ascii=spaces,
    ),
    _TEXTS,
    st.sampled_from([{}, {"id": "a"}, {"id": "b"}, {"content": "a"}, {"text": " tok"}]),
    st.sampled_from([{}, {}, {}, {"reasoning": "a"}, {"role": "a"}]),
    st.sampled_from([{}, {}, {}, {"usage": None}, {"usage": {"completion_tokens": 4}}, {"error": {"message": "a"}}]),
    st.booleans(),
)


@given(st.lists(st.lists(_EVENTS | st.sampled_from(["[DONE]", "{", '{"choices":[]}']), max_size=3), max_size=8))
def test_what_is_not_parsed_is_read_as_if_it_were(reads):
    """Behind a comment no event is taken for one like that before."""
    quick = [[event(data) for data in read] for read in reads]
    stamps = [float(number) for number, read in enumerate(reads) for _ in read]

    def found(pieces):
        return asyncio.run(read(Exchange(status=200, pieces=pieces, stamps=stamps, event_stream=True)))

    pieces = [piece for read in quick for piece in read]
    assert found(pieces) == found([b": comment\n" + piece for piece in pieces])


def test_bytes_that_are_no_text_are_found_among_events_that_are_alike():
    piece = delta(content="a")
    assert reply(piece, piece, delta("stop")).text == "aa"
    for wrong in (b"\xff", b"\x01", b"\xed\xa0\x80", b'a"', b"\\"):
        assert "not JSON" in reply(piece, piece.replace(b'"a"', b'"%b"' % wrong), delta("stop")).error


def test_a_text_that_stands_elsewhere_too_is_not_taken_from_there():
    said = [event({"model": model, "choices": [{"delta": {"content": "m"}}]}) for model in "mnm"]
    assert reply(*said, delta("stop")).text == "mmm"


def test_events_that_are_alike_are_not_parsed(monkeypatch):
    from evalscope_pytest.perf.load import parse as reading

    parsed = []
    honest = reading._take_data
    monkeypatch.setattr(reading, "_take_data", lambda data, *how: parsed.append(data) or honest(data, *how))
    found = reply(*[delta(content=f" t{n}") for n in range(200)], delta("stop"))
    assert (found.events, len(found.stamps), found.text[-5:]) == (200, 200, " t199")
    assert len(parsed) < 6


def test_reasoning_details_and_parts_are_output():
    found = reply(
        delta(reasoning_details=[{"type": "reasoning.text", "text": "hm"}]),
        delta(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "so"}]}]),
        delta(content=[{"type": "text", "text": "a"}]),
        delta(content="b"),
        delta("stop"),
    )
    assert list(found.stamps) == [1.0, 2.0, 3.0, 4.0]
    assert (found.first_answer, found.text, "".join(found.reasoning_texts)) == (3.0, "ab", "hmso")
    assert found.tokens(None, 0).output == 4


def test_text_and_reasoning_of_one_event_both_count():
    found = reply(
        delta(reasoning="hm"),
        delta(reasoning="so", content="a"),
        delta(content="b"),
        delta(reasoning_content="x", reasoning="x", reasoning_details=[{"text": "x"}]),
        delta("stop"),
    )
    assert (found.text, "".join(found.reasoning_texts)) == ("ab", "hmsox")
    assert (found.first_answer, found.events) == (2.0, 4)
    tokens = found.tokens(None, 0)
    assert (tokens.output, tokens.reasoning, tokens.source) == (5, 3, "chunks")
    assert found.tokens(len, 0).output == len("ab") + len("hmsox")
    assert reply(delta(reasoning="so", content="a"), delta("stop")).first_tokens == 2


@pytest.mark.parametrize(
    "choice",
    [
        {"index": 0, "error": {"message": "it broke", "code": 502}, "delta": {"content": "so far"}},
        {"index": 0, "error": "it broke"},
    ],
)
def test_an_error_inside_a_choice_is_an_error(choice):
    assert reply(delta(content="a"), event({"choices": [choice]})).error == "error inside the stream: it broke"
    body = json.dumps({"choices": [choice]}).encode()
    assert reply(body, event_stream=False).error == "error inside the reply: it broke"


def test_an_error_object_of_vllm_is_an_error_with_its_words():
    vllm = {"object": "error", "message": "it broke", "code": 400}
    assert reply(event(vllm)).error == "error inside the stream: it broke"
    assert reply(json.dumps(vllm).encode(), event_stream=False).error == "error inside the reply: it broke"


@pytest.mark.parametrize("content", [7, {}, [7], [{"type": "image_url"}]])
def test_content_that_is_not_text_is_an_error(content):
    assert "instead of text" in reply(delta(content="a"), delta(content=content)).error
    body = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
    assert "instead of text" in reply(body, event_stream=False).error

"""How failures of a service are read. What each leads to is tested with real replies in ``test_openai_clients``."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import FatalError, RejectedError, TransientError
from evalscope_pytest.core.secret import Secret
from evalscope_pytest.wire.errors import complaint, complaint_of, no_connection, refusal, retry_after_s, shown_url

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after": " 7 "}, 7.0),
        ({"retry-after": "1000000000"}, 1e9),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "Sat, 21 Nov 2026 07:00:30 GMT"}, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 06:00:00 GMT"}, 0.0),
        ({"retry-after": "Sat, 21 Nov 2026 09:00:10 +0200"}, 10.0),
        ({"retry-after": "banana"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_retry_after(headers, seconds):
    assert retry_after_s(headers, NOW) == seconds


@given(st.text())
def test_any_retry_after_gives_a_wait_or_none(value):
    seconds = retry_after_s({"retry-after": value}, NOW)
    assert seconds is None or 0 <= seconds < float("inf")


@given(st.datetimes(NOW.replace(tzinfo=None), NOW.replace(tzinfo=None, year=2100)), st.integers(0, 10**6))
def test_a_date_gives_the_seconds_up_to_it(moment, seconds):
    now = moment.replace(microsecond=0, tzinfo=timezone.utc)
    date = (now + timedelta(seconds=seconds)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert retry_after_s({"retry-after": date}, now) == seconds


@pytest.mark.parametrize(
    ("body", "message", "status"),
    [
        ({"error": {"message": "bad", "type": "server_error", "code": None}}, "bad", 0),
        ({"error": {"message": "bad", "code": 429}}, "bad", 429),
        ({"error": {"message": "bad", "code": "503"}}, "bad", 503),
        ({"error": "plain"}, "plain", 0),
        ({"object": "error", "message": "old vLLM", "type": "BadRequestError", "code": 400}, "old vLLM", 400),
        ({"detail": "Not Found"}, "Not Found", 0),
        ({"code": "Arrearage", "message": "Access denied", "request_id": "1"}, "Access denied", 0),
        ({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "Overloaded", 529),
        ("just text", "just text", 0),
        ([1], "[1]", 0),
        (None, '{"message": null}', 0),
    ],
)
def test_complaints_in_all_shapes(body, message, status):
    said = complaint(json.dumps(body).encode())
    assert (said.message, said.status) == (message, status)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda c: (
            st.lists(c) | st.dictionaries(st.sampled_from(["error", "message", "code", "type", "detail", "status"]), c)
        ),
    )
)
def test_any_json_is_a_complaint_of_bounded_length(payload):
    said = complaint_of(payload)
    assert len(said.message) <= 300
    assert "\n" not in said.message


@given(st.binary(max_size=400))
def test_any_bytes_are_a_complaint(body):
    assert len(complaint(body).message) <= 300


def test_what_is_no_json_is_shown_by_title_or_beginning():
    assert complaint(b"<html><title> 504 \n Gateway</title>...").message == "an HTML page titled '504 \\n Gateway'"
    assert complaint(b"upstream connect error").message == "upstream connect error"
    assert complaint(b"").message == "an empty body"


def test_keys_are_masked_before_the_cut():
    key = Secret("canary-abcdefgh-12345678").reveal()
    said = complaint(json.dumps({"error": {"message": "x" * 290 + " " + key}}).encode())
    assert "canary" not in said.message


def test_a_prompt_quoted_in_a_complaint_does_not_stop_the_run():
    quoted = "field required: " + "x" * 150 + " the model not exist, insufficient balance, API key not valid"
    assert type(refusal(422, complaint_of({"detail": quoted}), "http://h/v1")) is RejectedError


def test_the_address_is_shown_without_secrets():
    assert shown_url("https://user:pw@host:8/v1/x?key=1#f") == "https://host:8/v1/x"
    assert shown_url("http://[::1]:8/v1") == "http://[::1]:8/v1"


def test_name_resolution_failing_after_the_service_answered_is_transient():
    import socket

    error = OSError("cannot connect")
    error.__cause__ = socket.gaierror(-3, "Temporary failure in name resolution")
    assert type(no_connection(error, "http://host/v1", reached=False)) is FatalError
    assert type(no_connection(error, "http://host/v1", reached=True)) is TransientError


def test_causes_that_go_in_circles_are_followed_once():
    first, second = OSError("a"), ConnectionResetError("b")
    first.__cause__, second.__context__ = second, first
    assert "broke: OSError" in str(no_connection(first, "http://h/v1", reached=True))

"""Bodies of requests as JSON: the same object however they are written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evalscope_pytest.models.service import encoded


@pytest.mark.parametrize("name", ["messages", "input"])
@pytest.mark.parametrize(
    "content", ["Hi", "你好", "\ud800", [{"type": "text", "text": "你好"}], [{"type": "text", "text": "\ud800"}]]
)
def test_a_body_is_one_json_object(name: str, content: Any) -> None:
    body = {"model": "m", name: [{"role": "user", "content": content}], "temperature": 0.1}
    assert json.loads(encoded(body)) == body


def test_text_is_sent_in_ascii_as_ever() -> None:
    body = {"messages": [{"role": "user", "content": "你好"}], "temperature": 1e-05}
    assert encoded(body) == b'{"messages":[{"role":"user","content":"\\u4f60\\u597d"}],"temperature":1e-05}'

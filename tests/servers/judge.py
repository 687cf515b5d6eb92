"""What a judge replies: verdicts under the key that its prompt names."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from .openai_server import OpenAIServer
from .service import Answer

PLACE = "verdict-KEY"


def verdict(value: object, explanation: str = "seen") -> str:
    """Return a judge's reply; a `JudgeServer` puts the key of each request in its place."""
    return json.dumps({"explanation": explanation, PLACE: value})


def keyed(reply: str, asked: str) -> str:
    """Return a reply with the key that the judge was given."""
    found = re.findall(r"verdict-[0-9a-f]{16}", asked)
    return reply.replace(PLACE, found[-1]) if found else reply


class JudgeServer(OpenAIServer):
    """A service whose model judges, and copies the key of its verdict from the prompt."""

    def whole(self, body: dict[str, Any], answer: Answer) -> dict[str, Any]:
        return super().whole(body, _keyed(answer, body))

    def events(self, body: dict[str, Any], answer: Answer) -> list[bytes]:
        return super().events(body, _keyed(answer, body))


def _keyed(answer: Answer, body: dict[str, Any]) -> Answer:
    asked = body["messages"][-1]["content"]
    asked = asked if isinstance(asked, str) else asked[0]["text"]  # pictures follow the text
    return replace(answer, text=keyed(answer.text, asked))

"""A scriptable service with Anthropic's Messages API."""

from __future__ import annotations

from typing import Any

from .service import Answer, Service, event, pieces


class AnthropicServer(Service):
    """Messages at ``url``; see `Service` for what can be scripted."""

    routes = ("/v1/messages",)

    @property
    def url(self) -> str:
        """The address to give as api_url."""
        return self.origin

    def whole(self, body: dict[str, Any], answer: Answer) -> dict[str, Any]:
        content = [{"type": "thinking", "thinking": answer.reasoning, "signature": "s"}] if answer.reasoning else []
        content.append({"type": "text", "text": answer.text})
        usage = answer.usage or {"input_tokens": 9, "output_tokens": len(answer.text) // 4 + 1}
        return {**_head(body), "content": content, "stop_reason": answer.finish or "end_turn", "usage": usage}

    def events(self, body: dict[str, Any], answer: Answer) -> list[bytes]:
        usage = dict(answer.usage or {"input_tokens": 9, "output_tokens": len(answer.text) // 4 + 1})
        start = {**_head(body), "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
        written: list[dict[str, Any]] = [{"type": "message_start", "message": start}, {"type": "ping"}]
        blocks = [("thinking", answer.reasoning), ("text", answer.text)]
        for index, (kind, text) in enumerate(b for b in blocks if b[1]):
            written.append({"type": "content_block_start", "index": index, "content_block": {"type": kind, kind: ""}})
            for piece in pieces(text):
                delta = {"type": f"{kind}_delta", kind: piece}
                written.append({"type": "content_block_delta", "index": index, "delta": delta})
            written.append({"type": "content_block_stop", "index": index})
        stop = {"stop_reason": answer.finish or "end_turn", "stop_sequence": None}
        written.append({"type": "message_delta", "delta": stop, "usage": {"output_tokens": usage["output_tokens"]}})
        written.append({"type": "message_stop"})
        return [f"event: {e['type']}\n".encode() + event(e) for e in written]


def _head(body: dict[str, Any]) -> dict[str, Any]:
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": body.get("model", "")}

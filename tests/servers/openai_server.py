"""A scriptable OpenAI-compatible service, Azure's paths included."""

from __future__ import annotations

from typing import Any

from .service import Answer, Service, event, pieces


class OpenAIServer(Service):
    """Chat completions at ``url``; see `Service` for what can be scripted."""

    routes = ("/v1/chat/completions", "/openai/deployments/{deployment}/chat/completions")

    @property
    def url(self) -> str:
        """The address to give as api_url."""
        return f"{self.origin}/v1"

    def whole(self, body: dict[str, Any], answer: Answer) -> dict[str, Any]:
        message = {"role": "assistant", "content": answer.text}
        if answer.reasoning:
            message["reasoning_content"] = answer.reasoning
        choice = {"index": 0, "message": message, "finish_reason": answer.finish or "stop"}
        return {**_head(body, "chat.completion"), "choices": [choice], "usage": answer.usage or _usage(body, answer)}

    def events(self, body: dict[str, Any], answer: Answer) -> list[bytes]:
        head = _head(body, "chat.completion.chunk")
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"reasoning_content": piece} for piece in pieces(answer.reasoning)]
        deltas += [{"content": piece} for piece in pieces(answer.text)]
        written = [event({**head, "choices": [{"index": 0, "delta": d, "finish_reason": None}]}) for d in deltas]
        finish = {"index": 0, "delta": {}, "finish_reason": answer.finish or "stop"}
        written.append(event({**head, "choices": [finish]}))
        if (body.get("stream_options") or {}).get("include_usage"):
            written.append(event({**head, "choices": [], "usage": answer.usage or _usage(body, answer)}))
        return [*written, event("[DONE]")]


def _head(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1700000000, "model": body.get("model", "")}


def _usage(body: dict[str, Any], answer: Answer) -> dict[str, int]:
    sent = sum(len(str(m.get("content") or "")) for m in body["messages"]) // 4 + 1
    back = len(answer.text + answer.reasoning) // 4 + 1
    return {"prompt_tokens": sent, "completion_tokens": back, "total_tokens": sent + back}

"""A scriptable service with OpenAI's Responses, Azure's path included."""

from __future__ import annotations

from typing import Any

from .service import Answer, Service, event, pieces


class ResponsesServer(Service):
    """Responses at ``url``; see `Service` for what can be scripted."""

    routes = ("/v1/responses", "/openai/responses")

    @property
    def url(self) -> str:
        """The address to give as api_url."""
        return f"{self.origin}/v1"

    def whole(self, body: dict[str, Any], answer: Answer) -> dict[str, Any]:
        parts = [{"type": "output_text", "text": answer.text, "annotations": []}]
        thinking = {"type": "reasoning", "summary": [{"type": "summary_text", "text": answer.reasoning}]}
        message = {"type": "message", "role": "assistant", "status": "completed", "content": parts}
        return {
            "id": "resp_1",
            "object": "response",
            "model": body.get("model", ""),
            "status": "incomplete" if answer.finish else "completed",
            "incomplete_details": {"reason": answer.finish} if answer.finish else None,
            "error": None,
            "output": [*([thinking] if answer.reasoning else []), message],
            "usage": answer.usage or {"input_tokens": 9, "output_tokens": len(answer.text) // 4 + 1},
        }

    def events(self, body: dict[str, Any], answer: Answer) -> list[bytes]:
        whole = self.whole(body, answer)
        begun = {**whole, "status": "in_progress", "output": [], "usage": None, "incomplete_details": None}
        written = [named("response.created", response=begun)]
        written += [named("response.reasoning_summary_text.delta", delta=piece) for piece in pieces(answer.reasoning)]
        written += [named("response.output_text.delta", delta=piece) for piece in pieces(answer.text)]
        written += [named("response.output_item.done", item=item) for item in whole["output"]]
        return [*written, named(f"response.{whole['status']}", response=whole)]


def named(kind: str, **fields: Any) -> bytes:
    """Return one event with its name."""
    return f"event: {kind}\n".encode() + event({"type": kind, **fields})

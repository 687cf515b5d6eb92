"""A scriptable service of typed decisions, in both dialects."""

from __future__ import annotations

from typing import Any

from .service import Answer, Service


class DecisionServer(Service):
    """Decisions at ``url``: the first label gets 0.75, the others share the rest."""

    routes = ("/v1/systemone", "/v1/decide")
    answer = ""

    @property
    def url(self) -> str:
        """The address to give as api_url."""
        return f"{self.origin}/v1"

    async def _reply(self, request: Any, body: dict[str, Any]) -> Any:
        body.setdefault("input", "")
        return await super()._reply(request, body)

    def whole(self, body: dict[str, Any], answer: Answer) -> dict[str, Any]:
        usage = {"input_tokens": 10, "output_tokens": 1}
        if "questions" in body:
            return {"model": "decider", "answers": {"answer": _answer(body["questions"]["answer"])}, "usage": usage}
        options = body.get("options") or (["false", "true"] if body["kind"] == "noul" else [str(n) for n in range(6)])
        shares = _shares(len(options))
        found = {"kind": body["kind"], "options": options, "probabilities": shares, "choice_index": 0}
        return {"model": "decider", **found, "choice": options[0], "usage": usage}

    def events(self, body: dict[str, Any], answer: Answer) -> list[bytes]:
        raise AssertionError("decisions are not streamed")


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    kind, criteria = question["type"], question.get("criteria")
    if kind == "noul":
        return {"type": "noul", "noul": 0.25}
    labels = list(criteria) if kind == "choice" else [str(level) for level in range(len(criteria))]
    probabilities = dict(zip(labels, _shares(len(labels)), strict=True))
    if kind == "choice":
        return {"type": kind, "probabilities": probabilities, "choice": labels[0]}
    expected = sum(int(label) * share for label, share in probabilities.items())
    return {
        "type": kind,
        "probabilities": probabilities,
        "score": expected,
        "legend": dict(zip(labels, criteria, strict=True)),
    }


def _shares(count: int) -> list[float]:
    return [0.75, *[0.25 / (count - 1)] * (count - 1)]

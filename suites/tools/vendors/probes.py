"""Probes of a service for Kimi K2, whose decoding parameters are fixed: one request, one parameter.

The published contract (Kimi-Vendor-Verifier, verify_params.py): the default of each parameter is accepted, any other
value is refused with HTTP 400.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring.scorer import Scorer

from .whole_reply import read

REJECTS, ACCEPTS = "param_immutable_reject_rate", "param_default_accept_rate"
MODES = ("kimi", "opensource", "none")
PROMPT = "Reply with the word OK."
# Parameter: default without thinking, default with it, a value to be refused.
_FIXED: Mapping[str, tuple[float, float, float]] = {
    "temperature": (0.6, 1.0, 0.5),
    "top_p": (0.95, 0.95, 0.8),
    "presence_penalty": (0.0, 0.0, 0.5),
    "frequency_penalty": (0.0, 0.0, 0.5),
    "n": (1, 1, 2),
}
# What a run may set, and a probe does not send.
_UNSENT = """temperature top_p top_k presence_penalty frequency_penalty repetition_penalty seed do_sample logit_bias
    logprobs top_logprobs stop_seqs reasoning_effort response_schema parallel_tool_calls chat_template_kwargs
    extra_body"""


def probes(mode: str) -> Iterator[dict[str, Any]]:
    """Yield the probes of a mode: for each state of thinking one without a parameter, then two for each parameter."""
    for thinking in (False,) if mode == "none" else (False, True):
        yield {"mode": mode, "thinking": thinking, "name": "", "value": None, "reject": False}
        for name, (plain, thoughtful, wrong) in _FIXED.items():
            for value in (thoughtful if thinking else plain, wrong):
                yield {"mode": mode, "thinking": thinking, "name": name, "value": value, "reject": value == wrong}


def probe_sample(record: Mapping[str, Any]) -> Sample:
    """Return the sample of a probe, with the parameters that its request carries."""
    body: dict[str, Any] = {}
    sent: dict[str, Any] = {**dict.fromkeys(_UNSENT.split()), "max_tokens": 16}
    if record["mode"] == "kimi":
        body["thinking"] = {"type": "enabled" if record["thinking"] else "disabled"}
    elif record["mode"] == "opensource":
        sent["chat_template_kwargs"] = {"thinking": record["thinking"]}
    if record["name"] == "n":
        body["n"] = record["value"]
    elif record["name"]:
        sent[record["name"]] = record["value"]
    return Sample(
        PROMPT, "refused" if record["reject"] else "accepted", metadata=record, generation={**sent, "extra_body": body}
    )


def refused_rightly() -> Scorer:
    """Judge whether a service refuses what it has to refuse, and nothing else.

    Metrics: ``param_immutable_reject_rate``, share of the wrong values that are refused with HTTP 400;
    ``param_default_accept_rate``, share of the requests without a wrong value that are answered. In a sample's row the
    first is 1 for the right reaction to any probe. A probe that fails otherwise is an error and in neither rate.
    """

    def score(text: str, sample: Sample) -> Score:
        refused = read(text).finish == "refused" or text == "refused"
        wanted = bool(sample.metadata["reject"])
        right = float(refused == wanted)
        weights = {"hit": float(wanted and refused), "missed": float(wanted and not refused)}
        values = {REJECTS: right, **({} if wanted else {ACCEPTS: right})}
        answer = "refused" if refused else "accepted"
        return Score.of(values, answer=answer, metadata={"weights": {REJECTS: weights}})

    return Scorer("refused_rightly", (REJECTS, ACCEPTS), score, aggregation={REJECTS: "hit_rate"})

"""Probes of a service from end to end: each carries its own parameter, and a refusal is a result."""

from __future__ import annotations

import json

from tests.servers.service import Fault

DEFAULTS = {"temperature": (0.6, 1.0), "top_p": (0.95,), "presence_penalty": (0,), "frequency_penalty": (0,), "n": (1,)}


def strict(received):
    """Refuse any other value of a fixed parameter; one request fails otherwise."""
    body = received.body
    thinks = body.get("thinking", {}).get("type") == "enabled"
    if thinks and body.get("n") == 1:
        return Fault(status=501, body={"error": {"message": "not implemented"}})
    for name, allowed in DEFAULTS.items():
        if body.get(name, allowed[0]) not in (allowed[-1:] if thinks and name in body else allowed[:1]):
            return Fault(status=400, body={"error": {"message": f"invalid {name}"}})
    return None


def test_probes_send_their_own_parameter_and_refusals_are_recorded(project, openai_server):
    openai_server.fault_for = strict
    args = {"kimi_verifier": {"subset_list": ["kimi", "none"]}}
    words = (
        "--eval-datasets=kimi_verifier", "--eval-dataset-args", json.dumps(args), "--eval-type=openai_api",
        f"--eval-api-url={openai_server.url}", "--eval-generation-config", '{"temperature": 0.3, "retries": 0}',
    )  # fmt: skip
    run = project.run(*words, here=False)
    bodies = [received.body for received in openai_server.requests]
    assert len(bodies) == 33
    fixed = [sorted(set(body) & set(DEFAULTS)) for body in bodies]
    assert [] in fixed
    assert all(len(names) <= 1 for names in fixed)
    assert {json.dumps(body.get("thinking")) for body in bodies} == {
        "null", '{"type": "disabled"}', '{"type": "enabled"}'
    }  # fmt: skip
    assert run.counts == {"deselected": 2, "correct": 32, "errors": 1}  # which is in neither rate
    rows = [row["model_output"]["choices"][0] for row in run.rows() if row["model_output"]["choices"]]
    (refusal, *_) = [choice for choice in rows if choice["stop_reason"] == "refused"]
    assert "HTTP 400" in refusal["message"]["content"]
    sent = len(openai_server.requests)
    again = project.run(*words, f"--eval-use-cache={run.work_dir}", "--eval-rerun-review", here=False)
    assert len(openai_server.requests) == sent + 1
    assert again.counts["correct"] == 32

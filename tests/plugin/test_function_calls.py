"""A benchmark of function calls from end to end: what a service gets and gives, and what is recorded."""

from __future__ import annotations

import json

from tests.servers.service import Fault
from tests.suites.written import write

RIGHT = {"base": 10, "height": 5}


def answered(received):
    """Call the first function with the right arguments, if it is the one that takes them."""
    names = [tool["function"]["name"] for tool in received.body.get("tools", ())]
    call = {"id": "c1", "type": "function", "function": {"name": names[0], "arguments": json.dumps(RIGHT)}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return Fault(body={"model": "m", "choices": [{"finish_reason": "tool_calls", "message": message}]})


def bfcl(project, tmp_path, *options):
    folder = write("bfcl_v4", tmp_path)
    args = {"bfcl_v4": {"dataset_id": str(folder), "subset_list": ["live_simple", "irrelevance"]}}
    return project.run("--eval-datasets=bfcl_v4", "--eval-dataset-args", json.dumps(args), *options, here=False)


def test_calls_are_asked_for_scored_and_recorded(project, tmp_path, openai_server):
    openai_server.fault_for = answered
    service = ("--eval-type=openai_api", f"--eval-api-url={openai_server.url}")
    run = bfcl(project, tmp_path, *service)
    assert run.score("bfcl_v4") == 0.5  # a call where none fits is wrong
    sent = [received.body["tools"][0]["function"]["name"] for received in openai_server.requests]
    assert sorted(sent) == ["geo_area", "weather"]
    rows = run.rows()
    (made,) = [row for row in rows if "geo_area" in json.dumps(row["model_output"])]
    (call,) = made["model_output"]["choices"][0]["message"]["tool_calls"]
    assert call == {"id": "c1", "function": {"name": "geo_area", "arguments": json.dumps(RIGHT)}, "type": "function"}
    asked = len(openai_server.requests)
    again = bfcl(project, tmp_path, *service, f"--eval-use-cache={run.work_dir}")
    assert again.counts == {"correct": 1, "wrong": 1}
    assert len(openai_server.requests) == asked


def test_the_mock_model_calls_functions_rightly(project, tmp_path):
    assert bfcl(project, tmp_path).score("bfcl_v4") == 1


def test_other_functions_make_it_another_question(project, tmp_path, openai_server):
    openai_server.fault_for = answered
    words = ("--eval-type=openai_api", f"--eval-api-url={openai_server.url}", "--eval-limit=1")
    run = bfcl(project, tmp_path, *words)
    asked = len(openai_server.requests)
    file = tmp_path / "bfcl_v4" / "BFCL_v4_irrelevance.json"
    file.write_text(file.read_text().replace("Computes weather.", "Tells the weather."))
    project.run(
        "--eval-datasets=bfcl_v4",
        "--eval-dataset-args",
        json.dumps({"bfcl_v4": {"dataset_id": str(file.parent), "subset_list": ["live_simple", "irrelevance"]}}),
        *words,
        f"--eval-use-cache={run.work_dir}",
        here=False,
    )
    assert len(openai_server.requests) == asked + 1

"""A benchmark of several turns, each with the replies to those before."""

from __future__ import annotations

import json

from tests.suites.written import write


def test_turns_follow_each_other(project, tmp_path):
    folder = write("multi_if", tmp_path)
    args = {"multi_if": {"dataset_id": str(folder), "subset_list": ["English", "Thai"]}}
    words = ["--eval-datasets=multi_if", "--eval-dataset-args", json.dumps(args), "--eval-model-args=reply=IT IS WIDE"]
    run = project.run(*words, here=False)
    scores = {m["identity"]["name"]: m["score"] for m in run.reports["multi_if"]["metrics"]}
    assert scores["turn_1_prompt_level_strict"] == 1
    assert scores["turn_2_prompt_level_strict"] == 1
    assert scores["turn_3_prompt_level_strict"] == 0
    assert scores["turn_3_inst_level_strict"] == 0.6667
    (long,) = [row for row in run.rows() if len(row.get("calls", ())) == 3]
    asked = [message["content"] for message in long["calls"][2]["messages"]]
    assert asked == [
        "Describe the sea without commas.", "IT IS WIDE", "Now in capital letters.", "IT IS WIDE", "End with THE END.",
    ]  # fmt: skip
    assert len(run.rows()) == 3  # a Thai one is left out

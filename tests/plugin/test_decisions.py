"""Typed decisions from end to end: benchmarks of their own and questions with options, recorded and resumed."""

from __future__ import annotations

import json

import pytest

from tests.suites.written import write


def decide(project, server, tmp_path, name, *options, args=(), eval_type="systemone_api"):
    folder = write(name, tmp_path)
    given = {name: {"dataset_id": str(folder), **dict(args)}}
    return project.run(
        f"--eval-datasets={name}", "--eval-dataset-args", json.dumps(given), f"--eval-type={eval_type}",
        f"--eval-api-url={server.url}", *options, here=False,
    )  # fmt: skip


def test_own_decisions_are_sent_scored_and_resumed(project, tmp_path, decision_server):
    run = decide(project, decision_server, tmp_path, "general_decision")
    kinds = [received.body["questions"]["answer"]["type"] for received in decision_server.requests]
    assert sorted(kinds) == ["choice", "noul", "score", "score"]
    report = run.reports["general_decision"]
    found = {metric["identity"]["name"]: metric["score"] for metric in report["metrics"]}
    assert found["accuracy"] == 1.0
    assert found["choice_nll"] == pytest.approx(0.2877, abs=1e-4)
    assert found["score_3_mae"] > 0
    count = len(decision_server.requests)
    again = decide(project, decision_server, tmp_path, "general_decision", f"--eval-use-cache={run.work_dir}")
    assert len(decision_server.requests) == count
    assert again.counts == {"deselected": 3, "correct": 3, "partial": 1}
    assert run.reports["general_decision"]["metrics"] == report["metrics"]


def test_questions_with_options_are_typed_ones(project, tmp_path, decision_server):
    run = decide(project, decision_server, tmp_path, "boolq")
    (received,) = decision_server.requests
    assert received.body["questions"]["answer"]["criteria"] == {"A": "Yes", "B": "No"}
    assert "Bees make honey." in received.body["state"]["question"]
    assert run.score("boolq") == 0.0  # "Yes", and no is right
    noul = {"extra_params": {"decision_kind": "noul", "decision_threshold": 0.2}}
    again = decide(project, decision_server, tmp_path, "boolq", f"--eval-use-cache={run.work_dir}", args=noul)
    assert decision_server.requests[-1].body["questions"]["answer"]["type"] == "noul"
    assert again.counts == {"wrong": 1}  # 0.25 is yes from 0.2 on


@pytest.mark.parametrize(
    ("name", "args", "eval_type", "words"),
    [
        ("gsm8k", {}, "systemone_api", "has no typed questions"),
        ("boolq", {"few_shot_num": 2}, "systemone_api", "few_shot_num of 'boolq' has no effect"),
        ("boolq", {"prompt_template": "{question}"}, "systemone_api", "prompt_template of 'boolq' has no effect"),
        ("boolq", {"extra_params": {"decision_kind": "rank"}}, "systemone_api", "Allowed: choice, noul"),
        ("boolq", {"extra_params": {"decision_threshold": 2.0}}, "systemone_api", "Give a number from 0 to 1"),
        ("boolq", {"extra_params": {"decision_kind": "noul"}}, "openai_api", "is for decision APIs only"),
        ("stsb", {}, "openai_api", "typed decisions, which eval_type openai_api does not take"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_sent(
    project, tmp_path, decision_server, name, args, eval_type, words
):
    run = decide(project, decision_server, tmp_path, name, args=args, eval_type=eval_type)
    assert run.code == 4
    assert words in run.out
    assert not decision_server.requests

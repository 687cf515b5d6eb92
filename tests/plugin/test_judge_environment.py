"""The environment variables that name a judge may be meant for other runs: they fill gaps, and break nothing."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pytest

from evalscope_pytest.config.judge import JudgeConfig, judge_config
from evalscope_pytest.core.errors import ConfigError
from tests.servers.judge import keyed, verdict

VALUES = {
    "MODELSCOPE_JUDGE_LLM": "from-environment",
    "MODELSCOPE_API_BASE": "http://127.0.0.1:1/v1",
    "MODELSCOPE_SDK_TOKEN": "s3cret-of-environment",
}
COMBINATIONS = [
    dict(zip(VALUES, values, strict=True)) for values in itertools.product(*((None, "", v) for v in VALUES.values()))
]
WHOLE = {"model_id": "given", "api_url": "http://127.0.0.1:2/v1", "api_key": "s3cret-given"}


def environment(combination: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in combination.items() if value is not None}


def named(combination: Mapping[str, str | None]) -> str:
    return "-".join({None: "unset", "": "empty"}.get(value, "set") for value in combination.values())


def config(environ: Mapping[str, str], **settings: Any) -> JudgeConfig:
    return judge_config({"judge": {}, "judge_model_args": {}, "judge_strategy": "auto", **settings}, environ)


@pytest.mark.parametrize("combination", COMBINATIONS, ids=named)
@pytest.mark.parametrize("style", ["older", "newer"])
def test_what_is_given_wins_over_the_environment(style, combination):
    settings = {"judge_model_args": WHOLE} if style == "older" else {"judge": {"models": [WHOLE]}}
    (model,) = config(environment(combination), **settings).models
    assert (model.name, model.task.api_url) == ("given", WHOLE["api_url"])
    assert model.task.api_key.reveal() == WHOLE["api_key"]


@pytest.mark.parametrize("combination", COMBINATIONS, ids=named)
def test_the_environment_fills_the_gaps(combination):
    name, address, key = combination.values()
    found = config(environment(combination))
    assert len(found.models) == bool(name and address)
    assert bool(found.unready) == bool(name and not address)
    for model in found.models:
        assert (model.name, model.task.api_url) == (name, address)
        assert model.task.api_key.reveal() == (key or "EMPTY")


@pytest.mark.parametrize("combination", COMBINATIONS, ids=named)
def test_a_judge_with_a_name_alone_takes_its_address_from_the_environment(combination):
    if combination["MODELSCOPE_API_BASE"]:
        (model,) = config(environment(combination), judge_model_args={"model_id": "given"}).models
        assert model.task.api_url == VALUES["MODELSCOPE_API_BASE"]
    else:
        with pytest.raises(ConfigError, match=r"names the judge 'given' without an address.*MODELSCOPE_API_BASE"):
            config(environment(combination), judge_model_args={"model_id": "given"})


@pytest.mark.parametrize("combination", COMBINATIONS, ids=named)
def test_a_run_without_a_judge_runs(combination, project, monkeypatch):
    for name, value in environment(combination).items():
        monkeypatch.setenv(name, value)
    project.benchmark(count=2)
    run = project.run()
    assert (run.code, run.counts) == (0, {"correct": 2}), run.out
    assert "s3cret" not in run.out + run.written


def test_the_environment_alone_names_a_judge(served, openai_server, monkeypatch):
    monkeypatch.setenv("MODELSCOPE_JUDGE_LLM", "from-environment")
    monkeypatch.setenv("MODELSCOPE_API_BASE", openai_server.url)
    openai_server.answer = lambda messages: (
        keyed(verdict("A"), messages[-1]["content"]) if len(str(messages)) > 200 else "4"
    )
    served.benchmark(count=2)
    run = served.run("--eval-judge-strategy=llm")
    assert (run.code, run.counts) == (0, {"correct": 2}), run.out
    assert {request.body["model"] for request in openai_server.requests} == {"served", "from-environment"}


def test_a_judge_without_an_address_is_reported_if_something_is_to_be_judged(project, monkeypatch):
    monkeypatch.setenv("MODELSCOPE_JUDGE_LLM", "from-environment")
    project.benchmark(count=2)
    run = project.run("--eval-judge-strategy=llm")
    assert run.code == 4
    said = "MODELSCOPE_JUDGE_LLM names the judge 'from-environment', and MODELSCOPE_API_BASE no address"
    assert run.out.count(said) == 1, run.out


def test_a_prompt_of_the_environment_is_for_benchmarks_without_one():
    environ = {"JUDGE_PROMPT_TEMPLATE": "Is {pred} right?"}
    assert config(environ, judge_model_args=WHOLE).contract.prompt == environ["JUDGE_PROMPT_TEMPLATE"]
    assert not config(environ, judge_model_args=WHOLE).contract.is_own
    assert config({}, judge_model_args={**WHOLE, "prompt_template": "{pred}?"}).contract.is_own
    assert config(environ, judge_model_args={**WHOLE, "score_type": "numeric"}).contract.is_own

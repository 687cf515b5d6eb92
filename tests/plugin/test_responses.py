"""An evaluation of a service that speaks OpenAI's Responses, from the command line to the records."""

from __future__ import annotations

import pytest

from tests.servers import service
from tests.servers.service import Answer

KEY = "canary-key-0123456789"


@pytest.fixture
def responses(project, responses_server):
    """A project whose runs evaluate a service that solves the sums."""
    usage = {"input_tokens": 11, "output_tokens": 5, "output_tokens_details": {"reasoning_tokens": 3}}
    responses_server.answer = lambda messages: Answer(
        str(2 * int(messages[-1]["content"].split()[0])), reasoning="twice", usage=usage
    )
    project.model = "served"
    project.options = [f"--eval-api-url={responses_server.url}", "--eval-type=openai_responses_api"]
    project.options.append(f"--eval-api-key={KEY}")
    return project


@pytest.mark.parametrize("given", [(), ("--eval-stream",), ("--eval-model-args=client=sdk",)], ids=str)
def test_samples_are_scored_and_recorded_without_the_key(responses, responses_server, given):
    responses.benchmark(count=3)
    run = responses.run(*given)
    assert (run.code, run.counts) == (0, {"correct": 3}), run.out
    assert {received.headers["authorization"] for received in responses_server.requests} == {f"Bearer {KEY}"}
    output = run.rows()[0]["model_output"]
    assert output["choices"][0]["message"]["content"][0] == {"type": "reasoning", "reasoning": "twice"}
    assert output["usage"]["reasoning_tokens"] == 3
    assert KEY not in run.out
    for file in run.work_dir.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes(), file


def test_refused_requests_are_retried_and_a_cached_answer_is_not_sent_again(responses, responses_server):
    responses.benchmark(count=2)
    responses_server.script(service.rate_limited("0"), service.server_error())
    run = responses.run("--eval-generation-config=retry_interval=0")
    assert run.counts == {"correct": 2}, run.out
    sent = len(responses_server.requests)
    assert sent == 4
    assert responses.run(f"--eval-use-cache={run.work_dir}").counts == {"correct": 2}
    assert len(responses_server.requests) == sent

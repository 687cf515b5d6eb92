"""What the options of ``evalscope-pytest perf`` make it send."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest.cli.main import main
from evalscope_pytest.perf.output.records import read_requests

from .test_datasets import TEMPLATE


def sent(service) -> list:
    """The bodies, without that of the first try."""
    return [request.body for request in service.requests[1:]]


def test_lengths_are_drawn_from_a_range(perf, service, tmp_path):
    assert perf("-n", "8", "--max-tokens", "5", "5000", "--seed", "3", "--prompt", "Hi") == 0
    drawn = [body["max_tokens"] for body in sent(service)]
    assert '"max_tokens":[5,5000]' in (tmp_path / "out" / "perf" / "m" / "summary.json").read_text().replace("\\", "")
    assert len(set(drawn)) > 6
    assert all(5 <= n <= 5000 for n in drawn)
    service.requests.clear()
    assert perf("-n", "8", "--max-tokens", "5", "5000", "--seed", "3", "--prompt", "Hi", "--name", "again") == 0
    assert [body["max_tokens"] for body in sent(service)] == drawn


def test_token_ids_go_to_completions(perf, service, tokenizer, tokenizer_folder):
    words = f"-n 3 --tokenize-prompt --tokenizer-path {tokenizer_folder} --dataset random"
    length = ["--min-prompt-length", "12", "--max-prompt-length", "12"]
    assert perf(*words.split(), *length, "--no-stream") == 0
    assert {request.path for request in service.requests} == {"/v1/completions"}
    assert [len(body["prompt"]) for body in sent(service)] == [12, 12, 12]
    assert all(isinstance(token, int) for body in sent(service) for token in body["prompt"])


def test_prompts_are_written_with_the_models_template(perf, service, tokenizer_folder):
    (tokenizer_folder / "chat_template.jinja").write_text(TEMPLATE)
    words = f"-n 2 --no-stream --apply-chat-template --tokenizer-path {tokenizer_folder} --prompt Hi"
    assert perf(*words.split(), url=f"{service.url}/completions") == 0
    assert {body["prompt"] for body in sent(service)} == {'<user>"Hi"<assistant>'}


def test_an_interface_of_ones_own_gets_prompts_as_they_were_written(
    perf, service, tokenizer, tokenizer_folder, tmp_path
):
    (tokenizer_folder / "chat_template.jinja").write_text(TEMPLATE)
    (tmp_path / "own.py").write_text(
        "def request(prompt, fields):\n    return {'messages': [], 'stream': True, 'given': prompt.content}\n"
        "def read(event):\n    return 'a'\n"
    )
    words = f"-n 1 --api own.py --apply-chat-template --tokenizer-path {tokenizer_folder} --prompt Hi"
    assert perf(*words.split(), "--name", "a", url=service.chat) == 0
    assert perf(*words.split(), "--name", "b", "--tokenize-prompt", url=service.chat) == 0
    text = '<user>"Hi"<assistant>'
    assert [service.requests[n].body["given"] for n in (0, 2)] == [text, tokenizer.encode(text)]


def test_the_service_applies_its_own_template_to_chats(perf, service):
    assert perf("-n", "1", "--prompt", "Hi", "--apply-chat-template") == 0
    assert service.requests[0].body["messages"] == [{"role": "user", "content": "Hi"}]


@pytest.mark.parametrize("from_file", [False, True])
def test_a_request_body_of_ones_own(perf, service, tmp_path, from_file):
    template = '{"model": "x-%m", "messages": [{"role": "user", "content": "Q: %p"}], "top_p": 0.5}'
    if from_file:
        (tmp_path / "query.json").write_text(template)
        (tmp_path / "prompt.txt").write_text("Why?\n")
    given = ["@query.json", "@prompt.txt"] if from_file else [template, "Why?"]
    assert perf("-n", "1", "--query-template", given[0], "--prompt", given[1], "--top-p", "0.9") == 0
    body = sent(service)[0]
    assert (body["model"], body["messages"][0]["content"], body["top_p"]) == ("x-m", "Q: Why?", 0.5)
    assert body["stream"] is True


def test_random_pictures(perf, service, tokenizer_folder):
    words = (
        f"-n 2 --dataset random_vl --tokenizer-path {tokenizer_folder} --min-prompt-length 4 --max-prompt-length 4 "
        "--image-width 16 --image-height 16 --image-num 2"
    )
    assert perf(*words.split()) == 0
    parts = sent(service)[0]["messages"][0]["content"]
    assert [part["type"] for part in parts] == ["text", "image_url", "image_url"]


def test_prompts_of_one_length_and_batches_by_dataset_args(perf, service, tokenizer, tokenizer_folder, tmp_path):
    (tmp_path / "lines").write_text("unforming reactions " * 30 + "\n")
    words = f"-n 1 --tokenizer-path {tokenizer_folder} --dataset line_by_line --dataset-path lines"
    assert perf(*words.split(), "--dataset-args", '{"target_input_len": 20}') == 0
    assert tokenizer.count(sent(service)[0]["messages"][0]["content"]) == 20
    service.requests.clear()
    words = f"-n 1 --api embedding --tokenizer-path {tokenizer_folder} --dataset random_embedding_batch --name e"
    length = ["--min-prompt-length", "5", "--max-prompt-length", "5"]
    assert perf(*words.split(), *length, "--extra-args", '{"batch_size": 3, "dimensions": 64}') == 0
    body = sent(service)[0]
    assert (len(body["input"]), body["dimensions"], "batch_size" in body) == (3, 64, False)


def test_a_recorded_workload_is_sent_as_it_was(perf, service, tmp_path):
    bodies = [{"model": f"m{n}", "messages": [{"role": "user", "content": str(n)}], "stream": True} for n in range(3)]
    records = [{"body": body, "timestamp": 100 + n / 10} for n, body in enumerate(bodies)]
    (tmp_path / "trace.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    words = "--dataset workload_trace --dataset-path trace.jsonl --open-loop --no-test-connection"
    assert perf(*words.split(), "--dataset-args", '{"speed": 2}') == 0
    assert [request.body for request in service.requests] == bodies
    requests = list(read_requests(tmp_path / "out" / "perf" / "m" / "trace_x2" / "requests.jsonl"))
    assert [request.scheduled for request in requests] == pytest.approx([0, 0.05, 0.1], abs=0.001)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--max-tokens", "9", "3"], "the fewest and the most"),
        (["--max-tokens", "1", "2", "3"], "the fewest and the most"),
        (["--tokenize-prompt"], "--tokenizer-path"),
        (["--api", "responses", "--tokenize-prompt"], "token ids go to /v1/completions"),
        (["--no-apply-chat-template"], "the service applies its own"),
        (["--api", "embedding", "--apply-chat-template"], "takes texts as they are"),
        (["--query-template", "{"], "--query-template is not valid JSON"),
        (["--query-template", '{"a": "b"}'], "has no %p"),
        (["--query-template", "@nowhere.json"], "cannot be read"),
        (["--prompt", "@nowhere.txt"], "--prompt @nowhere.txt: the file cannot be read"),
        (["--dataset-args", "[]"], "dataset_args cannot be read (in --dataset-args). It takes a JSON object"),
        (["--dataset-args", '{"speed": 2}'], "line_by_line takes no 'speed'"),
        (["--prefix-count", "0"], "prefix_count cannot be 0 (in --prefix-count)"),
        (["--image-width", "0"], "image_width cannot be 0 (in --image-width)"),
        (["--data-source", "local", "--dataset", "openqa"], "add --dataset-path"),
        (["--db-commit-interval", "5"], "nothing is written while a load runs"),
        (["--attn-implementation=sdpa"], "--server-args '--attn-implementation sdpa'"),
        (["--wandb-api-key", "k"], "wandb login"),
        (["--multi-turn-args", "{}"], "write --dataset-args"),
    ],
)
def test_a_mistake_is_told_before_anything_is_sent(arguments, words, perf, service, capsys):
    assert perf("-n", "1", *arguments) == 4
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert service.requests == []


def test_evalscopes_word_for_no_rate_is_understood(perf, service):
    assert perf("-n", "2", "--rate", "-1", "--prompt", "Hi") == 0
    assert len(service.requests) == 3


def test_two_speeds_of_a_replay_are_one_too_many(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.jsonl").write_text('{"timestamp": 0, "prompt": "a"}\n')
    words = "--url http://127.0.0.1:9/v1 --model m --dataset trace --dataset-path t.jsonl --replay-speed 2"
    assert main(["perf", *words.split(), "--dataset-args", '{"speed": 2}']) == 4
    assert "Drop one of them" in capsys.readouterr().err

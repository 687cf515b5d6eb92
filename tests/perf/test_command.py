"""``evalscope-pytest perf``: options, exit codes, files."""

from __future__ import annotations

import json
import re
import sys

import pytest

from evalscope_pytest.cli.main import main
from evalscope_pytest.perf.output.records import read_run
from tests.servers import service as fault

from .service import json_lines

KEY = "sk-thisIsTheSecretKey0123456789"


def test_loads_are_measured_one_after_the_other_and_written_down(perf, service, tmp_path, capsys):
    assert perf("--parallel", "1", "4", "-n", "4", "12", "--max-tokens", "9", "--goodput", "ttft:90s") == 0
    folder = tmp_path / "out" / "perf" / "m"
    summary = json.loads((folder / "summary.json").read_text())
    assert [result["name"] for result in summary["results"]] == ["parallel_1", "parallel_4"]
    assert [result["succeeded"] for result in summary["results"]] == [4, 12]
    assert summary["results"][0]["goodput"]["share"] == 1.0
    assert len(list(json_lines(folder / "parallel_4" / "requests.jsonl"))) == 12
    out = capsys.readouterr().out
    assert (folder / "summary.txt").read_text() in out + "\n"
    assert "goodput 100.0%" in out
    body = service.requests[-1].body
    assert (body["max_tokens"], body["stream"], body["stream_options"]) == (9, True, {"include_usage": True})


def test_the_folder_is_called_after_the_last_part_of_the_model(perf, tmp_path):
    assert perf("--model", "org/m-1.5", "-n", "1", "--no-test-connection") == 0
    assert (tmp_path / "out" / "perf" / "m-1.5" / "summary.json").is_file()


def test_the_page_needs_neither_scripts_nor_the_network(perf, tmp_path):
    assert perf("--parallel", "1", "2", "-n", "4") == 0
    page = (tmp_path / "out" / "perf" / "m" / "report.html").read_text()
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "http" not in page.replace("http://127.0.0.1", "").replace("http-equiv", "")
    assert page.count("<svg") >= 8


def test_no_prompt_is_sent_twice_while_there_are_new_ones(perf, service):
    assert perf("--parallel", "1", "2", "-n", "15") == 0
    sent = [request.body["messages"][0]["content"] for request in service.requests]
    assert len(sent) == len(set(sent)) == 31  # the first try included


def test_the_key_reaches_the_service_and_no_file(perf, service, tmp_path, capsys):
    service.fault_for = lambda received: fault.status(400, f"bad key {received.headers['authorization']}")
    assert perf("-n", "3", "--api-key", KEY, "--headers", f"X-Api-Key={KEY}2", "--no-test-connection") == 1
    assert service.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert service.requests[0].headers["x-api-key"] == f"{KEY}2"
    written = "".join(path.read_text() for path in (tmp_path / "out").rglob("*") if path.is_file())
    said = capsys.readouterr()
    assert "HTTP 400" in written
    assert KEY not in written + said.out + said.err


def test_what_a_service_says_cannot_leave_its_place_in_page_and_terminal(perf, service, tmp_path, capsys):
    service.fault_for = lambda received: fault.status(400, "<script>alert(1)</script>\x1b[2J")
    assert perf("-n", "2", "--no-test-connection") == 1
    assert "<script" not in (tmp_path / "out" / "perf" / "m" / "report.html").read_text()
    assert "\x1b" not in capsys.readouterr().out


def test_a_gate_decides_the_exit_code(perf, capsys):
    assert perf("-n", "4", "--goodput", "ttft:90s", "--eval-gate", "perf:goodput>=0.5", "--name", "a") == 0
    assert perf("-n", "4", "--eval-gate", "perf[parallel_1]:ttft.p99<0.000001", "--name", "b") == 1
    out = capsys.readouterr().out
    assert "gate perf:goodput>=0.5 at parallel_1: passed, goodput 1\n" in out
    assert re.search(r"ttft.p99<0.000001 at parallel_1: failed, ttft.p99 0.\d+ s, over 1e-06 by 0.0\d+\n", out)


def test_a_service_that_does_not_answer_is_told_before_the_load(perf, service, capsys):
    service.fault_for = lambda received: fault.status(404, "no such model")
    assert perf("-n", "1000") == 1
    assert len(service.requests) == 1
    assert "does not answer as it should: HTTP 404: no such model" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "nothing says when to stop"),
        (["-n", "5", "--paralel", "3"], "unknown option --paralel. Did you mean '--parallel'?"),
        (["-n", "5", "--parallel", "1", "2", "3", "-n", "5", "6"], "--number has 2 values for 3 loads"),
        (["-n", "5", "--parallel", "2", "2"], "names the same load twice"),
        (["-n", "5", "--rate", "2", "--parallel", "1", "2"], "give one number"),
        (["-n", "5", "--open-loop"], "add --rate R"),
        (["-n", "5", "--open-loop", "--rate", "2", "--parallel", "2"], "drop --parallel"),
        (["-n", "5", "--api", "opnai"], "Did you mean 'openai'?"),
        (["-n", "5", "--dataset", "openq"], "Did you mean 'openqa'?"),
        (["-n", "5", "--dataset", "line_by_line"], "add --dataset-path FILE"),
        (["-n", "5", "--dataset", "random"], "needs --tokenizer-path"),
        (["-n", "5", "--extra-args", "[1]"], "extra_args cannot be read (in --extra-args). It takes a JSON object"),
        (["-n", "5", "--headers", "novalue"], "Write NAME=VALUE"),
        (["-n", "5", "--goodput", "ttft:500"], "'500' is not a time"),
        (["-n", "5", "--no-stream", "--goodput", "ttft:5s"], "without a stream only latency is known"),
        (["-n", "5", "--eval-gate", "perf:goodput>=0.9"], "add --goodput"),
        (["-n", "5", "--eval-gate", "gsm8k>=0.9"], "a load test is called 'perf'"),
        (["-n", "5", "--eval-gate", "perf:ttft.p98<1"], "no metric 'ttft.p98'"),
        (["-n", "5", "--eval-gate", "perf[parallel_2]:ttft.p99<1"], "no load 'parallel_2'"),
        (["-n", "5", "--warmup-num", "-1"], "--warmup-num"),
        (
            ["-n", "5", "--read-timeout", "0"],
            "read_timeout cannot be 0 (in --read-timeout). It takes a number above 0.",
        ),
        (["-n", "5", "--min-prompt-length", "9", "--max-prompt-length", "3"], "leave no length"),
        (["-n", "5", "--min-prompt-length", "99999"], "no prompt in it between"),
    ],
)
def test_a_mistake_is_told_before_anything_is_sent(arguments, words, perf, service, capsys):
    assert perf(*arguments) == 4
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert service.requests == []


@pytest.mark.parametrize("url", ["127.0.0.1:8000/v1", "ftp://host/v1", "http://host:port/v1", "http://"])
def test_an_address_that_is_none_is_refused(url, perf, capsys):
    assert perf("-n", "1", url=url) == 4
    assert "--url" in capsys.readouterr().err


def test_a_run_is_read_back_as_it_was(perf, tmp_path):
    assert perf("--rate", "200", "-n", "20", "--goodput", "ttft:90s") == 0
    folder = tmp_path / "out" / "perf" / "m"
    again = read_run(folder).results[0]
    written = json.loads((folder / "summary.json").read_text())["results"][0]
    assert again.level.name == "rate_200"
    for name in ("ttft", "icl", "latency"):
        assert getattr(again, name).p99 == pytest.approx(written[name]["p99"], abs=2e-6)
    assert again.goodput is not None
    assert again.goodput.good == 20


@pytest.mark.parametrize("package", ["httptools", "orjson"])
def test_a_missing_package_is_told_before_anything_is_sent(package, perf, service, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, package, None)
    assert perf("-n", "4") == 4
    assert main(["perf", "compare", "a", "b"]) == 4
    told = f"ERROR: perf needs {package}, which is not installed. Run: pip install 'evalscope-pytest[perf]'.\n"
    assert capsys.readouterr().err == told * 2
    assert not service.requests


def test_a_folder_with_files_is_not_written_over(perf, capsys):
    assert perf("-n", "2") == 0
    assert perf("-n", "2") == 1
    assert "is not empty" in capsys.readouterr().err


def test_whole_replies(perf, service):
    assert perf("-n", "3", "--no-stream") == 0
    assert service.requests[0].body["stream"] is False


def test_completions(perf, service):
    assert perf("-n", "3", "--no-stream", url=f"{service.url}/completions") == 0
    assert service.requests[-1].path == "/v1/completions"
    assert service.requests[-1].body["prompt"].startswith("question")


def test_embeddings(perf, service, tmp_path):
    file = tmp_path / "texts.jsonl"
    file.write_text('{"text": "one"}\n{"text": ["two", "three"]}\n')
    assert perf("-n", "4", "--api", "embedding", "--dataset", "embedding", "--dataset-path", str(file)) == 0
    assert service.requests[-1].path == "/v1/embeddings"
    assert {json.dumps(r.body["input"]) for r in service.requests} == {'["one"]', '["two", "three"]'}
    summary = json.loads((tmp_path / "out" / "perf" / "m" / "summary.json").read_text())
    assert summary["results"][0]["throughput"]["input_per_s"] > 0


def test_rerank(perf, service, tmp_path):
    file = tmp_path / "pairs.jsonl"
    file.write_text('{"query": "q", "documents": ["a", "b"]}\n')
    assert perf("-n", "2", "--api", "rerank", "--dataset", "rerank", "--dataset-path", str(file)) == 0
    assert service.requests[-1].path == "/v1/rerank"
    assert service.requests[-1].body["documents"] == ["a", "b"]


def test_rerank_needs_pairs(perf, capsys):
    assert perf("-n", "2", "--api", "rerank") == 4
    assert "--dataset rerank" in capsys.readouterr().err


def test_the_speed_benchmark_has_its_table(perf, capsys, service):
    assert perf("--dataset", "speed_benchmark", url=f"{service.url}/completions") == 0
    out = capsys.readouterr().out
    assert "Speed Benchmark Results:" in out
    assert "| Prompt Tokens | Speed(tokens/s) |" in out
    assert len(service.requests) == 9


def test_a_text_of_ones_own(perf, service):
    assert perf("-n", "3", "--prompt", "What is 2 + 2?") == 0
    assert {r.body["messages"][0]["content"] for r in service.requests} == {"What is 2 + 2?"}


def test_conversations_turn_by_turn(perf, service, tmp_path):
    file = tmp_path / "talks.jsonl"
    talk = [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}, {"from": "human", "value": "c"}]
    file.write_text(json.dumps({"conversations": talk}) + "\n")
    assert perf("-n", "2", "--multi-turn", "--dataset", "share_gpt_en", "--dataset-path", str(file)) == 0
    messages = service.requests[-1].body["messages"]
    assert [m["role"] for m in messages] == ["user", "assistant", "user"]
    assert messages[1]["content"] == " t0 t1 t2 t3"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "m", "-n", "1"], "Add --url"),
        (["--model", "m", "-n", "1", "--api", "local", "--url", "http://127.0.0.1/v1"], "drop --url"),
        (["--model", "m", "-n", "1", "--url", "http://127.0.0.1/v1", "--port", "8877"], "are for --api local"),
    ],
)
def test_a_service_is_given_or_started(arguments, words, capsys):
    assert main(["perf", *arguments]) == 4
    assert words in capsys.readouterr().err

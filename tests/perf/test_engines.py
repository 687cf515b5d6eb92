"""``--api local`` and ``local_vllm``: a program that serves a model is started, measured and ended."""

from __future__ import annotations

import json
import os
import sys

import pytest

from evalscope_pytest.cli.main import main

STAND_IN = """#!{python}
import json, os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, reply):
        body = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer({{"path": self.path}})

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        usage = {{"prompt_tokens": 3, "completion_tokens": 2}}
        self.answer({{"choices": [{{"message": {{"content": "hi"}}}}], "usage": usage}})

    def log_message(self, *words):
        pass

words = sys.argv[1:]
open({file!r}, "w").write(json.dumps([os.getpid(), *words]))
if "--broken" in words:
    sys.exit("unknown option --broken")
ThreadingHTTPServer(("127.0.0.1", int(words[words.index("--port") + 1])), Handler).serve_forever()
"""


@pytest.fixture
def vllm(tmp_path, monkeypatch):
    """A program of vLLM's name; the file it leaves holds its process and its words."""
    program, seen = tmp_path / "bin" / "vllm", tmp_path / "seen.json"
    program.parent.mkdir()
    program.write_text(STAND_IN.format(python=sys.executable, file=str(seen)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    return seen


def test_vllm_is_started_measured_and_ended(vllm, tmp_path):
    words = "--api local_vllm --model ./qwen --prompt Hi -n 3 --no-stream --no-timestamp --name v"
    assert main(["perf", *words.split(), "--server-args", "--dtype bfloat16"]) == 0
    process, *told = json.loads(vllm.read_text())
    assert told[:4] == ["serve", "./qwen", "--host", "127.0.0.1"]
    assert told[-2:] == ["--dtype", "bfloat16"]
    result = json.loads((tmp_path / "outputs" / "perf" / "v" / "summary.json").read_text())["results"][0]
    assert (result["succeeded"], result["token_sources"]) == (3, {"usage": 3})
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_server_that_does_not_start_is_told_with_its_words(vllm, capsys):
    arguments = ["--api", "local_vllm", "--model", "m", "-n", "1", "--server-args=--broken"]
    assert main(["perf", *arguments]) == 1
    assert "vllm serve did not start with m: unknown option --broken" in capsys.readouterr().err


@pytest.mark.parametrize("api", ["local", "local_vllm"])
def test_a_program_that_is_missing_is_named(api, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert main(["perf", "--api", api, "--model", "m", "-n", "1"]) == 4
    assert f"--api {api} needs" in capsys.readouterr().err

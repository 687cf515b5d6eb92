"""Interfaces against a server nobody here wrote: ``transformers serve`` with a tiny random model."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest.cli.main import main
from evalscope_pytest.perf.load.local import served
from tests.models.tiny import write_checkpoint

for needed in ("torch", "transformers", "fastapi", "uvicorn"):
    pytest.importorskip(needed, reason="needs transformers[serving]")

pytestmark = pytest.mark.slow
OWN = """
from evalscope_pytest.wire import Delta

path = "/chat/completions"

def request(prompt, fields):
    return {"model": fields["model"], "messages": prompt.messages, "max_tokens": fields["max_tokens"], "stream": True}

def read(event):
    text = "".join(choice["delta"].get("content") or "" for choice in event["choices"])
    return Delta(text=text, output_tokens=(event.get("usage") or {}).get("completion_tokens"))
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    write_checkpoint(folder)
    return folder


@pytest.fixture(scope="module")
def url(model, tmp_path_factory):
    home = tmp_path_factory.mktemp("hf")
    (home / "hub").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HOME", str(home))
        patch.setenv("HF_HUB_OFFLINE", "1")
        with served(str(model)) as address:
            yield address


@pytest.mark.parametrize(
    ("how", "path"),
    [
        ("--api responses", ""),
        ("--apply-chat-template", "/completions"),
        ("--api own.py", ""),
    ],
)
def test_a_real_server_is_measured(how, path, url, model, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(OWN)
    words = (
        f"--url {url}{path} --model {model} --name r --no-timestamp --dataset random --tokenizer-path {model} "
        f"--min-prompt-length 12 --max-prompt-length 12 --parallel 2 -n 6 --max-tokens 8 {how}"
    )
    code = main(["perf", *words.split()])
    said = capsys.readouterr()
    assert code == 0, said.out + said.err
    result = json.loads((tmp_path / "outputs" / "perf" / "r" / "summary.json").read_text())["results"][0]
    assert (result["succeeded"], result["ttft"]["count"]) == (6, 6)
    assert result["token_sources"] == {"usage": 6}
    assert result["output_tokens"]["max"] == 8
    if path:
        assert "<|im_start|>" in (model / "chat_template.jinja").read_text()
        assert result["input_tokens"]["min"] > 12

"""A server nobody here wrote: ``transformers serve`` with continuous batching and a tiny random model."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest.cli.main import main
from evalscope_pytest.perf.data.tokenizer import load_tokenizer
from evalscope_pytest.perf.output.records import read_requests
from tests.models.tiny import write_checkpoint

for needed in ("torch", "transformers", "fastapi", "uvicorn"):
    pytest.importorskip(needed, reason="needs transformers[serving]")

pytestmark = pytest.mark.slow


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "hf" / "hub").mkdir(parents=True)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_model_of_ones_own_is_served_and_measured(here, capsys):
    model = here / "tiny"
    model.mkdir()
    write_checkpoint(model)
    words = (
        f"--api local --model {model} --name tiny --no-timestamp --dataset random --tokenizer-path {model} "
        "--min-prompt-length 24 --max-prompt-length 24 --parallel 1 4 -n 6 12 --max-tokens 16 --sleep-interval 0"
    )
    code = main(["perf", *words.split()])
    said = capsys.readouterr()
    assert code == 0, said.out + said.err
    folder = here / "outputs" / "perf" / "tiny"
    results = json.loads((folder / "summary.json").read_text())["results"]
    assert [result["succeeded"] for result in results] == [6, 12]
    assert [result["token_sources"] for result in results] == [{"usage": 6}, {"usage": 12}]
    frame = load_tokenizer(str(model)).count("user\nassistant\n") + 3  # the chat template's own tokens, give or take
    for request in read_requests(folder / "parallel_4" / "requests.jsonl"):
        assert request.tokens.output <= 16
        assert abs(request.tokens.input - 24 - frame) <= 6
        assert 0 < request.ttft <= request.latency

"""A server nobody here wrote: litellm's proxy, in front of a service of known pace.

It is run where it is installed: as ``litellm`` on the path, or where ``EVALSCOPE_PYTEST_LITELLM`` says, since it asks
for other versions of much that is needed here.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request

import pytest

from evalscope_pytest.cli.main import main
from evalscope_pytest.perf.output.records import read_run

from .service import Pace, stream_of

LITELLM = os.environ.get("EVALSCOPE_PYTEST_LITELLM") or shutil.which("litellm")
KEY = "sk-aKeyOfTheProxy0123456789"
TTFT_S, GAP_S, TOKENS = 0.2, 0.02, 12
CONFIG = """
model_list:
  - model_name: proxied
    litellm_params: {{model: openai/m, api_base: "{url}", api_key: none}}
litellm_settings: {{telemetry: false, num_retries: 0}}
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.skipif(LITELLM is None, reason="needs litellm[proxy], or its path in EVALSCOPE_PYTEST_LITELLM"),
]


@pytest.fixture
def proxy(service, tmp_path):
    """The proxy's address; the service behind it sends 12 tokens."""
    service.writes, service.pace = stream_of(TOKENS), Pace(TTFT_S, GAP_S)
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.format(url=service.url))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "LITELLM_MASTER_KEY": KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    log = (tmp_path / "proxy.log").open("w")
    words = [str(LITELLM), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(words, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=tmp_path)
    try:
        _wait_for(f"http://127.0.0.1:{port}/health/liveliness", process, tmp_path / "proxy.log")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _wait_for(url: str, process: subprocess.Popen[bytes], log) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"the proxy did not start\n{log.read_text()[-2000:]}")


def test_a_proxy_is_measured_as_its_usage_says(proxy, service, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = f"--url {proxy} --model proxied --api-key {KEY} --prompt hello --no-timestamp --sleep-interval 0"
    code = main(["perf", *words.split(), "--parallel", "1", "4", "-n", "6", "12", "--warmup-num", "2"])
    said = capsys.readouterr()
    assert code == 0, said.out + said.err
    folder = tmp_path / "outputs" / "perf" / "proxied"
    summary = json.loads((folder / "summary.json").read_text())["results"]
    assert [result["token_sources"] for result in summary] == [{"usage": 6}, {"usage": 12}]
    assert len(service.requests) == 1 + 2 + 6 + 2 + 12
    for result in read_run(folder).results:
        for request in result.requests:
            assert (request.tokens.input, request.tokens.output) == (5, TOKENS), "as the service behind it says"
            assert TTFT_S <= request.ttft < TTFT_S + 1.0
            assert request.latency >= TTFT_S + (TOKENS - 1) * GAP_S
            assert request.events == TOKENS, "the proxy's last, empty choices are no output"
        assert result.ttft.p50 < TTFT_S + 0.3
        assert result.tpot.p50 == pytest.approx(GAP_S, rel=0.4)
    assert KEY not in "".join(f.read_text() for f in folder.rglob("*") if f.is_file()) + said.out + said.err

"""Against a server nobody here wrote: ``transformers serve``, with the tiny random model."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from evalscope_pytest.models.factory import create

from .requests import request, spec
from .tiny import write_checkpoint

START_S = 120

for needed in ("torch", "transformers", "fastapi", "uvicorn"):
    pytest.importorskip(needed, reason="needs transformers[serving]")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The address of a running server and the name of its model, or a skip that says why there is none."""
    command = shutil.which("transformers", path=str(Path(sys.executable).parent)) or shutil.which("transformers")
    if command is None:
        pytest.skip("no `transformers` command")
    folder = write_checkpoint(tmp_path_factory.mktemp("tiny"))
    home = tmp_path_factory.mktemp("hf")
    (home / "hub").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (home / "serve.log").open("w+")
    env = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "HF_HOME": str(home)}
    args = [command, "serve", str(folder), "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    process = subprocess.Popen(args, stdout=log, stderr=subprocess.STDOUT, env=env, cwd=home)
    try:
        if not _healthy(process, port):
            log.seek(0)
            pytest.skip(f"`transformers serve` did not start: {log.read()[-400:]}")
        yield f"http://127.0.0.1:{port}/v1", str(folder)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        log.close()


def _healthy(process, port):
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    return False


def complete(text):
    """Return the text without half a character at its end, which the server does not stream."""
    return text.strip().rstrip("\ufffd")


@pytest.mark.parametrize("client", ["aiohttp", "sdk"])
@pytest.mark.parametrize("stream", [False, True])
def test_answers_are_those_of_the_same_weights_in_this_process(served, client, stream):
    url, folder = served
    questions = [request(q, max_tokens=12, temperature=0.0, stream=stream) for q in ("Hi", "What is 6 x 7?")]
    local = [request(q, max_tokens=12) for q in ("Hi", "What is 6 x 7?")]

    async def run():
        service = create(spec("openai_api", url, model=folder, model_args={"client": client}))
        own = create(spec("llm_ckpt", model=folder))
        asked = zip(questions, local, strict=True)
        pairs = [(await service.generate(q), await own.generate(mine)) for q, mine in asked]
        await service.close()
        await own.close()
        return pairs

    for served_output, own_output in asyncio.run(run()):
        assert complete(served_output.text) == complete(own_output.text) != ""
        assert served_output.stop_reason == own_output.stop_reason
        assert served_output.usage.output_tokens == own_output.usage.output_tokens
        assert (served_output.ttft_s is not None) == stream

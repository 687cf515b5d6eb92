"""Weights come from the hub through its own library, and from a folder without any connection."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.servers.model_hub import model_hub

from .tiny import write_checkpoint

pytest.importorskip("torch", reason="local models need evalscope-pytest[local]")
pytest.importorskip("transformers", reason="local models need evalscope-pytest[local]")

ASK = """
import sys
from tests.models.requests import answer, request, spec
for hub in sys.argv[2:]:
    output = answer(spec("llm_ckpt", model=sys.argv[1], model_args={"hub": hub}), request("Hi", max_tokens=4))[0]
    print("TOKENS", hub, output.usage.output_tokens)
"""


HUBS = {"modelscope": "GET /api/v1/models/org/tiny", "huggingface": "GET /org/tiny/resolve/"}


@pytest.mark.slow
def test_weights_are_downloaded_once_from_each_hub_and_unused_formats_not_at_all(tmp_path):
    folder = write_checkpoint(tmp_path / "weights")
    (folder / "model.gguf").write_bytes(b"large")
    with model_hub("org/tiny", folder) as (url, requests):
        env = {
            **os.environ,
            "HF_ENDPOINT": url,
            "HF_HOME": str(tmp_path / "hf"),
            "MODELSCOPE_ENDPOINT": url,
            "MODELSCOPE_DOMAIN": url.removeprefix("http://"),
            "MODELSCOPE_CACHE": str(tmp_path / "ms"),
            "HF_HUB_DISABLE_XET": "1",
        }
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, "-c", ASK, "org/tiny", *HUBS], env=env, capture_output=True, text=True, timeout=240
            )
            for hub in HUBS:
                assert f"TOKENS {hub} 4" in done.stdout, done.stderr[-2000:]
        for start in HUBS.values():
            assert len([r for r in requests if r.startswith(start) and "safetensors" in r]) == 1, requests
        assert not any("gguf" in r for r in requests)

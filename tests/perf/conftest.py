"""Fixtures of the load tester's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evalscope_pytest.cli.main import main
from evalscope_pytest.perf.data.tokenizer import Tokenizer, load_tokenizer

from .belief import believed  # noqa: F401
from .service import Pace, PerfService, stream_of


@pytest.fixture
def service() -> Iterator[PerfService]:
    with PerfService() as server:
        yield server


@pytest.fixture
def prompts(tmp_path) -> Path:
    path = tmp_path / "prompts.txt"
    path.write_text("\n".join(f"question {n}" for n in range(40)), encoding="utf-8")
    return path


@pytest.fixture
def perf(service, prompts, tmp_path, monkeypatch, believed):  # noqa: F811
    """Run the command against the service; the folder of its files is ``out/perf/m``."""
    monkeypatch.chdir(tmp_path)
    service.writes, service.pace = stream_of(4), Pace(0.06, 0.005)

    def run(*arguments: str, url: str = service.url) -> int:
        data = (
            ()
            if "--dataset" in arguments or "--prompt" in arguments
            else ("--dataset", "line_by_line", "--dataset-path", str(prompts))
        )
        where = ("--outputs-dir", str(tmp_path / "out"), "--no-timestamp", "--sleep-interval", "0")
        return main(["perf", "--url", url, "--model", "m", *data, *where, *arguments])

    return run


@pytest.fixture(scope="session")
def tokenizer_folder(tmp_path_factory):
    """A byte-level BPE trained on the spot: decoding and encoding again merges and splits, as real ones do."""
    from tokenizers import Tokenizer as Fast
    from tokenizers import decoders, models, pre_tokenizers, trainers

    fast = Fast(models.BPE())
    fast.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    fast.decoder = decoders.ByteLevel()
    words = [
        f"{a}{b}{c}"
        for a in ("un", "re", "in", "")
        for b in ("form", "act", "press", "der")
        for c in ("ing", "ed", "er")
    ]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet)
    fast.train_from_iterator([" ".join(words), "熵 übung été"] * 20, trainer)
    folder = tmp_path_factory.mktemp("model")
    fast.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture(scope="session")
def tokenizer(tokenizer_folder) -> Tokenizer:
    return load_tokenizer(str(tokenizer_folder))

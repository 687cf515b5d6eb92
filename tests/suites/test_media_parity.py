"""With EvalScope's templates, the parts of each message and the bytes of its media are EvalScope's."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import load
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.datasets.base import DataLocation
from evalscope_pytest.wire.tool_calls import chat_message

pytestmark = pytest.mark.real_data
RUNS = ("general_vqa", "general_vqa_tsv", "general_vmcq")


def addressed(url: str) -> dict[str, Any]:
    data = b64decode(url.rpartition(",")[2])
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def comparable(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message with the address of the bytes in place of media; without the type EvalScope makes up."""
    if isinstance(message["content"], str):
        return {"role": message["role"], "content": message["content"]}
    parts = []
    for part in message["content"]:
        made = json.loads(json.dumps(part))
        if made["type"] in ("image_url", "video_url"):
            held, name = made[made["type"]], "url"
        elif made["type"] == "input_audio":
            held, name = made["input_audio"], "data"
        else:
            parts.append(made)
            continue
        found = held[name] if isinstance(held[name], dict) else addressed(held[name])
        held[name] = {key: found[key] for key in ("sha256", "bytes")}
        parts.append(made)
    return {"role": message["role"], "content": parts}


@pytest.mark.parametrize("run", RUNS)
def test_parts_and_targets_are_evalscopes(
    run: str, parity_media: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shared_data)
    args = json.loads((parity_media / run / "args.json").read_text(encoding="utf-8"))
    expected = [json.loads(line) for line in (parity_media / run / "samples.jsonl").open(encoding="utf-8")]
    benchmark, resolved = load_bundled(args["benchmark"]), args["resolved_benchmark"]
    folder = args["dataset_args"][benchmark.name].get("dataset_id", benchmark.name)
    place = DataLocation(
        benchmark.name, benchmark.file.parent, hub="local", dataset_id=str((parity_media / folder).resolve())
    )
    given = {"prompt_template": resolved["prompt_template"]} if resolved["prompt_template"] else {}
    loaded = load(resolve(benchmark, DatasetArgs(subset_list=tuple(resolved["subset_list"]), **given)), place)
    samples = [sample for found in loaded.subsets.values() for sample in found]
    assert len(samples) == len(expected)
    for sample, row in zip(samples, expected, strict=True):
        sent = [comparable(chat_message(message)) for message in loaded.messages(sample)]
        assert sent == [comparable(message) for message in row["messages"]], row["order"]
        assert list(sample.targets) == row["target"]

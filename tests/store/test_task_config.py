"""The written configuration shows what ran, and no secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from evalscope_pytest.core.secret import Secret
from evalscope_pytest.store.layout import WorkDir
from evalscope_pytest.store.plan import BenchmarkPlan, RunPlan, plain, write_task_config

PLAN = RunPlan(
    "m",
    "m",
    "s1",
    (
        BenchmarkPlan(
            "quiz", ("accuracy",), ("main",), {"main": 1}, settings={"few_shot_num": 4}, version="3", fingerprint="f"
        ),
    ),
)


def _written(tmp_path: Path, settings: dict[str, Any]) -> tuple[str, Any]:
    text = write_task_config(WorkDir(tmp_path), settings, PLAN, cache_source="outputs/1").read_text(encoding="utf-8")
    return text, yaml.safe_load(text)


def test_settings_are_flat_and_sorted_with_benchmarks_and_identity(tmp_path: Path) -> None:
    _, read = _written(tmp_path, {"model": "m", "datasets": ("quiz",), "limit": None, "work_dir": Path("outputs")})
    assert list(read) == sorted(read)
    assert (read["model"], read["datasets"], read["limit"], read["work_dir"]) == ("m", ["quiz"], None, "outputs")
    assert read["resolved_benchmarks"] == {"quiz": {"few_shot_num": 4}}
    assert read["evaluation_identity"] == {
        "schema_version": 1,
        "benchmarks": {"quiz": {"evaluation_version": "3", "fingerprint": "f", "cache_source": "outputs/1"}},
    }


def test_no_secret_is_written_whatever_way_it_came(tmp_path: Path) -> None:
    settings = {
        "api_key": Secret("canary-key-1"),
        "api_url": "https://user:canary-key-2@host/v1",
        "model_args": {"default_headers": {"Authorization": "Bearer canary-key-3", "X-Api-Key": "canary-key-4"}},
        "note": "the key is canary-key-1 indeed",
        "judge": [{"api_key": "canary-key-5"}],
    }
    text, read = _written(tmp_path, settings)
    assert "canary" not in text
    assert read["api_key"] == "***"
    assert "host/v1" in read["api_url"]


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("max_tokens", "512", "512"),
        ("api_key", "EMPTY", "EMPTY"),
        ("reasoning_tokens", 3, 3),
        ("hub_token", "abc", "***"),
    ],
)
def test_only_secrets_are_masked(name: str, value: object, shown: object) -> None:
    assert plain({name: value}) == {name: shown}


def test_any_text_can_be_written(tmp_path: Path) -> None:
    _, read = _written(tmp_path, {"prompt": "中文 \ud800 \0 {x}\n", "set": {"b", "a"}})
    assert read["prompt"] == "中文 \\ud800 \0 {x}\n"
    assert read["set"] == ["a", "b"]

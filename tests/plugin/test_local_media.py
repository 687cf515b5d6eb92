"""Runs of a local model that takes pictures: what is recorded, carried on and refused."""

from __future__ import annotations

import json

import pytest

from tests.media import wav
from tests.models.local_parts import noise
from tests.models.tiny_media import write_llava

pytest.importorskip("torch", reason="local models need evalscope-pytest[local]")
pytest.importorskip("transformers", reason="local models need evalscope-pytest[local]")
pytest.importorskip("PIL", reason="local models of pictures need evalscope-pytest[vlm]")

MADE = """
from evalscope_pytest import audio, image, text
def to_sample(record):
    part = image(record["image"]) if "image" in record else audio(record["audio"])
    return Sample([part, text("What?")], record["answer"])
"""


def test_a_run_with_pictures_is_carried_on_without_the_weights_and_sound_is_refused_ahead_of_them(project):
    weights = write_llava(project.path / "weights")
    project.options = ["--eval-generation-config=max_tokens=4", "--eval-batch-size=2"]
    project.model = str(weights)
    for name, field, ending, made in (
        ("seen", "image", "png", lambda n: noise(n).source.open()),
        ("heard", "audio", "wav", lambda n: wav()),
    ):
        project.benchmark(name, before=MADE, count=1)
        rows = [{field: f"{n}.{ending}", "answer": "no"} for n in range(3)]
        project.write(f"{name}.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
        for n in range(3):
            (project.path / f"{n}.{ending}").write_bytes(made(n))
    run = project.run("test_seen.py")
    assert run.counts == {"wrong": 3}
    usage = [row["model_output"]["usage"] for row in run.rows()]
    assert {u["input_tokens"] for u in usage} == {25}
    answers = [row["model_output"]["choices"][0]["message"]["content"] for row in run.rows()]
    assert len(set(answers)) == 3
    (weights / "model.safetensors").unlink()
    assert project.run("test_seen.py", f"--eval-use-cache={run.work_dir}").counts == {"wrong": 3}
    refused = project.run("test_heard.py")
    assert refused.code == 4
    assert "takes text and pictures (model_task image_text_to_text" in refused.out.replace("\n", " ")

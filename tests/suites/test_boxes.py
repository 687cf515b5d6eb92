"""Boxes that replies give, in every form; boxes and regions drawn on pictures."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.content import Image, medium_of
from evalscope_pytest.core.errors import ConfigError, DatasetError, MediaError
from evalscope_pytest.core.values import Sample
from suites.multimodal import outlined
from suites.multimodal.coordinates import Box, boxes, first_box
from tests.media import png

from .test_suites import from_written, loaded_from, score_of
from .written import write

RIGHT = Box(0.1, 0.2, 0.5, 0.6)
SIZE = (640, 480)
FORMS = """[0.1, 0.2, 0.5, 0.6]
[64, 96, 320, 288]
[100, 200, 500, 600]
[10%, 20%, 50%, 60%]
{"bbox_2d": [64, 96, 320, 288]}
{"label": "dog 2", "bbox": [100, 200, 500, 600]}
[{"bbox_2d": [100, 200, 500, 600], "label": "dog"}, {"bbox_2d": [1, 2, 3, 4], "label": "cat"}]
{"bboxes": [[100, 200, 500, 600], [1, 2, 3, 4]]}
<box>(100,200),(500,600)</box>
<|box_start|>(100,200),(500,600)<|box_end|>
The box is (0.1, 0.2, 0.5, 0.6).
The dog 2 is at [0.1, 0.2, 0.5, 0.6] in picture 1.
x1=0.1, y1=0.2, x2=0.5, y2=0.6
{"x1": 0.1, "y1": "0.2", "x2": 0.5, "y2": 0.6}
{"x": 64, "y": 96, "width": 256, "height": 192}
x: 64, y: 96, width: 256, height: 192
xmin: 64, ymin: 96, xmax: 320, ymax: 288
top-left (64, 96), bottom-right (320, 288)
{"top_left": [64, 96], "bottom_right": {"x": 320, "y": 288}}
{"bbox": "[0.1, 0.2, 0.5, 0.6]"}
{'bbox': [0.1, 0.2, 0.5, 0.6]}
[0.1 0.2 0.5 0.6]
[[0.1, 0.2], [0.5, 0.6]]
[0.5, 0.6, 0.1, 0.2]
０.1，0.2，0.5，0.6
\\boxed{[0.1, 0.2, 0.5, 0.6]}
<think>[1, 2, 3, 4]</think>[0.1, 0.2, 0.5, 0.6]
[1, 2, 3, 4] no, rather [100, 200, 500, 600]
[1, 2, 3, 4]. Answer: [100, 200, 500, 600]"""
NONE = ["", "I see no box", "[0.1, 0.2, 0.5]", "[0.6, 0.6, 0.9, 0.9]", "<think>[0.1, 0.2, 0.5, 0.6]"]
NONE += ['{"a":' * 3000, "[" * 5000]


def overlap(reply: str, units: str = "") -> float:
    return max((found.overlap(RIGHT) for found in boxes(first_box(reply), SIZE, units=units)), default=0.0)


def test_a_box_is_read_in_every_form() -> None:
    assert [form for form in FORMS.splitlines() if overlap(form) < 0.999] == []
    assert [form for form in NONE if overlap(form) > 0.0] == []


@pytest.mark.parametrize(
    ("units", "reply"),
    [("pixels", "[64, 96, 320, 288]"), ("thousandths", "[100, 200, 500, 600]"), ("fractions", "[0.1, 0.2, 0.5, 0.6]")],
)
def test_units_that_are_named_are_the_only_ones(units: str, reply: str) -> None:
    for other in ("pixels", "thousandths", "fractions"):
        assert (overlap(reply, other) > 0.99) == (other == units)


@given(reply=st.text(alphabet="[]{}(),.:\"' 0123456789xyhw%-", max_size=120))
def test_any_text_has_a_box_inside_the_picture_or_none(reply: str) -> None:
    for box in boxes(first_box(reply), SIZE):
        assert 0 <= box.left <= box.right <= 1
        assert 0 <= box.top <= box.bottom <= 1
        assert 0 <= box.overlap(RIGHT) <= 1


def first(name: str, folder: Path, **params: Any) -> tuple[Any, Sample]:
    loaded = from_written(name, folder, extra_params=params)
    return loaded.resolved.benchmark, next(iter(loaded.subsets.values()))[0]


def test_boxes_found_among_others(tmp_path: Path) -> None:
    benchmark, sample = first("ref_adv_s", tmp_path)
    found = score_of(benchmark, "[100, 200, 500, 500]", sample).values  # three quarters of the box
    assert found == {"ACC@0.5": 1.0, "ACC@0.75": 1.0, "ACC@0.9": 0.0, "2-3/ACC@0.5": 1.0}
    assert sample.targets == ("[64, 96, 320, 288]",)
    benchmark, sample = first("ref_adv_s", tmp_path, pred_box_format="abs_xyxy", prompt_mode="cot")
    assert score_of(benchmark, "[100, 200, 500, 600]", sample).values["ACC@0.75"] == 0.0
    assert "in pixels" in benchmark.prompt
    assert "step by step" in benchmark.prompt
    loaded = from_written("ref_adv_s", tmp_path, prompt_template='<image>\nFind "{ref_sentence}"')
    (message,) = loaded.messages(loaded.subsets["default"][0])
    assert message.text == 'Find "the dog without a collar"'
    assert len(message.media) == 1


def test_the_box_of_each_description(tmp_path: Path) -> None:
    loaded = from_written("refcoco", tmp_path, extra_params={"eval_mode": "bbox_rec"})
    benchmark, samples = loaded.resolved.benchmark, loaded.subsets["test"]
    assert [sample.question for sample in samples] == ["left dog", "the left dog", "red cup", "the red cup"]
    assert samples[0].metadata["box"] == [1 / 16, 1 / 4, 9 / 16, 3 / 4]
    values = score_of(benchmark, "[1, 1, 9, 2]", samples[0]).values  # pixels: the upper half
    assert values["IoU"] == pytest.approx(0.5)
    assert [values[f"ACC@{x}"] for x in (0.1, 0.3, 0.5, 0.7, 0.9)] == [1.0, 1.0, 1.0, 0.0, 0.0]
    assert values["Center_ACC"] == 1.0
    assert set(score_of(benchmark, "nowhere", samples[0]).values.values()) == {0.0}
    ideal = benchmark.scorer.ideal_reply(samples[0])
    assert score_of(benchmark, ideal, samples[0]).values["IoU"] == pytest.approx(1.0)


@pytest.mark.parametrize("mode", ["bbox", "seg"])
def test_a_region_is_outlined_and_described(mode: str, tmp_path: Path) -> None:
    pillow = pytest.importorskip("PIL.Image", reason="Pillow draws the outline")
    benchmark, sample = first("refcoco", tmp_path, eval_mode=mode)
    (part,) = (part for part in sample.parts if isinstance(part, Image))
    drawn = pillow.open(io.BytesIO(medium_of(part).read()))
    assert (drawn.format, drawn.size) == ("JPEG", (16, 4))
    red, green, _ = drawn.convert("RGB").resize((1, 1)).getpixel((0, 0))
    assert red > green
    assert score_of(benchmark, "left dog", sample).values["ROUGE_L"] == pytest.approx(1.0)
    assert benchmark.metrics[0] == "CIDEr"


def test_a_damaged_picture_is_an_error_of_its_sample(tmp_path: Path) -> None:
    pytest.importorskip("PIL.Image", reason="Pillow draws the outline")
    for data in (png()[:-20], png(60_000, 60_000, pixels=False), png(pixels=False)):
        damaged = outlined.with_box({"image": data, "bbox": [0, 0, 1, 1]})
        with pytest.raises(MediaError, match="the picture in a record"):
            medium_of(damaged).read()
    assert outlined.size_of({"image": png()[:-20]}) == (0, 0)
    root = write("refcoco", tmp_path)
    records = root / "test.jsonl"
    records.write_text(records.read_text().replace('"bytes": ""', '"bytes": "", "x": 0').replace("data:", "file:"))
    with pytest.raises(DatasetError, match="in the record, as bytes"):
        loaded_from("refcoco", root, subset_list=("test",))


@pytest.mark.parametrize(
    ("name", "params", "said"),
    [
        ("refcoco", {"eval_mode": "box"}, "eval_mode of refcoco: 'box'.*bbox"),
        ("ref_adv_s", {"prompt_mode": "cott"}, "prompt_mode of ref_adv_s: 'cott'.*cot"),
        ("ref_adv_s", {"pred_box_format": "xyxy"}, "pred_box_format of ref_adv_s: 'xyxy'"),
    ],
)
def test_wrong_modes_are_refused(name: str, params: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=said):
        from_written(name, tmp_path, extra_params=params)


def test_without_pillow_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ConfigError, match=r"pip install 'evalscope-pytest\[media\]'"):
        from_written("refcoco", tmp_path)

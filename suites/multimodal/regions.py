"""Regions of photographs: described, or found by a description (RefCOCO)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evalscope_pytest import Sample, image, text
from evalscope_pytest.core.errors import ConfigError, closest
from evalscope_pytest.datasets.reader import Reader
from evalscope_pytest.scoring.captions import captions as captions
from evalscope_pytest.scoring.captions import shared_corpus

from .located import referred
from .outlined import need_pillow, size_of, with_box, with_region

MODES = {"bbox": with_box, "seg": with_region, "bbox_rec": None}
FIND = (
    "Find what this describes in the picture: {question}\nReply with its box alone, as [left, top, right, bottom] in "
    "shares of the picture's width and height, from 0 to 1."
)


def in_mode(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs in the benchmark with its parameter ``eval_mode``.

    Raises:
        ConfigError: It is wrong, or Pillow is not installed.
    """
    mode, scorer = params["eval_mode"], referred()
    if mode not in MODES:
        raise ConfigError(f"eval_mode of refcoco: {mode!r}. {closest(mode, MODES)}")
    need_pillow(f"eval_mode {mode} of refcoco")
    return {} if MODES[mode] else {"prompt": FIND, "scorer": scorer, "metrics": scorer.metrics, "aggregation": {}}


def records(read: Reader, subset: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a record for each region, or for each description of one, if they are to be found."""
    rows = read.rows(split=subset)
    if not MODES[params["eval_mode"]]:
        return [{**row, "wanted": words} for row in rows for words in row["answer"]]
    corpus = shared_corpus(row["answer"] for row in rows)
    return [{**row, "corpus": corpus} for row in rows]


def region(record: Mapping[str, Any], mode: str) -> Sample:
    """Return the sample of a record; questions on one photograph are a cluster."""
    about, name = {"file_name": str(record.get("file_name") or "")}, str(record["question_id"])
    if draw := MODES[mode]:
        parts = [text(record["question"]), draw(record)]
        answers, corpus = list(map(str, record["answer"])), record["corpus"]
        return Sample(parts, answers, metadata=about, private=corpus, id=name, cluster=about["file_name"])
    (left, top, width, height), size = record["bbox"], size_of(record)
    corners = [left, top, left + width, top + height]
    box = [side / max(length, 1) for side, length in zip(corners, size * 2, strict=True)]
    found = {**about, "box": box, "size": list(size)}
    parts = [text(record["wanted"]), image(record["image"])]
    return Sample(parts, str(box), metadata=found, id=name, cluster=about["file_name"])

"""Circular evaluation (MMBench): a question is right if it is with its options in every turned order."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any

from evalscope_pytest import Sample, Score, Scorer, scoring
from evalscope_pytest.scoring.scorer import changed

from .bench_options import bench_options

_CHOICE = scoring.choice_answer()
_LETTERS = "ABCD"


def circular(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs in a benchmark if its parameter ``circular`` is true."""
    if not params["circular"]:
        return {}
    scorer = Scorer("circular_choice", ("circular_acc", "accuracy"), _score, _CHOICE.ideal_reply)
    averaged = {"circular_acc": "all_of_part"}
    return {"expand": turned, "scorer": scorer, "metrics": scorer.metrics, "aggregation": averaged}


def turned(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a record once for each of its options, with the options moved by one place more each time."""
    options, records = bench_options(record), []
    for turn in range(len(options)):
        fields = dict(zip(_LETTERS, options[turn:] + options[:turn], strict=False))
        answer = _LETTERS[(_LETTERS.index(record["answer"]) - turn) % len(options)]
        records.append({**record, **fields, "answer": answer, "turn": turn})
    return records


def _score(text: str, sample: Sample) -> Score | Awaitable[Score]:
    return changed(_CHOICE.score(text, sample), partial(_in_turn, sample))


def _in_turn(sample: Sample, found: Score) -> Score:
    right = found.values["accuracy"]
    weights = {"weights": {"circular_acc": {str(sample.metadata["index"]): 1.0}}}
    return Score.of({"circular_acc": right, "accuracy": right}, answer=found.answer, metadata=weights)

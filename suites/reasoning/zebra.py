"""ZebraLogic: a table of houses and their attributes, given as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring.read.json_text import last_json
from evalscope_pytest.scoring.scorer import Scorer

# Sizes (houses, attributes) as the paper groups them.
_EASY = frozenset({(2, 2), (2, 3), (2, 4), (2, 5), (2, 6), (3, 2), (3, 3)})
_SMALL = _EASY | {(4, 2)}
_MEDIUM = frozenset({(3, 4), (3, 5), (3, 6), (4, 3), (4, 4), (5, 2), (6, 2)})
_LARGE = frozenset({(4, 5), (5, 3), (4, 6), (5, 4), (6, 3)})
METRICS = (
    "puzzle_acc", "cell_acc", "easy_puzzle_acc", "hard_puzzle_acc", "small_puzzle_acc", "medium_puzzle_acc",
    "large_puzzle_acc", "xl_puzzle_acc", "avg_reason_lens", "no_answer",
)  # fmt: skip

Table = dict[tuple[str, str], str]


def zebra_answer() -> Scorer:
    """Judge a logic grid puzzle (Lin et al. 2025, arXiv:2502.01100) by whole puzzles and by cells.

    The target is the JSON of ``{"header": ["House", ...], "rows": [["1", ...], ...]}``. A reply without a solution has
    all cells wrong and counts in ``no_answer``, the share of such replies.
    """
    return Scorer("zebra_answer", METRICS, _score, _ideal_reply)


def blank_solution(header: list[str], houses: int) -> dict[str, Any]:
    """Return the requested form of a reply, with blanks in place of answers."""
    blank = dict.fromkeys(header[1:], "___")
    return {"reasoning": "___", "solution": {f"House {house}": dict(blank) for house in range(1, houses + 1)}}


def _ideal_reply(sample: Sample) -> str:
    gold = json.loads(sample.targets[0])
    rows = {f"House {row[0]}": dict(zip(gold["header"][1:], row[1:], strict=True)) for row in gold["rows"]}
    return json.dumps({"reasoning": "", "solution": rows}, ensure_ascii=False)


def _score(text: str, sample: Sample) -> Score:
    gold = json.loads(sample.targets[0])
    cells = {
        (f"house {row[0]}", attribute.lower()): _plain(value)
        for row in gold["rows"]
        for attribute, value in zip(gold["header"][1:], row[1:], strict=True)
    }
    reply = last_json(text, "{", _is_reply)
    given = _table(reply["solution"]) if reply else {}
    right = sum(given.get(cell) == value for cell, value in cells.items())
    solved = float(right == len(cells))
    size = (len(gold["rows"]), len(gold["header"]) - 1)
    values = {"puzzle_acc": solved, "cell_acc": right / len(cells), "no_answer": float(not given)}
    values |= {f"{group}_puzzle_acc": solved for group in _groups(size)}
    if reply:
        values["avg_reason_lens"] = len(str(reply.get("reasoning") or ""))
    answer = json.dumps(reply["solution"], ensure_ascii=False) if reply else None
    return Score.of(values, answer=answer, metadata={"weights": {"cell_acc": len(cells)}})


def _groups(size: tuple[int, int]) -> tuple[str, str]:
    large = "small" if size in _SMALL else "medium" if size in _MEDIUM else "large" if size in _LARGE else "xl"
    return "easy" if size in _EASY else "hard", large


def _is_reply(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("solution"), Mapping) and bool(value["solution"])


def _table(solution: Mapping[str, Any]) -> Table:
    return {
        (_plain(house), _plain(attribute)): _plain(value[0] if isinstance(value, list) and value else value)
        for house, attributes in solution.items()
        if isinstance(attributes, Mapping)
        for attribute, value in attributes.items()
    }


def _plain(value: Any) -> str:
    return str(value).strip().lower()

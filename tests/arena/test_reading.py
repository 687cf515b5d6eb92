"""Files of others: predictions and votes that hold anything at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalscope_pytest.arena.pairing import contestant, read_votes
from evalscope_pytest.core.errors import ConfigError, DatasetError

ANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
KEYS = st.sampled_from(
    ["role", "content", "type", "text", "choices", "message", "category", "index", "messages", "model_output"]
)
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(KEYS, v, max_size=4), max_leaves=8)
MESSAGE = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": VALUES})
ROW = st.fixed_dictionaries(
    {"index": st.integers(0, 3) | VALUES, "messages": st.lists(MESSAGE, max_size=3) | VALUES},
    optional={
        "model_output": st.fixed_dictionaries({"choices": st.lists(st.fixed_dictionaries({"message": MESSAGE}))})
        | VALUES,
        "metadata": VALUES,
    },
)


@ANY
@given(st.lists(ROW | VALUES, max_size=3))
def test_predictions_are_read_or_refused_in_a_sentence(tmp_path: Path, rows: list[object]) -> None:
    folder = tmp_path / "predictions" / "m"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "x_default.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    try:
        found = contestant(str(tmp_path))
    except DatasetError:
        return
    assert all(isinstance(reply.text, str) for reply in found.replies.values())


@pytest.mark.parametrize("line", ["[" * 100_000, '{"index": 0', '{"index": ' + "9" * 5000 + "}", "\x00"])
def test_a_broken_line_is_named(tmp_path, line):
    folder = tmp_path / "predictions" / "m"
    folder.mkdir(parents=True)
    (folder / "x_default.jsonl").write_text(f"\n{line}\n")
    with pytest.raises(DatasetError, match=r"line 2 of .*x_default\.jsonl is not a prediction"):
        contestant(str(tmp_path))


@ANY
@given(st.binary(max_size=60) | st.text("pairverdict,\n\r\"'A0tie \x00", max_size=60).map(str.encode), st.booleans())
def test_votes_are_read_or_refused_in_a_sentence(tmp_path: Path, content: bytes, headed: bool) -> None:
    (tmp_path / "v.csv").write_bytes((b"verdict,pair\n" if headed else b"") + content)
    try:
        votes = read_votes([str(tmp_path / "v.csv")])
    except ConfigError:
        return
    assert all(vote.value in (0, 0.5, 1) for found in votes.values() for vote in found)

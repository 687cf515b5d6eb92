"""What is checked of a benchmark before its first request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalscope_pytest.core.errors import UnreadyError
from evalscope_pytest.run.session import Session

WITHOUT = {"query": "Why is the sky blue?"}
WITH = {"query": "Why is the sky blue?", "response": "Air scatters blue light."}


def session(folder: Path, records: list[dict[str, str]], **settings: object) -> Session:
    folder.joinpath("open.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in records))
    task = {
        "model": "mock",
        "datasets": ["general_qa"],
        "dataset_args": {"general_qa": {"dataset_id": str(folder), "subset_list": ["open"]}},
        "work_dir": str(folder / "out"),
    }
    return Session({**task, **settings})


def test_records_that_the_scorer_cannot_score_are_refused_before_any_request(tmp_path: Path) -> None:
    with (
        session(tmp_path, [WITHOUT] * 3) as run,
        pytest.raises(UnreadyError, match="'general_qa' cannot score its samples: there is no reference answer"),
    ):
        run.prepare()


def test_one_record_that_can_be_scored_is_enough(tmp_path: Path) -> None:
    with session(tmp_path, [WITHOUT, WITH, WITHOUT]) as run:
        assert run.prepare() == {"general_qa": 3}


def test_a_list_of_samples_needs_no_scores(tmp_path: Path) -> None:
    with session(tmp_path, [WITHOUT], dry_run=True) as run:
        assert run.prepare() == {"general_qa": 1}

"""Recorded replies to the first written sample of a benchmark: a right one, a wrong one, and a malformed one.

They stand in ``replies_{area}.py``: ``REPLIES`` maps a benchmark to its three replies, or to its three and the args
they are judged with.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest.core.errors import SandboxError
from evalscope_pytest.report.semantics import meaning

from .test_suites import from_written, score_of

REPLIES: dict[str, Any] = {}
for _file in sorted(Path(__file__).parent.glob("replies_*.py")):
    REPLIES.update(import_module(f".{_file.stem}", __package__).REPLIES)


@pytest.mark.parametrize("name", sorted(REPLIES))
def test_a_right_a_wrong_and_a_malformed_reply(name: str, tmp_path: Path) -> None:
    replies, args = (REPLIES[name], {}) if len(REPLIES[name]) == 3 else (REPLIES[name][:3], REPLIES[name][3])
    loaded = from_written(name, tmp_path, **args)
    benchmark, sample = loaded.resolved.benchmark, next(iter(loaded.subsets.values()))[0]
    try:
        right, wrong, malformed = (score_of(benchmark, reply, sample) for reply in replies)
    except SandboxError as error:
        if "its programs start processes" not in str(error):
            raise
        pytest.skip(str(error))  # no verdict, as it should be: `test_languages` has what is scored in every jail
    primary = benchmark.metrics[0]
    credit = meaning(primary).credit
    assert credit(right.values[primary]) == pytest.approx(1.0)
    assert credit(wrong.values[primary]) < 1.0
    assert credit(malformed.values[primary]) < 1.0

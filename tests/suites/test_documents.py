"""Benchmarks that read documents: rules of scoring on replies of known truth, and official figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.core.errors import ConfigError

from .test_suites import from_written, golden, score_of


def replied(name: str, reply: str, *targets: str, **metadata: Any) -> float:
    benchmark = load_bundled(name)
    return score_of(benchmark, reply, Sample("?", targets, metadata=metadata)).values[benchmark.metrics[0]]


@pytest.mark.parametrize(
    ("task", "targets", "reply", "score"),
    [
        ("Retrieval", ["7341", "902"], "They are 7341 and 902.", 1.0),
        ("Retrieval", ["7341", "902"], "902, 7341", 1.0),
        ("Retrieval", ["7341", "902"], "7341", 0.5),
        ("Retrieval", ["7341", "902"], "73410 and 1902", 0.0),
        ("Retrieval", ["7341", "902"], "7341, 902, 903, 904", 0.0),
        ("Reasoning", ["Yuki"], "**Yuki**", 1.0),
        ("Reasoning", ["Yuki"], "It is not Yuki, it is Megan.", 0.0),
        ("Reasoning", ["Yuki"], "Yuki or Megan", 0.0),
        ("Reasoning", ["Yuki"], "<think>Yuki", 0.0),
        ("Memory", ["in early May 2023"], "In early May 2023.", 1.0),
        ("Memory", ["in early May 2023"], "The answer is in early May 2023.", 1.0),
        ("Memory", ["in early May 2023"], "early May", 2 / 3),
        ("Memory", ["May"], "not May", 0.0),
        ("Memory", ["May"], "", 0.0),
    ],
)
def test_answers_from_pages(task: str, targets: list[str], reply: str, score: float) -> None:
    assert replied("vtcbench", reply, *targets, task=task) == pytest.approx(score)


def test_vtcbench_sends_the_text_itself_on_request(tmp_path: Path) -> None:
    loaded = from_written("vtcbench", tmp_path, extra_params={"eval_mode": "text"})
    sample = loaded.subsets["Memory"][0]
    assert "early May 2023.\nWhen did Ada move?" in golden(loaded.messages(sample)[0].content)
    with pytest.raises(ConfigError, match=r"eval_mode of vtcbench: 'txet'.*text"):
        from_written("vtcbench", tmp_path, extra_params={"eval_mode": "txet"})


@pytest.mark.parametrize("name", ["vtcbench", "visualoverload"])
@given(reply=st.text(max_size=200))
def test_any_reply_has_a_score(name: str, reply: str) -> None:
    assert 0.0 <= replied(name, reply, "12 March", task="Retrieval") <= 1.0

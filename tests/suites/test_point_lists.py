"""Benchmarks whose criteria have points: what a judge is shown, what its verdict is worth, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.judge.panel import JudgeError

from .test_judged import judged, together
from .test_suites import from_written
from .written_judged import FILES


def met(prompt: str, *words: str) -> str:
    return "yes" if any(word in prompt for word in words) else "no"


def test_prbench_weighs_criteria_and_clips_the_mean(tmp_path: Path) -> None:
    scores, scripted = judged("prbench", tmp_path, ["Sell.", "No."], lambda prompt: met(prompt, "Is detrimental"))
    assert len(scripted.asked) == 6
    assert (
        "assistant: Why?\n\nuser: Reference Text 0:\nBridges cost.\n\nReference Text 1:\nMills pay.\n\nFor a bridge."
        in (scripted.asked[0])
    )
    assert [score.values["clipped_score"] for score in scores] == pytest.approx([-8 / 15] * 2)
    assert together(from_written("prbench", tmp_path), scores) == {"clipped_score": 0.0, "normalized_score": 0.0}
    scores, _ = judged("prbench", tmp_path, ["Sell.", "No."], lambda prompt: met(prompt, "important"))
    assert [score.values for score in scores] == [{"clipped_score": 1.0, "normalized_score": 1.0}] * 2


@pytest.mark.parametrize(
    ("verdict", "expert", "passed"),
    [
        ({"1": 1, "2": 1, "3": 0}, 1.0, 1.0),
        ({"1": "是", "2": "未命中", "3": "否"}, 0.6, 0.0),
        ({"1": True, "2": True, "3": True}, 0.5, 0.0),
        ({"1": 0, "2": 0, "3": 1}, 0.0, 0.0),
    ],
)
def test_one_million_bench_decides_on_all_criteria_at_once(
    verdict: dict[str, Any], expert: float, passed: float, tmp_path: Path
) -> None:
    scores, scripted = judged("one_million_bench", tmp_path, ["a", "b", "c"], lambda prompt: verdict)
    assert [score.values for score in scores] == [{"expert_score": pytest.approx(expert), "pass_rate": passed}] * 3
    assert "3 (-5): Invents a case." in scripted.asked[0]
    loaded = from_written("one_million_bench", tmp_path)
    (chinese,) = loaded.subsets["cn_law"]
    assert [message.role for message in loaded.messages(chinese)] == ["system", "user"]


def test_a_judge_that_leaves_a_criterion_out_gets_a_second_request(tmp_path: Path) -> None:
    verdicts = [{"1": 1, "2": 1}, {"1": 1, "2": 1, "3": 0}] + [{"1": 1, "2": 0, "3": 0}] * 2
    scores, scripted = judged("one_million_bench", tmp_path, ["a", "b", "c"], lambda prompt: verdicts.pop(0))
    assert [score.values["expert_score"] for score in scores] == pytest.approx([1.0, 0.6, 0.6])
    assert len(scripted.asked) == 4
    with pytest.raises(JudgeError, match="readable verdict"):
        judged("one_million_bench", tmp_path, ["a", "b", "c"], lambda prompt: {"1": 1, "2": 1})


def test_plawbench_has_parts_of_cases_and_totals(tmp_path: Path) -> None:
    def points(prompt: str) -> dict[str, Any]:
        if "法条依据" in prompt:
            return {"结论": 12, "案件事实": "5 分", "推理过程": 4.5, "法条依据": -1}
        return {"总分": 4}

    scores, scripted = judged("plawbench", tmp_path, ["甲", "乙", "丙", "丁"], points)
    parts = {"conclusion_acc": 1.0, "fact_acc": 1.0, "reasoning_acc": 0.45, "law_acc": 0.0}
    assert scores[0].values == pytest.approx({"accuracy": 19.5 / 30, **parts})
    assert [score.values for score in scores[1:]] == [{"accuracy": 0.4}, {"accuracy": 0.8}, {"accuracy": 0.8}]
    assert scores[0].explanation == "结论 10/10, 案件事实 5/5, 推理过程 4.5/10, 法条依据 0/5"
    assert ["磨坊位于河边" in prompt for prompt in scripted.asked] == [True, False, False, False]
    loaded = from_written("plawbench", tmp_path)
    sent = {subset: loaded.messages(found[0])[0].text for subset, found in loaded.subsets.items()}
    words = {"case_analysis": "【结论】", "legal_consultation": "10至25个", "plaintiff_statement": "起诉状"}
    assert all(word in sent[subset] for subset, word in {**words, "defendant_statement": "答辩状"}.items())


def test_cl_bench_needs_every_requirement_and_no_judge_for_an_empty_reply(tmp_path: Path) -> None:
    for reply, label, value, asked in (("One line.", 1, 1.0, 1), ("One line", "0", 0.0, 1), (" \n", 1, 0.0, 0)):
        (score,), scripted = judged("cl_bench", tmp_path, [reply], lambda prompt, label=label: label)
        assert (score.values, len(scripted.asked)) == ({"accuracy": value}, asked)
        assert all("1. ends with a dot\n2. is one line" in prompt for prompt in scripted.asked)


def record(name: str) -> dict[str, Any]:
    first: Any = next(iter(FILES[name].values()))
    return dict(first[0])


@pytest.mark.parametrize(
    ("name", "changes", "problem"),
    [
        ("prbench", {"rubric": record("prbench")["rubric"][2:]}, "positive points"),
        ("prbench", {"rubric": [{"id": "a", "title": "t", "annotations": {"weight_class": "vital"}}]}, "'vital'"),
        ("one_million_bench", {"rubrics": record("one_million_bench")["rubrics"][2:]}, "positive points"),
        ("plawbench", {"rubrics": "[]"}, "no points"),
        ("cl_bench", {"rubrics": [" "]}, "no rubrics"),
    ],
)
def test_a_record_by_which_nothing_can_be_gained_is_refused(name: str, changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        load_bundled(name).to_sample({**record(name), **changes})

"""PLawBench: the prompts of a Chinese lawyer's tasks, and the points that a judge gives by the experts' rubric."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from evalscope_pytest import Sample, Score
from evalscope_pytest.judge import Item, Points, Rubric, question

SUBSETS = ["case_analysis", "legal_consultation", "plaintiff_statement", "defendant_statement"]
_FILING = (
    "你是一名熟悉中国诉讼文书写作规范的律师。请根据客户的陈述，撰写一份完整的{kind}，要求如下：\n"
    "1. 采用该类文书在中国大陆的通用格式，篇幅为2500至3000字。\n"
    "2. 客户不一定懂法，陈述可能有误或有所隐瞒：请加以辨别，只提出合法合理的主张。\n"
    "3. 引用真实、现行有效的法律条文。\n"
    "4. 只输出文书本身。\n\n## 客户的陈述\n{{question}}\n"
)
PROMPTS = {
    "case_analysis": (
        "你是一名执业多年的中国律师。请根据下面的案例回答问题，并且依次使用以下四个标题作答：\n"
        "【结论】对问题的明确判断。\n"
        "【案件事实】案例中与判断有关的事实，不添加推测。\n"
        "【推理过程】由事实和法条推出结论的步骤。\n"
        "【法条依据】现行有效的法律、法规或司法解释的名称、条款和原文。\n\n## 案例\n{context}\n\n## 问题\n{question}\n"
    ),
    "legal_consultation": (
        "你是一名执业多年的中国律师，正在接待一位当事人，其陈述并不完整，也可能有所隐瞒或歪曲。请提出10至25个问题，"
        "以查明全部事实：\n"
        "1. 先问影响案件走向的关键问题，再问细节；每个问题简短、明确，只问一件事。\n"
        "2. 问题应当可以查证：时间、地点、人物、行为、金额、证据。\n"
        "3. 保持中立，不作诱导；对矛盾之处和可能不利于当事人的事实也要追问。\n"
        "4. 只输出带编号的问题清单。\n\n## 当事人的陈述\n{question}\n"
    ),
    "plaintiff_statement": _FILING.format(kind="起诉状"),
    "defendant_statement": _FILING.format(kind="答辩状"),
}
_RULES = (
    "请按照评分细则为一份回答打分。只看回答中有没有与细则相同或实质相同的内容：完全覆盖的得满分，缺少关键限定的酌情给分，"
    "没有提到的不得分；不判断细则本身是否正确，也不作推断和补充。"
)
_SHOWN = "\n\n# 任务\n\n{task}\n\n# 评分细则\n\n{rubrics}\n\n# 待评分的回答\n\n{pred}\n\n"
_OF_ALL = "The verdict is the total of the points."
GRADING = {
    "case_analysis": f"{_RULES}回答分为结论、案件事实、推理过程、法条依据四个部分，各按自己的细则独立打分。{_SHOWN}"
    "The verdict is the points of each part.",
    "legal_consultation": f"{_RULES}回答是律师向当事人提出的问题清单，只看前25个问题。{_SHOWN}{_OF_ALL}",
    "document": f"{_RULES}回答是一份法律文书。{_SHOWN}{_OF_ALL}",
}
# The part of a case analysis that a tag of its rubric belongs to, and its metric.
PARTS = {
    "结论得分": ("结论", "conclusion_acc"),
    "案情简述得分": ("案件事实", "fact_acc"),
    "分析过程得分": ("推理过程", "reasoning_acc"),
    "法条依据得分": ("法条依据", "law_acc"),
}
_METRICS = dict(PARTS.values())
_TOTAL = "总分"


def most_points(record: Mapping[str, Any]) -> dict[str, float]:
    """Return the maximum of each part of a case analysis, or of the whole of another task.

    Raises:
        ValueError: Nothing has points.
    """
    if record["task"] != "case_analysis":
        most = {_TOTAL: float(record["max_points"])}
    else:
        most = {}
        for one in json.loads(record["rubrics"]):
            if one.get("tags") in PARTS:
                part = PARTS[one["tags"]][0]
                most[part] = most.get(part, 0.0) + float(one["points"])
    found = {part: points for part, points in most.items() if points > 0}
    if not found:
        raise ValueError("the rubric has no points")
    return found


def by_points() -> Rubric:
    """Return the rubric. Metrics: ``accuracy``, the share of all points, and that of each part of a case analysis.

    Points beyond the maximum of the record, or below 0, count as the bound.
    """
    options = "\0".join(GRADING.values())
    return Rubric("plawbench", ("accuracy", *_METRICS.values()), _items, _score, options=options)


def _items(sample: Sample, reply: str) -> Sequence[Item]:
    task = sample.metadata["task"]
    context = f"{sample.metadata['context']}\n\n" if task == "case_analysis" else ""
    fields = {"task": context + sample.question, "rubrics": sample.metadata["rubrics"], "pred": reply}
    prompt = GRADING.get(task, GRADING["document"])
    return [Item((question(prompt, Points(sample.metadata["most_points"]), fields, ("pred",)),))]


def _score(sample: Sample, reply: str, decided: Sequence[Mapping[str, float]]) -> Score:
    most, given = sample.metadata["most_points"], decided[0]
    values = {"accuracy": math.fsum(given[part] for part in most) / math.fsum(most.values())}
    values |= {_METRICS[part]: given[part] / most[part] for part in most if part in _METRICS}
    return Score.of(values, explanation=", ".join(f"{part} {given[part]:g}/{most[part]:g}" for part in most))

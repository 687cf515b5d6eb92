"""Written records of benchmarks of long contexts and rubrics that judges decide on, in their published shapes."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

Row = dict[str, Any]


def _turns(*texts: str, **more: Any) -> list[Row]:
    return [{"role": ("user", "assistant")[at % 2], "content": text, **more} for at, text in enumerate(texts)]


def _memory(number: int, kind: str, answer: Any, suffix: str = "") -> Row:
    return {
        "question_id": f"own{number}{suffix}",
        "question_type": kind,
        "question": f"How many hens do I keep? ({number})",
        "answer": answer,
        "question_date": "2023/05/30 (Tue) 23:40",
        "haystack_dates": ["2023/05/21 (Sun) 02:21", "2023/05/20 (Sat) 02:21"],
        "haystack_session_ids": ["sown", "answer_own"],
        "haystack_sessions": [
            _turns("I keep seven hens.", "Lovely!"),
            _turns("I moved to Linn.", " Noted, ünïcode ✓", has_answer=True),
        ],
        "answer_session_ids": ["answer_own"],
    }


MEMORIES = [
    _memory(0, "single-session-user", "seven"),
    _memory(1, "temporal-reasoning", 7),
    _memory(2, "knowledge-update", "seven", "_abs"),
    _memory(3, "knowledge-update", "seven"),
]
_ASKED = [
    {"question": "What did Ivy bake?", "evidence": ["D1:1"], "category": 4, "answer": "nine rye loaves"},
    {"question": "Which harbours did they see?", "evidence": ["D10:1"], "category": 1, "answer": "Harn, Oberhof"},
    {"question": "When was Harn seen?", "evidence": ["D10:1"], "category": 2, "answer": 2024},
    {"question": "Does Ivy bake?", "evidence": ["D1:1"], "category": 3, "answer": "Yes; she baked loaves"},
    {"question": "What did Gus bake?", "evidence": ["D1:1"], "category": 5, "adversarial_answer": "nine rye loaves"},
]
_DIALOGUE = {
    "sample_id": "own-0",
    "conversation": {
        "speaker_a": "Ivy",
        "speaker_b": "Gus",
        "session_10_date_time": "9:00 am on 5 June, 2024",
        "session_10": [{"speaker": "Gus", "dia_id": "D10:1", "text": "We saw Harn and Oberhof."}],
        "session_1_date_time": "10:00 am on 3 June, 2024",
        "session_1": [
            {"speaker": "Ivy", "dia_id": "D1:1", "text": "I baked nine rye loaves."},
            {"speaker": "Gus", "dia_id": "D1:2", "text": "Here is Wren.", "blip_caption": "a small white boat"},
        ],
    },
    "qa": _ASKED,
}


def _weight(name: str, points: int) -> Row:
    return {"id": f"own-{name}", "title": f"Is {name}.", "annotations": {"weight_class": name.replace("_", " "),
            f"{name}_weight": points, "criteria_category": "x"}}  # fmt: skip


def _matter(task: str, number: int, **turns: Any) -> Row:
    empty = {f"{name}_{n}": None for n in range(10) for name in ("prompt", "response", "reference_texts")}
    criteria = [_weight("critically_important", 10), _weight("important", 5), _weight("detrimental", -8)]
    about = {"turns": number, "field": "Own", "topic": "own", "expert": "Expert"}
    return {**empty, "task": task, **about, **turns, "rubric": criteria}


def _expert(number: int, language: str, domain: str, system: str = "") -> Row:
    weights = {"Names the statute.": 6, "Gives a date.": 4, "Invents a case.": -5}
    criteria = [{"rubric_number": at, "rubric_detail": words, "rubric_weight": points, "rubric_tag": "x"}
                for at, (words, points) in enumerate(weights.items(), 1)]  # fmt: skip
    return {"id": f"own{number}", "case_id": number, "language": language, "system_prompt": system, "rubrics": criteria,
            "question": "May the miller raise the toll?", "tags": {"topics": [domain, "x"]}}  # fmt: skip


def _legal(task: str, kind: str, rubrics: str, points: int) -> Row:
    return {"id": f"{task}-0", "task": task, "judge_type": kind, "category": "own", "context": "磨坊位于河边。",
            "question": "磨坊主可以提高过路费吗？", "rubrics": rubrics, "max_points": points}  # fmt: skip


def _secret(text: str, password: str) -> str:
    key = hashlib.sha256(password.encode()).digest() * 9
    return base64.b64encode(bytes(byte ^ key[at] for at, byte in enumerate(text.encode()))).decode()


_PUZZLE = "Who wrote the ledger of Törv, which nobody has read since 1902?"
_PARTS = {"结论得分": 10, "案情简述得分": 5, "分析过程得分": 10, "法条依据得分": 5, "整体得分": 3}
_CASE = json.dumps([{"tags": tag, "content": "可以", "points": points} for tag, points in _PARTS.items()])

FILES: dict[str, dict[str, list[Row] | str]] = {
    "aa_lcr": {
        "test.jsonl": [
            {"document_category": "Legal", "document_set_id": "set_1", "question_id": 1, "question": "Which is blue?",
             "answer": "The second", "data_source_filenames": "b.txt;a.txt", "data_source_urls": "", "input_tokens": 9}
        ],
        "lcr/Legal/set_1/b.txt": "The flag is blue.\n",
        "lcr/Legal/set_1/a.txt": "The flag is red.",
        "lcr/Legal/set_1/c.txt": " \n",
        "lcr/Legal/set_10/a.txt": "Another set.",
    },
    "longmemeval": {
        "longmemeval_s_cleaned.json": json.dumps(MEMORIES),
        "longmemeval_oracle.json": json.dumps(MEMORIES[:1]),
    },
    "locomo": {"locomo10.json": json.dumps([_DIALOGUE])},
    "cl_bench": {
        "train.jsonl": [
            {"messages": [{"role": "system", "content": "Rule card: end with a dot."}, *_turns("Write a line.")],
             "rubrics": [{"rubric_criteria": "ends with a dot"}, "is one line"],
             "metadata": {"task_id": "t0", "context_id": "c0"}}
        ]
    },
    "prbench": {
        "finance.jsonl": [_matter("t0", 2, prompt_0="Shall I sell?", response_0="Why?", prompt_1="For a bridge.",
                                  reference_texts_1=["Bridges cost.", "Mills pay."])],
        "legal_hard.jsonl": [_matter("t1", 1, prompt_0="May I {raise} the toll?")],
    },
    "one_million_bench": {
        "test.jsonl": [_expert(0, "global", "Economics & Finance"), _expert(1, "cn", "法律", "你是法学家。"),
                       _expert(2, "global", "Economics and Finance")]
    },
    "browsecomp": {
        "test.jsonl": [{"problem": _secret(_PUZZLE, "c0"), "answer": _secret("Ada Quill", "c0"), "problem_topic": "Own",
                        "canary": "c0"}]
    },
    "deepsearchqa": {
        "eval.jsonl": [
            {"problem": "Which ledgers name mills?", "problem_category": "Own", "answer": "Torv, Bree; Linn",
             "answer_type": "Set Answer"},
            {"problem": "Who?", "problem_category": "Own", "answer": "Ada Quill", "answer_type": "Single Answer"},
        ]
    },
    "plawbench": {
        "case_analysis/test.jsonl": [_legal("case_analysis", "case_analysis", _CASE, 30)],
        "legal_consultation/test.jsonl": [_legal("legal_consultation", "legal_qa", "1. 询问时间（5分）", 10)],
        "plaintiff_statement/test.jsonl": [_legal("plaintiff_statement", "document_generation", "1. 时间（5分）", 5)],
        "defendant_statement/test.jsonl": [_legal("defendant_statement", "document_generation", "1. 时间（5分）", 5)],
    },
}  # fmt: skip
SUBSETS = {"prbench": ("finance", "legal_hard"), "one_million_bench": ("global_economics_and_finance", "cn_law")}
NO_OFFICIAL = set(FILES)
NO_REFERENCE = set(FILES) - {"locomo", "browsecomp", "deepsearchqa"}
NO_PAPER = {"aa_lcr"}

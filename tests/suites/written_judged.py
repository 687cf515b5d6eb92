"""Written records of benchmarks of long contexts and rubrics that judges decide on, in their published shapes."""

from __future__ import annotations

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
}  # fmt: skip
NO_OFFICIAL = set(FILES)
NO_REFERENCE = set(FILES) - {"locomo", "browsecomp", "deepsearchqa"}
NO_PAPER = {"aa_lcr"}

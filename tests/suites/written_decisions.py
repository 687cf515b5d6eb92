"""Written records of typed decisions."""

from __future__ import annotations

import json
from typing import Any

Row = dict[str, Any]


def _decision(number: int, question: Row, expected: Any, **more: Any) -> Row:
    about = {"tier": ("easy", "standard", "judge", "hard")[number % 4], "family": "letters", "group": f"g{number}"}
    return {
        "id": f"own-{number}",
        "state": f"Letter {number}.",
        "question": question,
        "expected": expected,
        **about,
        **more,
    }


_CHOICE = {"type": "choice", "instructions": "What is wanted?", "criteria": {"refund": "Money.", "repair": "A repair."}}
_NOUL = {"type": "noul", "instructions": "Is it angry?"}
_SCORE = {"type": "score", "instructions": "How urgent is it?", "criteria": ["not", "somewhat", "very"]}
_ROWS = [_decision(0, _CHOICE, "refund"), _decision(1, _NOUL, False), _decision(2, _SCORE, "0")]
_HARD = _decision(3, _CHOICE, "refund")

FILES: dict[str, dict[str, list[Row] | str]] = {
    "general_decision": {"default.jsonl": [*_ROWS, _decision(3, _SCORE, 0.4, continuous=True)]},
    "open_decisions": {"test.jsonl": [*_ROWS, _HARD]},
    "jevbench": {"test.jsonl": [{"record_json": json.dumps(row)} for row in [*_ROWS, _HARD]]},
    "stsb": {
        "test.jsonl": [
            {"sentence1": "A man plays.", "sentence2": "A man is playing.", "score": 0.95},
            {"sentence1": "A cat sleeps.", "sentence2": "A dog runs.", "score": 0.1},
        ]
    },
}
NO_OFFICIAL = set(FILES)
NO_PAPER = {"general_decision"}

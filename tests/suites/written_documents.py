"""Small records of benchmarks that read documents, in the official shapes; see `written`."""

from __future__ import annotations

from typing import Any

from .written_vision import picture

FILES: dict[str, dict[str, Any]] = {
    "visualoverload": {
        "test.jsonl": [{"question_id": 7, "image": picture(), "default_prompt": "How many boats? Reply with a number."}]
    },
    "vtcbench": {
        "Retrieval/test.jsonl": [
            {
                "problem": "What are the special magic numbers for oak?",
                "answers": ["7341", "902"],
                "_context": "The magic numbers for oak are 7341 and 902.",
                "image_1": picture(),
                "image_2": picture(5),
                "image_3": None,
            }
        ],
        "Memory/test.jsonl": [
            {
                "problem": "When did Ada move?",
                "answers": ["In early May 2023"],
                "_context": "Ada: I moved in early May 2023.",
                "images": [picture()],
            }
        ],
    },
}
SUBSETS = {"vtcbench": ("Retrieval", "Memory")}
NO_OFFICIAL = set(FILES)
NO_PAPER: set[str] = set()
NO_REFERENCE: set[str] = set()

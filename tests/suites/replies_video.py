"""Replies to the first written sample of each benchmark of `written_video`: right, wrong, malformed."""

from __future__ import annotations

from typing import Any

from .replies_vision import REFUSAL

REPLIES: dict[str, Any] = {
    "tvbench": ("The answer is B. Nothing else fits.", "I would say it is A, certainly not B", REFUSAL),
    "mvbench": ("b", "ANSWER: A & B", REFUSAL),
    "videomme": ("ANSWER: Four.", "ANSWER: B. Three.", "<think>option C"),
    "videomme_v2": ('{"answer": "B"}', "\\boxed{C}", REFUSAL),
}

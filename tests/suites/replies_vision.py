"""Replies to the first written sample of each benchmark of `written_vision`: right, wrong, malformed."""

from __future__ import annotations

from typing import Any

REFUSAL = "I'm sorry, but I can't see any picture. Could you upload it again?"
CHOICE = [
    "ai2d",
    "blink",
    "mm_star",
    "mm_bench",
    "cc_bench",
    "seed_bench_2_plus",
    "science_qa",
    "vstar_bench",
    "a_okvqa",
    "omni_bench",
    "emb_spatial_bench",
    "erqa",
    "micro_vqa",
]
REPLIES: dict[str, Any] = dict.fromkeys(CHOICE, ("I count the cats.\nANSWER: two", "ANSWER: A", REFUSAL))
REPLIES |= {
    "visulogic": ("The answer is (B).", "ANSWER: A", "ANSWER: E"),
    "logic_vista": ("ANSWER: D and B", "ANSWER: B", "ANSWER: B or D"),
}

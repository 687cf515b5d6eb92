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
    "mmmu",
    "mmmu_pro",
]
REPLIES: dict[str, Any] = dict.fromkeys(CHOICE, ("I count the cats.\nANSWER: two", "ANSWER: A", REFUSAL))
REPLIES |= {
    "measure_bench": ("Answer: 9600 mA", "Answer: 9.6 V", "about 9 or 10 A"),
    "ref_adv_s": ('```json\n[{"bbox_2d": [100, 200, 500, 600]}]\n```', "[0.6, 0.6, 0.9, 0.9]", "[0.1, 0.2, 0.5]"),
    "surds": ("<think>Its rear is left.</think><answer>northeast.</answer>", "<answer>Southwest</answer>", REFUSAL),
    "count_qa": ("5 + 7 = 12", "13", "between 11 and 13"),
    "math_vision": ("ANSWER: B", "ANSWER: C", REFUSAL),
    "math_verse": ("ANSWER: B", "ANSWER: A", "<think>option B"),
    "gsm8k_v": ("So it is \\boxed{8.0}.", "\\boxed{8\\%}", REFUSAL),
    "screenspot_pro": ('{"x": 0.375, "y": 0.375}', "Answer: [0.9, 0.9]", "Answer: [0.375]"),
    "vlms_are_biased": ("{4} no, {5}", "{4}", "5 or 4"),
    "chartqa": ("ANSWER: $1190", "ANSWER: 1100", REFUSAL),
    "docvqa": ("The answer is Anna Lindqvist.", "ANSWER: not Anna Lindqvist", REFUSAL),
    "infovqa": ('{"answer": "38%"}', "ANSWER: 83%", "ANSWER:"),
    "vqav2": ("ANSWER: Two.", "ANSWER: 3", "ANSWER: 2 or 3"),
    "real_world_qa": ("**Answer**: b", "ANSWER: A. one", "ANSWER: A or B"),
    "ocr_bench": ('It says "River".', "It is not RIVER, it says RAVEN", "RIVER, RAVEN, or ROVER"),
    "visulogic": ("The answer is (B).", "ANSWER: A", "ANSWER: E"),
    "logic_vista": ("ANSWER: D and B", "ANSWER: B", "ANSWER: B or D"),
}

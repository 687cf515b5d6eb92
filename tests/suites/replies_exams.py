"""Replies to the first written sample of each benchmark of `written_exams`: right, wrong, malformed."""

from __future__ import annotations

from typing import Any

from .replies_vision import REFUSAL

REPLIES: dict[str, Any] = {
    "pmc_vqa": ("Bone scan", "ANSWER: Ultrasound", REFUSAL),
    "medxpertqa": ("The answer is (J).", "ANSWER: nerve A", REFUSAL),
    "phyx_mc": ("OPTION: A: 7.55N", "7,65N", REFUSAL),
    "phyx_oe": ("\\boxed{7550\\ \\mathrm{mN}}", "\\boxed{7.55\\ \\mathrm{kN}}", REFUSAL),
    "slake": ("ANSWER: a CT (computed tomography)", "ANSWER: MRI", "ANSWER: CT or MRI"),
    "cmmmu": ("答案是B。因为C不对。", "(C)，而不是(B)", REFUSAL),
    "cmmu": ("答案(1)：线粒体\n答案(2)：3个", "答案(1)：3\n答案(2)：线粒体", "线粒体"),
    "tir_bench": ("The thermometer reads 72 degrees.", "71", "between 71 and 72"),
    "visfactor": ('{"answer": "T"}', '{"answer": false}', '{"answer": ""}'),
}

"""Recorded replies to the first records of `written_text`: right, wrong, malformed."""

from __future__ import annotations

from typing import Any

REPLIES: dict[str, Any] = {
    "aime25": ("Only 2 is, so the answer is \\boxed{1}.", "\\boxed{10}", "There are a few."),
    "aime26": ("\\boxed{001}", "Two and three: \\boxed{2}.", "\\boxed{}"),
    "amc": (
        "It is \\boxed{\\dfrac{109}{33}}.",
        "\\boxed{\\frac{33}{109}}",
        "<think>\\boxed{\\frac{109}{33}}",
    ),
    "cmath": ("3乘8得二十四。答：要二十四元。", "\\boxed{24元} 不对，应该是 \\boxed{32元}", "\\boxed{元}"),
    "mgsm": ("Die Antwort ist \\boxed{1.250 Steine}.", "\\boxed{1,25}", "Das zweite Haus hat mehr Steine."),
    "minerva_math": (
        "\\boxed{9.46 \\times 10^{15}\\ \\mathrm{m}}",
        "\\boxed{9.3e15}",
        "\\boxed{\\mathrm{m}}",
    ),
    "olympiad_bench": ("So the final answer is \\boxed{2, -2}.", "So the final answer is \\boxed{2}.", "\\boxed{,}"),
}

"""Recorded replies to the first records of `written_judge` that are scored by rule: right, wrong, malformed."""

from __future__ import annotations

REPLIES = {
    "eq_bench": (
        "First pass scores:\nProud: 9\nAfraid: 1\nCalm: 9\nBored: 9\n\n**Revised scores:**\n*Proud*: 0\nafraid: 9\n"
        "Calm: 2/10\nBored: 0.0",
        "Proud: 0\nAfraid: 5\nCalm: 2\nBored: 0",
        "Proud: 0\nAfraid: 11\nCalm: 2\nBored: none",
    ),
    "frames": (
        "Lee wrote 900 pages. Therefore, the answer is (Ann Lee).",
        "Therefore, the answer is Bo Ray.",
        "I cannot find it",
    ),
    "docmath": ("Therefore, the answer is (12.5%).", "Therefore, the answer is 0.14.", "It cannot be computed."),
}

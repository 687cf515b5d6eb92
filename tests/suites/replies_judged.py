"""Recorded replies to the first records of `written_judged` that are scored by rule: right, wrong, malformed."""

from __future__ import annotations

REPLIES = {
    "locomo": ("**Short answer:** The Nine rye loaves.", "cakes", ""),
    "browsecomp": ("Explanation: Bo Reed copied it.\n**Exact Answer:** Ada Quill\n**Confidence:** 70%",
                   "Explanation: It was Ada Quill.\nExact Answer: Bo Reed\nConfidence: 70%", "I cannot browse."),
    "deepsearchqa": ("- **Linn**\n- Torv\n- Bree", "Torvald, Breeze, Linnet", ""),
}  # fmt: skip

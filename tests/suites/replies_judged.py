"""Recorded replies to the first records of `written_judged` that are scored by rule: right, wrong, malformed."""

from __future__ import annotations

REPLIES = {"locomo": ("**Short answer:** The Nine rye loaves.", "cakes", "")}

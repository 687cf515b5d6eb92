"""Replies to the first written sample of each benchmark of `written_documents`: right, wrong, malformed."""

from __future__ import annotations

from typing import Any

REFUSAL = "I'm sorry, but I can't see any picture. Could you upload it again?"
REPLIES: dict[str, Any] = {
    "visualoverload": ("3", "<think>three boats</think>", " \n"),
    "vtcbench": ("They are 902 and 7341.", "902 and 7342", REFUSAL),
}

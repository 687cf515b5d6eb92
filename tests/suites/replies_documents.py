"""Replies to the first written sample of each benchmark of `written_documents`: right, wrong, malformed."""

from __future__ import annotations

from typing import Any

from .written_documents import TIDES_REPLY

REFUSAL = "I'm sorry, but I can't see any picture. Could you upload it again?"
TIDES = """# The *tide tables* of Bergen

Table 4 lists what was measured.

| Time | Low | High |
|------|-----|------|
| Dawn | 0.4 | 2.75 |
| Noon | 0.6 | 3.20 |
"""
REPLIES: dict[str, Any] = {
    "visualoverload": ("3", "<think>three boats</think>", " \n"),
    "vtcbench": ("They are 902 and 7341.", "902 and 7342", REFUSAL),
    "olmocr_bench": (f"```markdown\n{TIDES}\n```", TIDES.replace("2.75", "7.25"), "e"),
    "ocr_bench_v2": ('It says "River".', "It is not River, it says Raven", "River, Raven, or Rover"),
    "cc_ocr_v2": ("```\nfresh bread 2 euros\n```", "Fresh Bread 3 Euros", REFUSAL),
    "maritime_ocr_bench": (
        '```json\n{"ship": "Northern Star", "imo": "9321483"}\n```',
        '{"ship": "Southern Cross", "imo": "1234567"}',
        REFUSAL,
    ),
    "omni_doc_bench": (f"```markdown\n{TIDES_REPLY}\n```", TIDES_REPLY.replace("measured", "meazured"), REFUSAL),
    "omni_doc_bench_v1_6": (TIDES_REPLY, TIDES_REPLY.replace("Noon", "Dusk"), REFUSAL),
}

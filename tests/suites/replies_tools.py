"""Recorded replies to the first records of `written_tools`: right, wrong, malformed."""

from __future__ import annotations

from typing import Any

_IN_WORDS = {"extra_params": {"is_fc_model": False}}
_CALLS = (
    "[geo.area(base=10, height=5, unit='CM')]",
    "[geo.area(base=5, height=10, unit='cm')]",
    "I call geo.area(base=10, height=5).",
)

REPLIES: dict[str, Any] = {
    "bfcl_v3": (
        '[{"name": "geo_area", "arguments": {"base": 10, "height": 5.0}}]',
        '[{"name": "geo_area", "arguments": {"base": 10}}]',
        "geo_area: base 10, height 5",
    ),
    "bfcl_v4": (*_CALLS, _IN_WORDS),
    "tool_bench": (
        'Thought: now the town.\nAction: find\nAction Input: {"town": "Ur"}',
        'Thought: now the town.\nAction: find\nAction Input: {"town": "Uruk"}',
        'find({"town": "Ur"})',
    ),
    **dict.fromkeys(
        ("general_fc", "k2_verifier", "minimax_verifier"),
        (
            '[{"name": "weather", "arguments": {"town": "Uruk", "unit": "C"}}]',
            '[{"name": "weather", "arguments": {"town": "Uruk", "unit": "K"}}]',
            "I call weather(town=Uruk).",
        ),
    ),
    "kimi_verifier": ("OK", "refused", "refused"),
    "data_collection": ("So it is \\boxed{5}.", "\\boxed{6}", "Five or six."),
    "ifbench": ("Yes.", "It is, yes.", "<think>yes</think>"),
}

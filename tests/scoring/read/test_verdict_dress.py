"""Yes and no behind a clause, a sign, or in a field of JSON; what is denied or depends on something is neither."""

from __future__ import annotations

import pytest

from evalscope_pytest.scoring.read.verdict import read_verdict

OTHER = {"yes": "no", "Yes": "No", "true": "false", "True": "False", "✅": "❌", "✔️": "✘", "👍": "👎", "是的": "没有"}
YES = [
    "✅ Yes", "Yes ✅", "✅", "👍 Yes", "✔️ Yes", "**✅ Yes**", "→ Yes", "True", "True.", "**True**", "Answer: True",
    '{"answer": true}', '{"final_answer": "yes"}', '{"verdict": "yes"}', '{"exists": true}',
    '{"present": true, "confidence": 0.9}',
    "Based on the picture, yes.", "Looking at the image, yes.", "In this picture, yes.", "From what I can see, yes.",
    "According to the image, yes.", "Judging by the image, the dog is on the left, yes.", "As far as I can tell, yes.",
    "I'd say yes.", "I would say yes.", "I think yes.", "I'd go with yes", "I'd answer: **Yes**",
    "I believe the answer is yes.",
    "It's a yes.", "So yes.", "So, yes.", "Therefore, yes.", "I see the sofa.\n\nSo, yes.", "根据图片，是的。",
    "Yes (on the left)",
]  # fmt: skip
NEITHER = [
    "I wouldn't say yes.", "I can't say yes.", "I don't think yes.", "If there were a dog, yes.",
    "Unless I am wrong, yes.",
    "I'd say yes if it were bigger.", "Based on the picture, yes or no?", "I'd say yes or no.", "I'd say yes and no.",
    "Some would say yes.", "One could say yes.", "Based on the picture, I cannot tell.", "I'd say no dog is visible",
    "In the picture, no dog is visible", "❌ Yes", "✅❌", "It is not a yes.", "Maybe yes.", "Perhaps, yes.",
    "It depends.",
    "There is no doubt.", "The statement true to life", "Based on the picture, the man has a bag, no hat.",
    '{"a": true, "b": false}', '{"dogs": 1}', '{"answer": "maybe"}', "True or false",
]  # fmt: skip


@pytest.mark.parametrize("reply", YES)
def test_yes_and_no_are_read_in_the_same_dress(reply):
    opposite = reply
    for word, other in OTHER.items():
        opposite = opposite.replace(word, other)
    assert read_verdict(reply) == "yes"
    assert read_verdict(opposite) == "no"


@pytest.mark.parametrize("reply", NEITHER)
def test_what_is_denied_or_depends_is_neither(reply):
    assert read_verdict(reply) is None

"""What stands behind an answer without adding to it."""

from __future__ import annotations

import pytest

from evalscope_pytest.scoring.read.marker import announcements, without_closing


@pytest.mark.parametrize(
    "behind",
    [
        " 😊", " 🎉🎉", " 👩‍🔬", "\n\n---", "\n***\n", "\n\nI hope this helps!",
        "\n\nLet me know if you have any questions! 😊",
        "\n\nWould you like to see another way?", "\n\nI double-checked this twice.\n\n---\n\nGood luck!",
        "\nFeel free to ask if anything is unclear.", "\n\n希望这对你有帮助！",
    ],
)  # fmt: skip
def test_courtesies_rules_and_emoji_are_not_part_of_an_answer(behind):
    assert without_closing(f"Hanoi{behind}") == "Hanoi"


@pytest.mark.parametrize(
    "reply",
    [
        "Hanoi", "I hope this helps!", "😊", "It is so.\nI checked that the sum is 12.", "Step 1\nI'd say yes.",
        "So\n\nLet me know if it rains. The answer is C.", "A ✅", "No\n❌", "see\n) ] }", "I compared them.\n-3",
    ],
)  # fmt: skip
def test_anything_else_stays(reply):
    assert without_closing(reply) == reply


@pytest.mark.parametrize(
    ("reply", "claims"),
    [
        ("The answer is 12.\nThe answer is not 13.", 1),
        ("If it were raining, the answer would be 13. The answer is 12.", 1),
        ("Answer: not to live", 1),
        ("The answer is not 13, but 12.", 1),
        ("</answer> is a tag", 0),
        ("Answer - Hanoi", 1),
        ("the answer - as we saw - was hidden", 0),
    ],
)
def test_an_announcement_that_is_denied_or_counterfactual_does_not_stand(reply, claims):
    assert len(list(announcements(reply))) == claims

"""What stands around the answer of a whole reply: emoji, tags, remarks behind JSON, LaTeX without delimiters."""

from __future__ import annotations

import pytest

from evalscope_pytest.scoring.read.math_text import read_math

MATRIX = r"\begin{pmatrix} 1/3 \\ 2 \end{pmatrix}"


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("Answer: 36 😊", "36"),
        ("#### 36 🎉🎉", "36"),
        ("✅ **36**", "36"),
        ("Antwort: **7** 👍🏽", "7"),
        ('{"result": 36} 😊', "36"),
        ("So we get 3️⃣", "3"),
        ('{"result": 36, "confidence": 0.95}\n\nI checked this twice.', "36"),
        ('```json\n{"result": 36}\n```\n\nI hope this helps.', "36"),
        ('We have f({"value": 3}) = 7.', "7"),
        ('```json\n{"value": 3}\n```\n\nWith it the total is 7.', "7"),
        ("<answer>36</answer>\n\nI hope this helps.", "36"),
        ("<answer>\n\\frac{1}{2}\n</answer>\n\nWould you like another way?", r"\frac{1}{2}"),
        ("【答案】36 apples", "36"),
        (r"Answer - \frac{1}{2}", r"\frac{1}{2}"),
        ("Answer - $[-2,7]$", "[-2,7]"),
        ("The answer is .5.", ".5"),
        ("最终答案：p - q", "p - q"),
        (r"\boxed{\{\}}", r"\{\}"),
        (f"#### {MATRIX}\n\nDone.", MATRIX),
        ("Paige has raised 80 x 0.50 = $40.", "40"),
        ("Answer: x=2, y=128", "x=2, y=128"),
        ("Réponse : Après 2 jours, il y en a **36**.", "36"),
        (r'{"answer": "x = 2 \\text{ or } x = -3"}', r"x = 2 \text{ or } x = -3"),
    ],
)
def test_the_answer_of_a_reply_is_read(reply: str, answer: str) -> None:
    assert read_math(reply) == answer

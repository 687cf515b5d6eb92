"""Written analyses: which figures are the report's, and which are made up."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.report.analysis import context, question, signed, unknown_figures
from evalscope_pytest.report.build import build_report

from .rows import plan, row

ROWS = [row("Level 1", n, float(n < 3)) for n in range(4)] + [row("math_500", n, float(n < 1)) for n in range(3)]
PLAN = plan({"Level 1": 4, "math_500": 3}, description="MATH-500.")
REPORT = build_report(PLAN, ROWS, "model-7b-2024")


@pytest.mark.parametrize(
    "text",
    [
        "The score is 0.5714, that is 57.14 % or 57 %.",
        "0.75 on Level 1, 33.3% on math_500; MATH-500 measures it.",
        "1. It ran 7 samples.\n2. All 4 of Level 1.\n 3) good",
        "model-7b-2024 has 0 errors; a 95 % interval; from 0 to 1.",
        "得分为 57.14%，样本 ７ 个。",
        "",
    ],
)
def test_figures_of_the_report(text: str) -> None:
    assert unknown_figures(text, REPORT) == []


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("It scored 0.58.", ["0.58"]),
        ("57.15 %, and 0.5714", ["57.15"]),
        ("It beats 1,234 others by 12.5 points.", ["1,234", "12.5"]),
        ("GPT-5 scores 0.92; so 0.92 is the aim.", ["5", "0.92"]),
        ("99.99", ["99.99"]),
    ],
)
def test_figures_made_up(text: str, unknown: list[str]) -> None:
    assert unknown_figures(text, REPORT) == unknown


def test_the_model_is_given_the_figures_as_json_and_the_language() -> None:
    asked = question(REPORT, "zh")[1].content
    assert "Chinese" in asked
    figures = json.loads(asked.partition("```json\n")[2].partition("\n```")[0])
    assert figures == json.loads(json.dumps(context(REPORT)))
    assert figures["metrics"][0]["score"] == 0.5714
    assert {s["name"]: s["score"] for s in figures["metrics"][0]["subsets"]} == {"Level 1": 0.75, "math_500": 0.3333}


def test_an_analysis_says_who_wrote_it_and_what_is_doubtful() -> None:
    text = signed("## Overall\n57 %", "j", "en", ["0.58"])
    assert text.startswith("> Written by j, for reference only.\n\n## Overall")
    assert text.endswith("> Figures in this text that are not in the report: 0.58.")
    assert "0.58" in signed("x", "j", "zh", ["0.58"])


@given(st.text(alphabet="0123456789.,% \n-a", max_size=300))
def test_no_text_breaks_the_search(text: str) -> None:
    for figure in unknown_figures(text, REPORT):
        assert float(figure.replace(",", "")) >= 0

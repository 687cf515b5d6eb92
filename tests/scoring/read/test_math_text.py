from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.scoring.read.boxes import boxes
from evalscope_pytest.scoring.read.math_text import read_math

VALUES = [
    "42",
    "-3",
    "0.5",
    "1,234",
    "\\frac{3}{4}",
    "3\\sqrt{13}",
    "(1, -2)",
    "\\dfrac{x+2}{7}",
    "[0,\\infty)",
    "x^2 - 1",
    "12\\pi",
    "2516_8",
]
BOXES = [
    "\\boxed{{{v}}}", "$\\boxed{{{v}}}$", "\\[\n\\boxed{{{v}}}\n\\]", "So we have \\boxed{{{v}}}.",
    "\\boxed {{{v}}}", "\\fbox{{{v}}}", "boxed{{{v}}}", "\\boxed{{\\boxed{{{v}}}}}", "因此，最终答案：\\boxed{{{v}}}",
    "\\boxed{{{v}}} is the result, found in 3 steps and 2 checks.", "\\\\boxed{{{v}}}",
    "\\boxed{{17}} no wait, \\boxed{{{v}}}",
    "The answer is \\boxed{{{v}}}. (It is not \\boxed{{17}}, which counts twice.)", "So it is \\boxed{{{v}",
    "\\boxed{{{v}}}, not \\boxed{{17}}", "\\boxed{{17}} is wrong, it must be \\boxed{{{v}}}",
    "Put it in \\boxed{{}}: \\boxed{{{v}}}", "<think>\\boxed{{17}}</think> \\boxed{{{v}}}",
    "\\boxed{{{v}}}. Note that \\boxed{{17}} is incorrect.", "答案是\\boxed{{{v}}}，而不是\\boxed{{17}}",
]  # fmt: skip
PHRASES = [
    "The answer is {v}.", "The answer is: {v}", "The answer is ${v}$.", "The answer is \\({v}\\).",
    "The final answer is {v}, found in 3 steps.", "We got 7 and 5. So the answer is {v}.", "答案是{v}。",
    "所以答案为：{v}",
    "ANSWER: {v}", "**Answer:** {v}", "#### {v}", "The sum works.\n#### {v}", "**Final Answer**: ${v}$",
    "The final answer is:\n$$\n{v}\n$$", "The answer is\n\\[\n{v}\n\\]", "<answer>{v}</answer>",
    '{{"answer": "{v}"}}', "The answer is not 17. The answer is {v}.", "We add 7 and 5, which gives {v}",
    "The result is\n**{v}**", "{v}",
]  # fmt: skip


@given(st.sampled_from(BOXES), st.sampled_from(VALUES))
def test_the_final_box_is_read(template, value):
    assert read_math(template.format(v=value)) == value


@given(st.sampled_from(PHRASES), st.sampled_from(VALUES[:-3]))
def test_an_announced_answer_is_read_without_a_box(template, value):
    assert read_math(template.format(v=value)) == value


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("The answer is 18 dollars.", "18"), ("The answer is approximately 3.14.", "3.14"),
        ("The answer is $3.50.", "$3.50"), ("The answer is $5 per day, a total of $35.", "$5"),
        ("The answer is Evelyn.", "Evelyn"), ("The answer is twenty-one.", "twenty-one"),
        ("The answer is 5 and 7.", "5 and 7"), ("The answer is x=5.", "x=5"),
        ("The answer is 52_8, found in 3 steps.", "52_8"), ("答案是x \\in [-2,7]。", "x \\in [-2,7]"),
        ("答：她还剩 12 本书。", "12"), ("一共有25个苹果", "25"), ("所以答案是：18元", "18元"),
        ("Total: 5 + 6 = 11 apples.", "11"),
        ("There are 5 apples, 7 pears and 8 plums", "8"), ("It costs $5 a day. Total = $35.", "$35"),
        ("The total is **12** because 5+7.", "12"), ("**Step 3: add**\nWe get 12.", "12"), ('{"answer": 45}', "45"),
        ('{"answer": "\\\\frac{1}{2}"}', "\\frac{1}{2}"), ("\\boxed 7", "7"),
        ("Therefore \\boxed{3} and \\boxed{4}", "3, 4"), ("x = \\boxed{3}, y = \\boxed{4}", "3, 4"),
        ("We want $\\sqrt{2}$.", "\\sqrt{2}"), ("ＡＮＳＷＥＲ：４２", "42"),
    ],
)  # fmt: skip
def test_single_replies(reply, answer):
    assert (read_math(reply) or "").replace("$35", "35") == answer.replace("$35", "35")


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "  \n",
        "I do not know the answer to this question.",
        "I cannot solve this problem.",
        "The answer is unknown.",
        "<think>\\boxed{3}",
        "I don't know.",
    ],
)
def test_a_reply_without_an_answer_has_none(reply):
    assert read_math(reply) is None


def test_boxes_come_from_the_last_to_the_first_with_their_braces():
    found = list(boxes("a \\boxed{1} b \\boxed{\\frac{1}{\\{2\\}}} c \\boxed{3"))
    assert [box.content for box in found] == ["3", "\\frac{1}{\\{2\\}}", "1"]
    assert list(boxes("I boxed the parcel, in a box.")) == []


@given(
    st.text()
    | st.lists(
        st.sampled_from(
            [
                "\\boxed{",
                "{",
                "}",
                "$",
                "answer is ",
                "####",
                "**",
                "1",
                " ",
                "\\frac",
                ",",
                ".",
                "not ",
                "=",
                "(",
                "\n",
            ]
        )
    ).map("".join)
)
def test_reading_never_raises_and_gives_text_or_nothing(reply):
    assert read_math(reply) != ""

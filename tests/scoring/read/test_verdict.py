"""Yes, no and maybe, and what is none of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.scoring.read.verdict import read_verdict
from tests.cost import grows_linearly

WORDS = {
    "yes": ["yes", "Yes", "YES", "Ｙｅｓ", "是", "是的", "对"],
    "no": ["no", "No", "NO", "ＮＯ", "否", "不是", "没有"],
}
FORMS = [
    "{x}", "{x}.", "**{x}**", "'{x}'", "({x})", "[{x}]", "【{x}】", "{x}。", "{x}!", "<answer>{x}</answer>",
    "ANSWER: {x}", "Answer: **{x}**", "**Answer:** {x}", "**Answer**: {x}.", "The answer is {x}.", "答案：{x}",
    "答案是{x}。", "判断：{x}",
    "\\boxed{{{x}}}", "$\\boxed{{\\text{{{x}}}}}$", '{{"answer": "{x}"}}', '```json\n{{"answer": "{x}"}}\n```',
    '{{"reason": "{w}", "answer": "{x}"}}', "Your Judgement: {x}", "#Your Judgement#: {x}", "Final answer: {x}",
    "{x}, because it can be seen.", "{x}\n\nThe abstract does not say {w} anywhere.", "I looked twice.\n\n{x}",
    "The answer is not {w}. The answer is {x}.", "ANSWER: {w}. Actually, {x}.", "<think>{w}</think>{x}",
]  # fmt: skip


@given(st.sampled_from(["yes", "no"]), st.data())
def test_a_verdict_is_read_in_any_dress(verdict, data):
    x = data.draw(st.sampled_from(WORDS[verdict]))
    w = data.draw(st.sampled_from(WORDS["no" if verdict == "yes" else "yes"]))
    assert read_verdict(data.draw(st.sampled_from(FORMS)).format(x=x, w=w)) == verdict


@pytest.mark.parametrize(
    "reply",
    [
        "", "There is a dog.", "No dog is visible.", "No doubt: it is there", "No idea", "Nothing", "Yesterday",
        "I know it", "是否有狗？", "不知道", "有狗", "It is not clear.", "YES or NO", "Yes and no", "Yes/No", "是或否",
        "The answer is not yes.",
        "<think>Yes", "answer: yes?", "The answer is no one knows", "maybe", "Maybe yes", "可能",
    ],
)  # fmt: skip
def test_what_is_not_a_verdict(reply):
    assert read_verdict(reply) is None


@pytest.mark.parametrize("reply", ["maybe", "MAYBE.", "ANSWER: maybe", "可能", "答案：不确定", "Perhaps, but"])
def test_maybe_is_a_verdict_if_it_may_be(reply):
    assert read_verdict(reply, maybe=True) == "maybe"


@given(st.text(), st.booleans())
def test_reading_never_raises(reply, maybe):
    assert read_verdict(reply, maybe=maybe) in ("yes", "no", "maybe", None)


@pytest.mark.parametrize("piece", ["answer is ", "yes ", "*" * 50, "答案：", "((((", "<think>", "\\boxed{"])
def test_a_hostile_reply_is_read_in_no_time(piece):
    grows_linearly(read_verdict, piece.__mul__, 100_000, glance_s=3)

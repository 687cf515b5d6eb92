"""Thinking in any usual marks and the tokens of chat templates: every reader sees the reply without them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.reply_marks import channels, without_tokens
from evalscope_pytest.scoring.read.choice import read_choice
from evalscope_pytest.scoring.read.code import PYTHON, code_of
from evalscope_pytest.scoring.read.math_text import read_math
from evalscope_pytest.scoring.read.options import options
from evalscope_pytest.scoring.read.phrase import read_phrase, read_spans
from evalscope_pytest.scoring.read.verdict import read_verdict
from evalscope_pytest.scoring.read.visible import visible
from evalscope_pytest.wire.content import split_reasoning
from tests.cost import grows_linearly

FOUR = options(["a dog", "the cat", "fish", "bird"])
ENDS = [
    "<|im_end|>", "<|eot_id|>", "<|endoftext|>", "<|return|>", "<|end_of_text|>", "</s>", "<eos>", "<end_of_turn>",
    "[EOS]", "<｜end▁of▁sentence｜>", "</s></s>", "<|im_end|>\n", " <|eot_id|> <|endoftext|>",
    "<|im_end|>\n<|im_start|>user\nAnd 24? The answer is 24, no, B.",
]  # fmt: skip
PAIRS = [
    ("<think>", "</think>"), ("<Think>", "</Think>"), ("<THINKING>", "</THINKING>"), ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"), ("<reflection>", "</reflection>"), ("<seed:think>", "</seed:think>"),
    ("◁think▷", "◁/think▷"), ("[THINK]", "[/THINK]"), ("<think>", "</thinking>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"), ("<scratchpad>", "</scratchpad>"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
]  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_a_token_at_the_end_changes_nothing_for_any_reader(end):
    assert read_math("The answer is 36" + end) == "36"
    assert read_choice("The answer is B" + end, FOUR) == ("B",)
    assert read_choice("B" + end, FOUR) == ("B",)
    assert "True" in read_phrase("So the answer is True" + end)
    assert read_spans("Answer: red fox" + end) == ("red fox",)
    assert read_verdict("yes" + end) == "yes"
    assert code_of("```python\nx = 1\n```" + end, PYTHON) == "x = 1\n"


@pytest.mark.parametrize(
    "text",
    ["a <b", "x</s>y", "Use `</s>` to end it: 36", "f[x]", "<s>old</s> new", "a < b > c", "[0, 1]", "List<int>"],
)
def test_what_is_not_a_token_at_the_end_stays(text):
    assert without_tokens(text) == text


@pytest.mark.parametrize(("opening", "closing"), PAIRS)
def test_thinking_in_other_marks_is_not_read(opening, closing):
    thought = "The answer is \\boxed{24}, so A, yes."
    for reply in (f"{opening}{thought}{closing}It is 36.", f"{opening}\n{thought}\n{closing}\n\nIt is 36."):
        assert read_math(reply) == "36"
        assert split_reasoning(reply).text.strip() == "It is 36."
    assert read_choice(f"{opening}{thought}{closing}B", FOUR) == ("B",)
    assert read_verdict(f"{opening}{thought}{closing}no") == "no"
    cut_off = f"{opening}{thought}"
    assert read_math(cut_off) is None
    assert read_choice(cut_off, FOUR) is None
    assert split_reasoning(cut_off).text == ""


@pytest.mark.parametrize(("opening", "closing"), PAIRS[:-1])
def test_a_closing_tag_alone_ends_thinking_that_the_prompt_opened(opening, closing):
    assert visible(f"So \\boxed{{24}}.\n{closing}\nIt is 36.").strip() == "It is 36."


@pytest.mark.parametrize(
    "reply",
    [
        "I used a <think> block. The answer is 36.",
        "I kept my notes out of a <reasoning> section here. The answer is 36.",
        "My thoughts, without <think>, are short: the answer is 36.",
        "The `<think>` tag opens it, `</think>` closes it. The answer is 36.",
        "The answer is 36. I did not need a </think> tag.",
        "Unlike models with [THINK] blocks, I answer at once: 36",
        "我没有用<think>标签。答案是36。",
        "[Reasoning]\nWe add 12 and 24.\n[Answer] 36",
        "<reasoning>12 + 24\n<answer>36</answer>",
    ],
)
def test_a_tag_that_a_sentence_names_is_not_thinking(reply):
    assert read_math(reply) == "36"


@pytest.mark.parametrize(
    "reply",
    [
        "Let me see. <think>So it is 36",
        "Let me see, step by step.<think>36",
        "<think> block by block I get 36",
        "<reasoning>36",
        "<think>It uses a <think> block: 36",
        "36 it may be, I think.</think>",
        "analysisWe get 36, but",
        "<|channel|>commentary<|message|>36",
    ],
)
def test_thinking_that_is_cut_off_is_not_read(reply):
    assert read_math(reply) is None


def test_channels_are_distinguished_with_and_without_their_tokens():
    whole = "<|channel|>analysis<|message|>24?<|end|><|start|>assistant<|channel|>final<|message|>36<|return|>"
    assert channels(whole) == ("24?", "36")
    assert channels("analysisWe add.assistantfinal36") == ("We add.", "36")
    assert channels("analysis of variance gives 36") is None
    assert channels("36") is None


@given(st.lists(st.tuples(st.sampled_from(PAIRS[:-1]), st.sampled_from(["", "24?", "So\n\\boxed{24}"])), max_size=3))
def test_reader_and_client_agree_on_what_is_thinking(blocks):
    reply = "\n".join(opening + thought + closing for (opening, closing), thought in blocks) + "\nIt is 36."
    assert visible(reply).strip() == "It is 36."
    reasoning, text = split_reasoning(reply)
    assert text.strip() == "It is 36."
    assert all(thought in reasoning for _, thought in blocks)


@pytest.mark.parametrize(
    "piece", [tag for pair in PAIRS for tag in pair] + ["<reasoning><answer>", "a <think> b ", "[", "<|"]
)
def test_hostile_marks_take_linear_time(piece):
    grows_linearly(lambda text: (visible(text), split_reasoning(text)), piece.__mul__, 50_000, glance_s=3)

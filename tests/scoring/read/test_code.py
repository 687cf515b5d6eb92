"""Programs are found in replies of any dress, in linear time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.scoring.read.code import PYTHON, Block, code_blocks, code_of
from tests.cost import at_most

CODE = "def f():\n    return 1\n"


@pytest.mark.parametrize(
    "reply",
    [
        CODE,
        f"```python\n{CODE}```",
        f"```\n{CODE}```",
        f"``` python\n{CODE}```",
        f"```Python3 title=f\n{CODE}```",
        f"~~~py\n{CODE}~~~",
        f"````python\n{CODE}````",
        f"```python\n{CODE}",  # cut off, or never closed
        f"Here:\n```python\n{CODE}```\nIt returns 1.",
        "1. This:\n   ```python\n   def f():\n       return 1\n   ```",
        f"<think>```python\nwrong()\n```</think>```python\n{CODE}```",
        f"```python\ndef f():\n    return 0\n```\nNo, it has to be:\n```python\n{CODE}```",
        f"```python\n{CODE}```\nUse it so:\n```python\nprint(f())\n```",
        f"Install it:\n```bash\npip install f\n```\n```python\n{CODE}```\n```\n1\n```",
        f"Inline ```f()``` is no block.\n```python\n{CODE}```",
    ],
)
def test_the_block_that_defines_the_function_is_the_program(reply):
    assert code_of(reply, PYTHON, ("def f(",)).rstrip() == CODE.rstrip()


def test_without_a_definition_the_first_block_counts_or_the_last():
    reply = "```python\none()\n```\n```python\ntwo()\n```"
    assert code_of(reply, PYTHON, ("def f(",)) == "one()\n"
    assert code_of(reply, PYTHON, last=True) == "two()\n"


def test_a_fence_is_closed_by_one_as_long_only():
    assert list(code_blocks("````md\n```python\nx\n```\n````\n")) == [Block("md", "```python\nx\n```\n")]


@given(st.text(alphabet="`~ \nab{}py", max_size=200))
def test_any_text_has_a_program_and_blocks_hold_nothing_but_its_lines(text):
    assert isinstance(code_of(text, PYTHON, ("a",)), str)
    lines = {line.strip() for line in text.split("\n")}
    for block in code_blocks(text):
        assert {line.strip() for line in block.code.split("\n")} <= lines | {""}


@given(st.text(alphabet=st.characters(exclude_characters="`\r"), max_size=100), st.sampled_from(["", "python", "C++"]))
def test_what_is_fenced_comes_back(code, label):
    (block,) = code_blocks(f"```{label}\n{code}\n```")
    assert block == Block(label.lower(), code + "\n")


@pytest.mark.parametrize(
    "text", ["```\n" * 250_000, "`" * 1_000_000, "~~~ " * 250_000, "```python\n" + " " * 1_000_000]
)
def test_a_megabyte_of_fences_takes_linear_time(text):
    with at_most(10):
        code_of(text, PYTHON, ("def f(",))


JAVASCRIPT = """// Adds two numbers.
function add(a, b) {
  return a + b;
}"""
RUBY = """# Adds two numbers.
def add(a, b)
  a + b
end"""
RUST = """/// Adds two numbers.
fn add(a: isize, b: isize) -> isize {
    a + b
}"""
COMMENTED = """/*
This adds two numbers.
*/
const add = (a, b) => {
  return a + b;
};"""
CODES = [JAVASCRIPT, RUBY, RUST, COMMENTED]


@pytest.mark.parametrize("code", CODES, ids=["JavaScript", "Ruby", "Rust", "comment"])
@pytest.mark.parametrize(
    "form",
    [
        "{}", "Here is the function:\n\n{}", "{}\n\nThis runs in O(1).",
        "Sure!\n{}\n\n### Notes\n- It adds; then returns.\n",
        "{}\n```", "{}\n```\nIt adds them.", "{}\n```\nFor example:\n```\n3\n```", "Here:\n```\n{}\n```\nDone.",
        "To solve this, we add (once); then:\n\n{}", "{}\n\n这个函数相加。",
    ],
)  # fmt: skip
def test_programs_in_other_languages_are_found_without_fences(code, form):
    assert code_of(form.format(code), ("javascript", "ruby", "rust")).strip() == code


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("```\na\n   ```", ["a\n"]), ("```\na\n    ```\nb\n```", ["a\n    ```\nb\n"]),
        ("```\na\n\t```\n```", ["a\n\t```\n"]),
        ("   ```\n   a\n      ```", ["a\n"]), ("  ```\n  a\n```", ["a\n"]), ("```\na\n    ```", ["a\n    ```\n"]),
    ],
)  # fmt: skip
def test_a_closing_fence_is_indented_by_three_blanks_at_most(text, codes):
    assert [block.code for block in code_blocks(text)] == codes


def test_a_reply_of_prose_stays_what_it_is():
    assert code_of("I cannot do that. It is too hard.", ("rust",)) == "I cannot do that. It is too hard."

"""Python is found in replies that do not fence it, or fence it badly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample
from evalscope_pytest.scoring.programs import program_passes
from evalscope_pytest.scoring.programs.python_part import python_of, python_part
from tests.cost import grows_linearly

DEFINES = ("def half(",)
HEAD = 'def half(n: int) -> int:\n    """ Return half of n, rounded down. """\n'
BODY = "    m = n\n    return m // 2"
WHOLE = f"{HEAD}{BODY}"
TESTS = "def check(candidate):\n    assert candidate(4) == 2\n    assert candidate(7) == 3\n\ncheck(half)"
SAMPLE = Sample(HEAD, "return n // 2", metadata={"entry_point": "half"}, private={"tests": TESTS})
BEFORE = [
    "Here is the function:\n\n", "Sure, here's the solution.\n", "**Solution**\n\n",
    "Certainly! Below is the implementation\n\n",
    "To solve this, we can halve (and round); then:\n\n", "It's simple.\n\n",
]  # fmt: skip
BEHIND = [
    "\nThis runs in O(1).", "\n\nIt's that simple!", "\n\nExplanation:\n- It halves; then it rounds.\n- Done.",
    "\n\nDone",
    "\n**Notes**\n1. It works.\n", "\n\nFor example:\n\nassert half(2) == 7", "\n\nNote: recursion",
    "\n\n这个函数返回一半。",
]  # fmt: skip


@pytest.mark.parametrize("before", ["", *BEFORE])
@pytest.mark.parametrize("behind", ["", *BEHIND])
def test_prose_around_a_function_or_its_body_is_left_out(before, behind):
    assert python_part(f"{before}{WHOLE}{behind}", DEFINES).strip() == WHOLE.strip()
    assert python_part(f"{before}{BODY}{behind}", DEFINES).strip() == BODY.strip()


@pytest.mark.parametrize("behind", ["", *BEHIND])
@pytest.mark.parametrize("code", [WHOLE, BODY], ids=["function", "body"])
def test_a_reply_may_begin_inside_a_block_that_the_prompt_opened(code, behind):
    assert python_of(f"{code}\n```{behind}", DEFINES).strip() == code.strip()


def test_imports_and_helpers_before_a_function_stay_with_it():
    helper = "@cache\ndef one():\n    return 1\n"
    reply = f"We need:\n\nimport math\n\nand a helper:\n\n{helper}\nThen:\n\n{WHOLE}\n\nThat's all."
    assert python_part(reply, DEFINES) == f"import math\n\n{helper}\n{WHOLE}\n"


FENCED_DOC = f'def half(n):\n    """\n    ```\n    half(4)\n    ```\n    """\n{BODY}'


@pytest.mark.parametrize("mark", ["```", "~~~"])
def test_a_fence_in_a_docstring_ends_no_block(mark):
    code = FENCED_DOC.replace("```", mark)
    assert python_of(f"Here:\n{mark}python\n{code}\n{mark}\nDone.", DEFINES).strip() == code.strip()
    listed = "\n".join(f"   {line}" for line in f"{mark}python\n{code}\n{mark}".split("\n"))
    assert python_of(f"1. Here:\n{listed}\nDone.", DEFINES).strip() == code.strip()


def test_a_closing_fence_that_is_indented_too_far_ends_the_program_all_the_same():
    assert python_of(f"```python\n{WHOLE}\n    ```\nIt halves.", DEFINES).strip() == WHOLE


@pytest.mark.parametrize(
    "reply",
    [
        f"{WHOLE}\n```", f"{WHOLE}\n```\nIt runs.", f"Here is the code:\n\n{WHOLE}",
        f"{BODY}\n\nThis is the whole body.",
        f"```python\n{FENCED_DOC}\n```", f"{BODY}\n```\nIt runs.",
        f"{WHOLE}\n```\nUse it:\n```python\nprint(half(4))\n```",
        f"Wrong first:\n\ndef half(n):\n    return 0\n\nCorrected:\n\n{WHOLE}\n\nThat's it.",
    ],
)  # fmt: skip
def test_such_a_reply_passes(judged, reply):
    score = judged(program_passes(completes=True), reply, SAMPLE)
    assert score.values == {"accuracy": 1.0}, score.explanation


@pytest.mark.parametrize(
    "reply",
    [
        "It halves the number.\n```", "def half(n):\n    return n // 3\n```",
        "Here is the code:\n\ndef half(n):\n    return n",
        "    return n // 3\n\nThis is the body.", "    return n //\n\nThis is the body.",
        "Here is the function:\n\ndef half(n)",
        f"{WHOLE}\n\nBetter:\n\ndef half(n):\n    return n / 2\n\nThat's it.", f"```python\n{WHOLE}\n)\n```",
    ],
)  # fmt: skip
def test_another_program_fails(judged, reply):
    assert judged(program_passes(completes=True), reply, SAMPLE).values == {"accuracy": 0.0}


@given(st.text(alphabet="def half(n):\n `'\"#@x=1", max_size=300))
def test_any_text_has_a_part_and_it_is_made_of_its_lines(text):
    lines = {line.strip() for line in text.split("\n")}
    assert {line.strip() for line in python_part(text, DEFINES).split("\n")} <= lines | {""}


@pytest.mark.parametrize(
    "piece",
    [
        "(", "[{", "not ", "-", "lambda:", "x if ", "'''\n", '"""a\n', "@a\n", "(\n", "a\n", "if x:\n", "```\n",
        "    ```\n",
    ],
)  # fmt: skip
def test_a_hostile_program_takes_no_time(piece):
    for size in (60_000, 1_000_000):
        grows_linearly(lambda text: python_of(text, DEFINES), piece.__mul__, size // len(piece), glance_s=2)

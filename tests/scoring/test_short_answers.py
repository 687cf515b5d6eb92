"""DROP and BBH: lists, what stands behind an answer, a point at its edge, and what a number counts."""

from __future__ import annotations

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.suites.reading.drop import drop_answer
from evalscope_pytest.suites.reasoning.bbh import bbh_answer

from .judging import judged


def drop(reply: str, *spans: str) -> float:
    sample = Sample("?", "; ".join(spans), metadata={"answers": [spans]})
    return judged(drop_answer(), reply, sample).values["em"]


def bbh(reply: str, target: str) -> float:
    return judged(bbh_answer(), reply, Sample("?", target)).values["accuracy"]


@pytest.mark.parametrize(
    "reply",
    [
        "Answer:\n1. Ann Lee\n2. Bo Ray", "Answer:\n1) Ann Lee\n2) Bo Ray", "Answer:\n(1) Ann Lee\n(2) Bo Ray",
        "Answer:\n\n1. **Ann Lee**\n\n2. **Bo Ray**\n\nThat is all.", "**Answer:**\n1. Ann Lee\n2. Bo Ray",
        "Answer: 1. Ann Lee 2. Bo Ray", "Answer: (1) Ann Lee, (2) Bo Ray", "Answer: ① Ann Lee ② Bo Ray",
        "Answer: There are two:\n1. Ann Lee\n2. Bo Ray", "They are:\n1. Ann Lee\n2. Bo Ray",
        "Answer:\n1. Ann Lee (1910)\n2. Bo Ray, because he scored", "Answer:\n* Bo Ray\n* Ann Lee",
        '{"answer": ["Ann Lee", "Bo Ray"]}',
    ],
)  # fmt: skip
def test_a_list_is_its_points(reply):
    assert drop(reply, "Ann Lee", "Bo Ray") == 1.0
    assert drop(reply, "Ann Lee") == 0.0
    assert drop(reply, "Ann Lee", "Bo Ray", "Cy Day") == 0.0


@pytest.mark.parametrize(
    "reply",
    [
        "Answer:\n1. Ann Lee\n2. Cy Day", "Answer:\n1. Ann Lee", "Answer: 1. Ann Lee 3. Bo Ray",
        "Answer:\n1. Ann Lee\n2. Bo Ray\n3. Cy Day",
    ],
)  # fmt: skip
def test_another_list_is_wrong(reply):
    assert drop(reply, "Ann Lee", "Bo Ray") == 0.0


def test_the_number_of_a_point_is_not_an_answer():
    assert drop("Answer:\n1. Ann Lee\n2. Bo Ray", "1") == 0.0
    assert bbh("So the answer is:\n1. cloudy\n2. knotty", "1") == 0.0
    assert drop("Answer: 12. It says so.", "12") == 1.0
    assert drop("Answer:\n- 36", "36") == 1.0


@pytest.mark.parametrize(
    "reply",
    [
        "So the answer is:\n1. ant\n2. bee\n3. cat", "So the answer is:\n- ant\n- bee\n- cat",
        "So the answer is: 1. ant 2. bee 3. cat", "Sorted:\n1) ant\n2) bee\n3) cat",
        '{"answer": ["ant", "bee", "cat"]}',
        "So the answer is:\n\n1. **ant**\n\n2. **bee**\n\n3. **cat**\n\nThis is the alphabetical order.",
    ],
)  # fmt: skip
def test_sorted_words_may_be_a_list(reply):
    assert bbh(reply, "ant bee cat") == 1.0
    assert bbh(reply, "ant cat bee") == 0.0
    assert bbh(reply, "ant bee") == 0.0


BEHIND = [
    ", because it is stated", ", since the second sentence says so", " because it says so", " (see the first line)",
    ", as the passage states", ", which is given", " - as stated above", "; this follows from the text",
    ", given that it is so",
    ", according to the text", " as stated in the passage", ", not the other one", " (because both hold)",
    ": it says so",
]  # fmt: skip


@pytest.mark.parametrize("behind", BEHIND)
def test_a_reason_or_a_remark_behind_is_not_part_of_the_answer(behind):
    assert drop(f"The answer is Hanoi{behind}.", "Hanoi") == 1.0
    assert drop(f"Answer: blue team{behind}.", "blue team") == 1.0
    assert bbh(f"So the answer is True{behind}.", "True") == 1.0
    assert bbh(f"So the answer is **valid**{behind}.", "valid") == 1.0
    assert bbh(f"So the answer is False{behind}.", "True") == 0.0
    assert drop(f"The answer is Hue{behind}, so Hanoi is out.", "Hanoi") == 0.0


@pytest.mark.parametrize(
    ("reply", "target"),
    [
        ("Answer: Hanoi (or Hue)", "Hanoi"), ("Answer: Hanoi or Hue", "Hanoi"), ("Answer: Hanoi - Hue", "Hanoi"),
        ("Answer: 2 (million)", "2"), ("Answer: 12 - 5 = 7", "12"), ("Answer: Hanoi. No, Hue.", "Hanoi"),
        ("Answer: not Hanoi, because it is stated", "Hanoi"), ("Answer: Hanoi (and Hue)", "Hanoi"),
    ],
)  # fmt: skip
def test_what_changes_the_answer_is_not_a_remark(reply, target):
    assert drop(reply, target) == 0.0


@pytest.mark.parametrize(
    "reply", ["Answer: .5", "Answer: .5.", "**Answer: .5**", "Answer: `.5`", "Answer: 0.50", '{"answer": ".5"}']
)
def test_a_point_before_digits_belongs_to_the_number(reply):
    assert drop(reply, "0.5") == 1.0
    assert drop(reply, "5") == 0.0
    assert drop(reply, ".5") == 1.0


@pytest.mark.parametrize(
    "answer",
    [
        "24 objects", "24 fruits", "4 * 6 = 24", "2 + 2 + ... = 24", "$4 \\times 6 = 24$", "I have 24 fruits",
        "a total of 24",
        "24 in total", "twenty-four objects", "(4+8)*2 = 24 animals", "24 = 4 * 6", "**24** objects",
        "\\boxed{24} objects",
        "24 fruits (4 apples and 20 pears)", "24 fruits, since each counts", "4 apples + 20 pears = 24 fruits",
        "A + B = 24",
        "2 dozen", "You have 24 animals", "24 musical instruments",
    ],
)  # fmt: skip
def test_a_number_may_count_something_or_end_a_sum(answer):
    assert bbh(f"So the answer is {answer}.", "24") == 1.0
    assert bbh(f"So the answer is {answer}.", "25") == 0.0
    assert bbh(f"So the answer is {answer}.", "4") == 0.0


@pytest.mark.parametrize(
    "answer",
    [
        "24 dozen", "24 hundred", "24 or 25 objects", "2x = 24", "x + 1 = 24", "not 24", "more than 24", "24 minus 3",
        "24 cats and 3 dogs", "one of 24", "24 more than 3", "-24", "24, 5", "24 percent", "24 = 25", "4 * 6 = 25",
        "24 and a half",
    ],
)  # fmt: skip
def test_another_number_is_wrong(answer):
    assert bbh(f"So the answer is {answer}.", "24") == 0.0

"""Replies that take their values back: "I tried 42. The answer cannot be determined."."""

from __future__ import annotations

import pytest

from evalscope_pytest.scoring.read.math_text import read_math
from evalscope_pytest.scoring.read.no_answer import no_answer_end
from tests.cost import at_most

NONE = [
    "I tried 42. The answer cannot be determined.",
    "I tried 42. The answer can't be determined from the information given.",
    "The answer is 42. No, sorry, I cannot determine the answer.",
    "We get \\boxed{42}. However, the answer cannot be determined.",
    "x = 42\n\nThere is not enough information to determine the answer.", "I got 42 but I don't know.",
    "First 42, then 17. I don't know the answer.", "42? It cannot be determined.",
    "I considered 42. This problem cannot be solved.", "It might be 42. It is impossible to determine the answer.",
    "**42** was my guess. The final answer is unknown.", "先试42。无法确定答案。", "得到42。答案无法确定。",
    "试了42，条件不足，无法求解。",
    "J'ai essayé 42. Je ne sais pas.", "Ich habe 42 probiert. Die Antwort kann nicht bestimmt werden.",
    "Probé 42. La respuesta no se puede determinar.", "I tried 42, but could not find the answer.",
    "I tried 42 and failed. Therefore, the answer cannot be determined with the given data. I hope this helps!",
    "I tried 42. Without more information, the answer cannot be determined.",
    "I tried 42. We are unable to determine the answer.",
    "I tried 42. Unfortunately I was unable to find a solution.", "42... There is no way to determine the answer.",
    "Tried 42: no definite answer can be given.", "I tried 42, and I was not able to solve the problem.",
    "We tried 42; the result is indeterminate.", "So x could be 42. The solution cannot be found.",
]  # fmt: skip
VALUE = [
    "The answer cannot be determined from (1) alone. With (2), we get 42.",
    "The exact value cannot be determined analytically. Numerically it is 42",
    "The answer is 42. I could not find any errors.", "The answer is 42. The value of y cannot be determined.",
    "If y were unknown, the answer could not be determined. We get 42.",
    "We get 42. If y were unknown, the answer could not be determined.",
    "I don't know why some say 17. The answer is 42.", "\\boxed{42} I cannot find a simpler solution.",
    "It cannot be determined whether y is prime, but x = 42.",
    "The answer is 42. It cannot be determined by inspection alone, though, so we computed it.",
    "At first it seems the answer cannot be determined, but it is 42.",
    "The answer is 42. The order of the people cannot be determined.", "We don't know the answer. Let x = 42. So 42",
    "There is not enough information on y. x = 42", "答案是42。y的值无法确定。",
    "One may think that the answer cannot be determined. But 42 it is: \\boxed{42}",
    "42. It is not possible to find a larger one.",
    "The answer is 42. Some claim that the answer cannot be determined.",
    "The answer cannot be determined to be less than 3. So 42",
]  # fmt: skip


@pytest.mark.parametrize("reply", NONE)
def test_a_statement_that_there_is_no_answer_takes_back_what_is_before_it(reply: str) -> None:
    assert read_math(reply) is None


@pytest.mark.parametrize("reply", VALUE)
def test_an_answer_stands_if_only_something_else_is_unknown(reply: str) -> None:
    assert (read_math(reply) or "").removeprefix("x = ") == "42"


@pytest.mark.parametrize(
    "piece", ["it cannot be determined from ", "the answer cannot be ", "无法无法不能", "but and so "]
)
def test_a_reply_of_a_megabyte_takes_no_time(piece: str) -> None:
    with at_most(cpu_s=1):
        no_answer_end(piece * (1_000_000 // len(piece)))

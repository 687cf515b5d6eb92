"""The value of a sentence is told from the other numbers in it, in every language of MGSM.

Each reply is read for the gold 36, or a list: half of the replies are wrong ones that mention the gold.
"""

from __future__ import annotations

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.scoring import math_answer
from evalscope_pytest.scoring.read.sentence import Weight, values
from tests.scoring.judging import judged


def _accuracy(reply: str, gold: str = "36") -> float:
    return judged(math_answer(), reply, Sample("", gold)).values["accuracy"]


ANNOUNCED = [
    "Answer: In 2 days, Janet has 36 apples.",
    "**Answer: After 2 days Janet has 36 apples.**",
    "**Answer**\n\nJanet has 36 apples after 2 days.",
    "### Final Answer\n\nThe farmer has 36 cows after 5 years.",
    "Answer: 36 (3 boxes of 12)",
    "Answer: 3 boxes × 12 apples = 36 apples.",
    "The answer is 36; 24 of them are red.",
    "The answer is 36 out of 50.",
    "Answer: Each of the 4 friends gets 36 candies.",
    "Answer: After selling 12 eggs at $3 each, she makes $36.",
    "Answer: 7 days later, Janet has 36 apples.",
    "Answer: If she sells 3 per day, she sells 36 in 12 days.",
    "The answer must be positive. So x = 36.",
    "The answer is 36. A common wrong answer is 24.",
    "Answer: 36\nConfidence: 95%",
    "The total is 36 apples, up from 24.",
    "In 3 weeks she earned 36 dollars.",
    "He paid $36 instead of $40.",
    "It can be done in 36 ways with 3 colors.",
    "Together they have 24 hours + 12 hours = 36 hours.",
    "答案是36，其中24个是红的。",
    "答：一共有36个，分给2人。",
    "答：3个小朋友一共有36颗糖。",
    "答：李明买3本书用了36元。",
    "Antwort: Nach 2 Tagen hat sie 36 Äpfel.",
    "Réponse : Après 2 jours, elle a 36 pommes.",
    "Respuesta: Después de 2 días, ella tiene 36 manzanas.",
    "Ответ: Через 2 дня у неё будет 36 яблок.",
    "Jibu: Baada ya siku 2, ana tofaa 36.",
    "答え：2日後、彼女は36個のりんごを持っています。",
    "คำตอบ: หลังจาก 2 วัน เธอมีแอปเปิ้ล 36 ผล",
    "উত্তর: 2 দিন পরে তার 36টি আপেল আছে।",
    "సమాధానం: 2 రోజుల తర్వాత ఆమె దగ్గర 36 ఆపిల్స్ ఉన్నాయి.",
]
NOT_ANNOUNCED = [
    "Answer: In 36 days, Janet has 24 apples.",
    "**Answer**\n\nJanet has 24 apples after 36 days.",
    "Answer: 24 (2 boxes of 36)",
    "The answer is 24; 36 of them are red.",
    "The answer is 24 out of 36.",
    "Answer: If she sells 36 per day, she sells 24.",
    "Answer: 24, not 36.",
    "The answer is not 36.",
    "We found 36. The answer is unknown.",
    "A common wrong answer is 36. The answer is 24.",
    "Answer: 24\nConfidence: 36",
    "The total is 24 apples, up from 36.",
    "答案是24，其中36个是红的。",
    "答：爸爸今年24岁，小明今年36岁。",
    "答案不是36。",
    "Antwort: Nach 36 Tagen hat sie 24 Äpfel.",
    "Réponse : Après 36 jours, elle a 24 pommes.",
    "Respuesta: Después de 36 días, ella tiene 24 manzanas.",
    "Ответ: Через 36 дней у неё будет 24 яблока.",
    "Jibu: Baada ya siku 36, ana tofaa 24.",
    "答え：36日後、彼女は24個のりんごを持っています。",
    "คำตอบ: ใน 36 สัปดาห์ เขาได้ 24 ดอลลาร์",
    "উত্তর: 36 দিন পরে তার 24টি আপেল আছে।",
    "సమాధానం: 36 వారాల్లో అతను 24 డాలర్లు సంపాదిస్తాడు.",
]


@pytest.mark.parametrize("reply", ANNOUNCED)
def test_another_number_in_the_sentence_does_not_matter(reply):
    assert _accuracy(reply) == 1.0


@pytest.mark.parametrize("reply", NOT_ANNOUNCED)
def test_a_number_beside_the_value_is_not_the_answer(reply):
    assert _accuracy(reply) == 0.0


@pytest.mark.parametrize(
    ("gold", "reply"),
    [
        ("3, 5, 7", "So the three roots are $3, 5, 7$."),
        ("3, 5, 7", "So the three roots are 3, 5 and 7."),
        ("3, 5, 7", "Hence the roots are $3$, $5$, and $7$."),
        ("3, 5, 7", "Therefore $x = 3$, $x = 5$ or $x = 7$."),
        ("3, 5, 7", "解为3、5、7。"),
        ("2,-2", "Thus $x = 2$ or $x = -2$."),
        ("2,-2", "x=2或x=-2。"),
        ("2,-2", "The solutions are $2$ and $-2$."),
        ("10^\\circ", "It moves by $\\frac{\\pi}{18}$, or $10^\\circ$."),
        ("8", "There are 5 apples, 7 pears and 8 plums"),
    ],
)
def test_the_values_of_a_last_sentence_are_one_answer(gold, reply):
    assert _accuracy(reply, gold) == 1.0


@pytest.mark.parametrize(
    ("gold", "reply"),
    [
        ("36", "So the possible values are 8888, 9999, 36."),
        ("36", "So the result is $x = 9999$ or $x = 36$."),
        ("36", "So the roots are 36 and 24."),
        ("36", "The answer is 24 or 36."),
        ("36", "所以是24或36。"),
        ("3, 5, 7", "So the roots are $3, 5$."),
        ("3, 5, 7", "So $x = 7$."),
        ("2,-2", "Thus $x = -2$."),
        ("2,-2", "Thus $x = 2$ or $x = 3$."),
    ],
)
def test_one_of_several_values_is_not_the_answer(gold, reply):
    assert _accuracy(reply, gold) == 0.0


CONDITIONS = [
    "Hence $n = {x}$ (since $n > {w}$).",
    "Hence the value is ${x}$, where $n>{w}$.",
    "So, n = {x} for all k = {w}.",
    "Therefore x = {x}, because x must exceed {w}.",
    "Thus the area is ${x}$ when $r = {w}$.",
    "Therefore, the maximum is ${x}$, attained at $x = {w}$.",
    "So the minimum is ${x}$, with equality at $a = b = {w}$.",
    "Thus there are ${x}$ such integers $n$ with $1 \\le n \\le {w}$.",
    "Thus there are ${x}$ integers between 1 and {w}.",
    "We get {x}, which is 12 more than {w}.",
    "So the total is {x} ({w} from each of the boxes).",
    "So Janet has {x} apples.\n\nNote: {w} of them are red.",
]


@pytest.mark.parametrize("template", CONDITIONS)
def test_a_condition_behind_the_value_is_not_the_answer(template):
    assert _accuracy(template.format(x=36, w=24)) == 1.0
    assert _accuracy(template.format(x=24, w=36)) == 0.0


@pytest.mark.parametrize(
    "reply",
    [
        "Answer: ~36", "Answer: ≈ 36", "The answer is $\\approx 36$.", "Answer (a): 36", "Answer (in dollars): 36",
        "Answer for part (b): 36", "Answer #1: 36", "Answer:\n\n- 36", "Answer:\n* 36", "Answer:\n1. 36",
        "The answer is (C) 36.", "The answer is C) 36.", "The correct answer is **(B)** 36.", "Answer: D. $36$",
        "final_answer: 36", "[Answer] 36", "Ans. 36", "Answer → 36",
    ],
)  # fmt: skip
def test_text_before_the_value_is_not_part_of_it(reply):
    assert _accuracy(reply) == 1.0


@pytest.mark.parametrize(
    "reply",
    [
        "Answer: ~24 (36 at most)", "Answer (36): 24", "The answer is (C).", "Answer:\n\n- 24\n- 36",
        "wrong_answer: 36",
        "The answer is (C) 24, not (D) 36.", "Answer: 36:24", "Answer: -36", "The answer is 360.", "Answer: 3.6",
    ],
)  # fmt: skip
def test_what_only_looks_like_the_value_is_wrong(reply):
    assert _accuracy(reply) == 0.0


def test_the_words_around_a_number_weigh_it():
    sentence = "After 2 days she has 36 apples (12 from each of 3 trees), not 40"
    weighed = {value.text: value.weight for value in values(sentence)}
    assert weighed["2"] is Weight.BESIDE
    assert weighed["36"] is Weight.PLAIN
    assert weighed["12"] is Weight.ASIDE
    assert weighed["40"] is Weight.DENIED

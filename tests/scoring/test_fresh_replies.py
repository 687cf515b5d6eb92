"""Replies of the reported kinds in forms that nobody reported, and near misses that stay wrong."""

from __future__ import annotations

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.scoring.programs.python_part import python_of
from evalscope_pytest.scoring.read.choice import read_choice
from evalscope_pytest.scoring.read.json_text import json_answer
from evalscope_pytest.scoring.read.math_text import read_math
from evalscope_pytest.scoring.read.options import options
from evalscope_pytest.scoring.read.verdict import read_verdict
from evalscope_pytest.suites.reading.drop import drop_answer
from evalscope_pytest.suites.reading.trivia import trivia_answer
from evalscope_pytest.suites.reasoning.bbh import bbh_answer

from .judging import judged

FOUR = options(["a dog", "the cat", "fish", "bird"])


@pytest.mark.parametrize(
    "reply",
    [
        "After eliminating A and B, C remains.", "Without A, B and D. That leaves C.", "The correct one is C.",
        "Choice C best fits.", "A is true, B is false → C", "The only one that works is C.", "Verdict: C", "C ✔",
        "C is the one.",
        "Only C is consistent with the passage.", "C is the only option consistent with the text.",
        "\"fish\" is the correct answer.", "Das ist Antwort C.", "Richtig ist C.", "Option C ist richtig.",
        "La opción correcta es C) fish.", "L'option C est correcte.", "The first fits, i.e. (C) fish.",
        "1. Option A: Incorrect.\n2. Option B: Incorrect.\n3. Option C: Correct.", "A. 错误\nB. 错误\nC. 正确",
        "* Option A is incorrect: too vague.\n* Option C is correct: see the text.",
        "A – falsch\nB – falsch\nC – richtig",
        "| | A | B | C |\n|---|---|---|---|\n| Right? | ❌ | ❌ | ✅ |",
        "A. a dog\n  - Incorrect\nC. fish\n  - Correct",
        "<table><tr><td>A</td><td>No</td></tr><tr><td>C</td><td>Yes</td></tr></table>", '{"final": "C"}',
        "A is true and B is false, so C it is.", "Option C it is.", "**C** it is!", "Both hold, which is C.",
        "A is true, B is false. That leaves C as the correct answer.", "The row with A is true makes it fail: C",
        "A) a dog – Not correct, too large\nC) fish – Follows from the text; correct",
        "1. A – ❌\n2. B – ❌\n3. C – ✅", "C it is.", "The correct statement is C.",
        "It swims, hence fish.", "- A is Incorrect.\n- B is Incorrect.\n- C is Correct.",
    ],
)  # fmt: skip
def test_a_choice_is_read_in_other_words(reply):
    assert read_choice(reply, FOUR) == ("C",)


@pytest.mark.parametrize(
    ("reply", "chosen"),
    [
        ("**A. a dog**\n\nNote that C would be right if the sign changed.", ("A",)),
        ("If B holds, then C is right. But it fails, so A.", ("A",)),
        ("C remains constant. ANSWER: A", ("A",)),
        ("A → C", None),
        ("C is the only option that is not consistent with it.", None),
        ("Only C is inconsistent with the passage.", None),
        ("This leaves A and C.", None),
        ("| | A | B | C |\n|---|---|---|---|\n| Votes | 3 | 1 | 2 |", None),
        ("A. a dog\nB. the cat\nC. fish\nD. bird", None),
        ("C. falsch\nA. richtig\nB. falsch", ("A",)),
        ("It is not C it is about.", None),
        ("It is wrong, so not fish", None),
        ("The correct statement is A or C.", None),
        ("Eliminated by the text: C", None),
        ("Not one of the options: C", None),
        ("That leaves A as well as C.", None),
        ("A: seems wrong; correct\nB: seems right; incorrect", ("A",)),
        ("1. A – a dog\n2. B – the cat", None),
        ("The constant, which is C, remains.", None),
    ],
)
def test_a_near_miss_chooses_something_else(reply, chosen):
    assert read_choice(reply, FOUR) == chosen


@pytest.mark.parametrize("reply", ["Richtig ist nicht C, sondern A.", "L'option C n'est pas correcte; c'est A."])
def test_an_option_denied_in_another_language_is_not_chosen(reply):
    assert read_choice(reply, FOUR) != ("C",)


def test_letters_in_a_row_are_read_without_recursion():
    assert read_choice("A " * 50_000, FOUR) is None
    assert read_choice("ANSWER: " + "A " * 50_000, FOUR) != ("B",)


@pytest.mark.parametrize("reply", [r"\boxed{\sqrt2}", r"$\sqrt 2$", r"ANSWER: $\boxed{ \sqrt{ 2 } }$"])
def test_blanks_and_braces_of_latex_make_no_other_option(reply):
    roots = options([r"\sqrt{3}", r"\sqrt{2}", "2", r"2\sqrt{2}"])
    assert read_choice(reply, roots) == ("B",)
    assert read_choice(reply.replace("2", "5"), roots) is None


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("Ja, auf dem Bild.", "yes"), ("Sí.", "yes"), ("Oui !", "yes"), ("はい、あります。", "yes"), ("Да", "yes"),
        ("Nein.", "no"), ("Não", "no"), ("いいえ、ありません。", "no"), ("Correct.", "yes"), ("Incorrect.", "no"),
        ("To answer your question: yes.", "yes"), ("Looking at it, no, there is none.", "no"),
        ("Not that I can see, no.", "no"), ("Certainly, yes.", "yes"), ("I don't think so, no.", "no"),
        ("The picture shows a beach. No.", "no"), ("Answer: ✅", "yes"), ("I'd answer with a no.", "no"),
        ("Correct, there is a bench.", "yes"), ("Incorrect, there is no bench.", "no"), ("Nah.", "no"), ("Yup.", "yes"),
        ("Correct, there is no bench.", None), ("Wrong, there is a bench.", None),
        ("❌ No bench is visible.", "no"), ("✅ There is a bench.", "yes"), ("❌ I don't see one.", "no"),
        ("From the photo, I can say no.", "no"), ("I must say yes.", "yes"), ("It appears not, so no.", "no"),
        ("It is a yes from me.", "yes"), ("That is a no from me.", "no"),
        ("❌ I cannot see the image.", None), ("❌ There is no way to tell whether it is so.", None),
        ("I cannot say yes.", None), ("❌ There is a bench. ✅", None), ("✅ Done.", None),
        ("If there were one, so yes.", None),
        ("If asked quickly: yes.", None), ("Ja or nein?", None), ("It might be there: yes", None),
        ("Some say: no", None),
        ("No-one is there.", None), ("Non-existent things are hidden", None), ("Not sure: no", None),
        ("Is it there? Yes or no: unclear", None), ("There is no doubt.", None),
    ],
)  # fmt: skip
def test_yes_and_no_of_other_languages_and_at_the_end(reply, verdict):
    assert read_verdict(reply) == verdict


@pytest.mark.parametrize(
    ("target", "reply", "right"),
    [
        ("4", "So the answer is 4 animals: a fish and three dogs.", 1),
        ("4", "So the answer is that you have 4 dogs.", 1),
        ("-4", "So the answer is minus 4.", 1), ("4", "So the answer is 4: no, 5.", 0),
        ("4", "So the answer is minus 4.", 0), ("True", "So the answer is not False or True = True.", 1),
        ("True", "So the answer is True = not True = False.", 0), ("valid", "So the answer is deductively valid.", 1),
        ("valid", "So the answer is deductively invalid.", 0), ("a b c", "So the answer is a, b, and c.", 1),
        ("alp bee cat", "So the answer is:\nalp\nbee\ncat", 1), ("alp bee cat", "So the answer is alp < bee < cat.", 1),
        ("alp bee cat", 'So the answer is ["alp", "bee", "cat"].', 1),
        ("alp bee cat", "So the answer is:\n\n```\nalp bee cat\n```", 1),
        ("alp bee cat", "So the answer is:\nalp\ncat\nbee", 0),
        ("alp bee cat", "So the answer is:\nalp\nbee\ncat\ndog", 0),
        ("and bee", "So the answer is bee.", 0), ("alp bee cat", "So the answer is:\n\n**alp**\n**bee**\n**cat**", 1),
        ("yes", '{"plausible": true}', 1), ("No", '{"intentional": false}', 1), ("no", '{"plausible": true}', 0),
        ("yes", '{"true": 1, "plausible": "x"}', 0), ("True", '{"answer": true}', 1), ("yes", "{} True", 0),
    ],
)  # fmt: skip
def test_answers_of_bbh_in_other_dress(target, reply, right):
    assert judged(bbh_answer(), reply, Sample("Q", target)).values["accuracy"] == right


def drop(reply: str, *spans: str) -> float:
    sample = Sample("?", "; ".join(spans), metadata={"answers": [spans]})
    return judged(drop_answer(), reply, sample).values["em"]


@pytest.mark.parametrize(
    "reply",
    [
        "Answer:\n① Ann Lee\n② Bo Ray", "Answer:\na) Ann Lee\nb) Bo Ray", "Answer: both Ann Lee and Bo Ray",
        "Answer: Ann Lee & Bo Ray.", "Answer: Ann Lee\nBo Ray",
        "Answer:\n1. Ann Lee: scored first\n2. Bo Ray: scored last",
    ],
)  # fmt: skip
def test_lists_with_other_marks(reply):
    assert drop(reply, "Ann Lee", "Bo Ray") == 1.0
    assert drop(reply, "Ann Lee", "Cy Fox") == 0.0


@pytest.mark.parametrize(
    ("span", "reply", "right"),
    [
        ("George W. Bush", "The answer is George W. Bush, who won in 2000.", 1),
        ("St. Louis Rams", "Answer: St. Louis Rams. They won 3-0.", 1), ("Hanoi", "Answer: Hanoi — not Saigon.", 1),
        ("blue team", "Answer: blue team as they scored 5 more.", 1), ("Hanoi", "Answer: Hanoi, weil es fiel.", 1),
        ("Hanoi", "Answer: Hanoi, parce qu'elle est tombée.", 1),
        ("5", "Answer: 5…", 1), ("0.5", "Answer: (.5)", 1), ("Hanoi", '{"city": "Hanoi"}', 1),
        ("Hanoi", "Answer: Hanoi -- not sure", 0), ("Hanoi", "Answer: Hanoi as well as Saigon", 0),
        ("St. Louis Rams", "Answer: St. Louis", 0), ("Hanoi", "Answer: Saigon, as Hanoi fell", 0),
        ("Ann Lee; Bo Ray", "Answer: not both Ann Lee and Bo Ray", 0), ("5", "Answer: (.5)", 0),
    ],
)  # fmt: skip
def test_text_around_a_span(span, reply, right):
    assert drop(reply, *span.split("; ")) == right


@pytest.mark.parametrize(
    ("target", "reply", "right"),
    [
        ("Chad", "ANSWER: Chad, a country in Africa", 1), ("Paul Simon", "ANSWER: Dr. Paul Simon", 1),
        ("Paul Simon", "ANSWER: Paul Simon, the singer", 1), ("Chad", '{"country": "Chad"}', 1),
        ("Chad", '{"place": "Chad", "explanation": "It is in Africa."}', 1), ("Chad", "ANSWER: Dr. Chad", 0),
        ("Chad", "ANSWER: Chad, a town and Mali", 0), ("Paul Simon", "ANSWER: Paul Simon, author of songs", 1),
        ("Chad", "ANSWER: Chad, author of songs and Mali", 0), ("Chad", '{"thought": "Chad"}', 0),
        ("Chad", '{"country": "Chad", "other": "Mali"}', 0), ("Chad", '{"rejected": "Chad"}', 0),
    ],
)  # fmt: skip
def test_a_name_may_have_its_kind_behind_it(target, reply, right):
    assert judged(trivia_answer(), reply, Sample("Q", target)).values["accuracy"] == right


@pytest.mark.parametrize(
    "reply",
    [
        '{"count": 36}', '{"computed_answer": 36, "steps": 2}', '{"apples": 36}', '{"apples": "36", "steps": ["6*6"]}',
    ],
)  # fmt: skip
def test_the_only_field_is_the_answer(reply):
    assert json_answer(reply) == ("36",)


@pytest.mark.parametrize(
    ("denied", "instead"),
    [
        ("Die Antwort ist nicht 41.", "Die Antwort ist nicht 41, sondern 42."),
        ("La réponse n'est pas 41.", "La réponse n'est pas 41 mais 42."),
        ("La respuesta no es 41.", "La respuesta no es 41, sino 42."), ("Ответ не 41.", "Ответ не 41, а 42."),
        ("答えは41ではありません。", "答えは41ではなく42です。"),
    ],
)  # fmt: skip
def test_a_denied_number_is_not_an_answer(denied, instead):
    assert "41" not in (read_math(denied) or "")
    assert read_math(instead) == "42"


PROGRAM = 'def f(x):\n    """\n    ```\n    f(1)\n    ```\n    """\n    return x\n'


@pytest.mark.parametrize(
    "reply",
    [
        PROGRAM, PROGRAM + "```", f"Here it is:\n\n{PROGRAM}```", f"python\n{PROGRAM}```",
        f"[PYTHON]\n{PROGRAM}[/PYTHON]",
        '{"code": "def f(x):\\n    return x"}', f"Sure!\n\n{PROGRAM}\nIt returns `x`.",
    ],
)  # fmt: skip
def test_a_program_is_found_around_its_docstring(reply):
    scope: dict[str, object] = {}
    exec(python_of(reply, ("def f",)), scope)
    assert scope["f"](7) == 7  # type: ignore[operator]


@pytest.mark.parametrize("reply", ['{"code": 7}', '{"note": "def f(x): return x"}', "[PYTHON]\n[/PYTHON]"])
def test_a_reply_without_a_program_defines_nothing(reply):
    assert not python_of(reply, ("def f",)).startswith("def f")

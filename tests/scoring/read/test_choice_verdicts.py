"""Options called right in a table or a list, letters that are called true, and options of mathematics."""

from __future__ import annotations

import pytest

from evalscope_pytest.scoring.read.choice import read_choice
from evalscope_pytest.scoring.read.options import options

FOUR = options(["a dog", "the cat", "fish", "bird"])
LETTERS = "ABCD"
TABLES = [
    "| {x} | {v} |", "| {x}. {t} | {v} |", "| **{x}** | {t} | {v} |", "| Option {x} | {t} | {v} | as one sees |",
    "| {x} | {t} | plausible | {v} |", "| ({x}) | {v} |", "│ {x} │ {v} │", "<tr><td>{x}</td><td>{v}</td></tr>",
]  # fmt: skip
LISTS = [
    "- {x}: {v}",
    "{x}. {t} — {v}",
    "- **{x}**: {v}",
    "{x}) {t} - {v}",
    "**{x}. {t}** → {v}",
    "{x}) {t} ({v})",
    "{x}：{v}",
]
VERDICTS = [
    ("✅ Correct", "❌ Incorrect"), ("Correct", "Incorrect"), ("✔", "✗"), ("✓", "✘"), ("Yes", "No"), ("right", "wrong"),
    ("True", "False"), ("正确", "错误"), ("对", "错"), ("是", "否"), ("√", "×"), ("**Correct**", "Not correct"),
    ("Correct, since it fits", "Wrong, it is too small"), ("Best answer", "Ruled out"),
    ("Correct ✅", "❌ no, too small"),
]  # fmt: skip


def rows(form: str, right: str, wrong: str, chosen: str = "C") -> str:
    head = "| Option | Verdict |\n|---|---|\n" if form.startswith("|") else ""
    lines = (form.format(x=x, t=FOUR.texts[x], v=right if x in chosen else wrong) for x in LETTERS)
    return head + "\n".join(lines)


@pytest.mark.parametrize("form", TABLES + LISTS)
@pytest.mark.parametrize(("right", "wrong"), VERDICTS)
def test_the_option_with_the_right_verdict_is_the_choice(form, right, wrong):
    assert read_choice(f"Each option in turn:\n\n{rows(form, right, wrong)}", FOUR) == ("C",)
    assert read_choice(rows(form, right, wrong, "AC"), FOUR) is None
    assert set(read_choice(rows(form, right, wrong, "AC"), FOUR, multiple=True) or ()) == {"A", "C"}
    assert read_choice(rows(form, right, wrong, ""), FOUR) is None


def test_the_column_that_is_headed_so_holds_the_verdict():
    table = "| Option | Correct? | Popular |\n|---|---|---|\n| A | No | Yes |\n| B | Yes | No |\n| C | No | Yes |"
    assert read_choice(table, FOUR) == ("B",)


def test_an_announced_answer_counts_more_than_a_table():
    assert read_choice(f"{rows(TABLES[0], 'Correct', 'Wrong')}\n\nAnswer: B", FOUR) == ("B",)


@pytest.mark.parametrize(
    "reply",
    [
        "| A | the cat |\n| B | fish |", "| A | ✅ ❌ |\n| B | ✅ ❌ |", "A: unlikely\nB: possible",
        "| A | ? |\n| B | partly |",
        "Is A ✅ or B ❌?", "A) a dog\nB) the cat\nC) fish\nD) bird", "| A | ✅ |\n| A | ❌ |\n| B | ❌ |",
        "| A | No change |\n| B | Right angle |",
    ],
)  # fmt: skip
def test_a_table_without_one_right_verdict_chooses_nothing(reply):
    assert read_choice(reply, FOUR) is None


def test_the_words_of_an_option_are_not_a_verdict_on_it():
    truth = options(["True", "False"])
    assert read_choice("A) True\nB) False", truth) is None
    assert read_choice("| A | True | ❌ |\n| B | False | ✅ |", truth) == ("B",)


LOGIC = options(
    [
        "Valid",
        "Invalid. Counterexample when C is true",
        "Invalid. Counterexample when A is true and B is false",
        "All false",
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    "reply",
    [
        "**C** – in that row A is true, B is false.", "Option C. Check: A is true and B is false there.",
        "I choose C: when A is true and B is false, it fails.", "Therefore C.\n\n(A is true, B is false.)",
        "Since A is true and B is true, C is correct.", "C. Invalid. Counterexample when A is true and B is false",
        "C) When A is true, B is false, so it is invalid.", "The answer is C because A is true and B is false.",
        "A is true, B is false: hence option C.", "C\n\nCheck: A is true and D is true.", "(C): A is true; B is false.",
        "C is the right choice: A is true there.", "C – since statement A is correct and statement B is wrong",
        "When A is true and B is false, it fails, so C is the answer.",
    ],
)  # fmt: skip
def test_a_letter_called_true_is_not_a_choice_beside_one(reply):
    assert read_choice(reply, LOGIC) == ("C",)


@pytest.mark.parametrize(
    "reply",
    [
        "In that row A is true, B is false.", "A is true and B is true.", "When A is true and B is false, it fails.",
        "A is true.", "Statement A is correct.", "Statement A is correct and statement B is wrong.", "A is false.",
        "If A is true, it fails.",
    ],
)  # fmt: skip
def test_letters_called_true_alone_choose_nothing_in_logic(reply):
    assert read_choice(reply, LOGIC) is None


def test_the_text_of_an_option_calls_no_other_option_right():
    offered = options(["only A", "only B", "both A and B are correct", "neither"])
    for reply in ("C. Both A and B are correct", "C) both A and B are correct.", "Option C: both A and B are correct"):
        assert read_choice(reply, offered) == ("C",)


def test_the_one_option_called_true_is_a_choice():
    assert read_choice("Option C is true.", FOUR) == ("C",)
    assert read_choice("Option C is true, and option A is true.", FOUR) is None
    assert read_choice("Option C is not true.", FOUR) is None


MATHS = options([r"\frac{1}{2}", r"\frac{1}{4}", r"\sqrt{2}", r"x^{2}"])


@pytest.mark.parametrize(
    "reply",
    [
        r"$\boxed{\frac{1}{2}}$", r"\boxed{\dfrac{1}{2}}", r"$$\boxed{ \frac{1}{2} }$$", r"ANSWER: $\frac{1}{2}$",
        r"The answer is \(\frac{1}{2}\).", r"\boxed{\displaystyle\frac{1}{2}}", r"\boxed{\text{(A) } \frac{1}{2}}",
        r"\boxed{A. \frac{1}{2}}", r"So $x=\boxed{\frac{1}{2}}$ holds.", r"\frac{1}{2}",
        r"<answer>\frac{1}{2}</answer>",
        r'{"answer": "\frac{1}{2}"}', r"$\boxed{\mathbf{\frac{1}{2}}}$", r"ANSWER: {\frac{1}{2}}",
    ],
)  # fmt: skip
def test_the_text_of_an_option_may_have_braces(reply):
    assert read_choice(reply, MATHS) == ("A",)


@pytest.mark.parametrize(
    "reply",
    [
        r"\boxed{\frac{1}{3}}", r"\boxed{\frac{2}{1}}", r"\boxed{\sqrt{3}}", r"\boxed{1}", r"\boxed{\frac{12}{}}",
        r"\boxed{}",
        r"\boxed{\frac{1}{2}, \frac{1}{4}}", r"\boxed{-\frac{1}{2}}",
    ],
)  # fmt: skip
def test_another_formula_is_not_an_option(reply):
    assert read_choice(reply, MATHS) is None


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("ANSWER: .5", "A"), ("ANSWER: 5", "B"), ("The answer is .5.", "A"), ("5", "B"), (".5", "A"), ("A) .5", "A"),
        ("\\boxed{.5}", "A"), ("**.5**", "A"),
    ],
)  # fmt: skip
def test_a_point_before_digits_belongs_to_an_option(reply, letter):
    assert read_choice(reply, options([".5", "5", "50", "0.05"])) == (letter,)

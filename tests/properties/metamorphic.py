"""Replies rewritten in ways that change nothing: a right one stays right, a wrong one stays wrong.

A `Reader` is a scorer with questions. `reply` puts a value into a reply: it dresses the value, announces it, and adds
what a model writes around it. A function makes each choice, so that hypothesis and the long search
(`tests/fuzz/search.py`) share the rewrites.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from evalscope_pytest import Sample, Scorer
from evalscope_pytest.scoring import choice_answer, math_answer, yes_no
from evalscope_pytest.scoring.read.options import listed
from evalscope_pytest.suites.math.local_math import local_math_answer
from evalscope_pytest.suites.reading.drop import drop_answer
from evalscope_pytest.suites.reading.trivia import trivia_answer
from evalscope_pytest.suites.reasoning.bbh import bbh_answer

from .surroundings import AFTER, ANNOUNCE, BEFORE, END_TOKENS, KEYS, REJECTED_AFTER, REJECTED_BEFORE, THINKING

Choose = Callable[[Sequence[Any]], Any]
Forms = Sequence[str]  # templates with {v}, the value


@dataclass(frozen=True)
class Question:
    """A sample with a value that answers it and values that do not."""

    sample: Sample
    right: str
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Reader:
    """A scorer, questions for it, and the rewrites that leave its verdict alone.

    Attributes:
        dress: Templates of the value itself.
        announce: Templates of the sentence that states the dressed value.
        value_json: Turns a value into what a JSON field holds.
        dresses: More templates that fit one value only (a number's other notations).
        states: Whole statements of a value that depend on its question (a table of verdicts on its options).
        names_others: Whether a reply may speak of another value that it rejects.
    """

    name: str
    scorer: Scorer
    questions: Sequence[Question]
    dress: Forms
    announce: Forms
    value_json: Callable[[str], Any] = str
    dresses: Callable[[str], Forms] = lambda value: ()
    metric: str = "accuracy"
    states: Callable[[Question, str], Forms] = lambda question, value: ()
    names_others: bool = False


_ANNOUNCED = re.compile("answer|答案", re.IGNORECASE)


def reply(reader: Reader, question: Question, value: str, other: str, choose: Choose) -> str:
    """Return a reply that answers ``value``; whatever it claims in its thinking is ``other``."""
    states = reader.states(question, value)
    way = choose(("text",) * 6 + ("json",) + (("state",) * 4 if states else ()))
    if way == "state":
        stated = str(choose(states))
    else:
        stated = _as_json(reader, value, choose) if way == "json" else _as_text(reader, value, choose)
    thought = f"I think the answer is {other}."
    thinking = choose(THINKING).replace("{d}", thought)
    before, after = choose(BEFORE), choose(AFTER)
    if reader.names_others and _ANNOUNCED.search(stated):
        before = choose(REJECTED_BEFORE).replace("{o}", other) or before
        after = choose(REJECTED_AFTER).replace("{o}", other) or after
    alone = not _ANNOUNCED.search(stated) or stated.startswith(("#", ">", "*", "`", "{", "<", "-"))
    if before.endswith(". ") and (alone or stated.count("\n") > 1):
        before = f"{before.rstrip()}\n\n"  # what is stated begins a line
    return f"{thinking}{before}{stated}{after}{choose(END_TOKENS)}"


def _as_text(reader: Reader, value: str, choose: Choose) -> str:
    announce = str(choose(reader.announce))
    dress = [form for form in (*reader.dress, *reader.dresses(value)) if _fits(form, announce)]
    return announce.replace("{v}", choose(dress).replace("{v}", value))


def _fits(dress: str, announce: str) -> bool:
    """Tell whether people write the two together: no bold within bold, no full stop within a sentence."""
    twice = any(mark in dress and mark in announce for mark in ("*", "`", '"'))
    ends = announce.endswith(("{v}", "{v}\n</answer>"))
    return not twice and (ends or not dress.endswith((".", ")", " ")) or "\\" in dress)


def _as_json(reader: Reader, value: str, choose: Choose) -> str:
    key, held = choose(KEYS), reader.value_json(value)
    fields: dict[str, Any] = choose(
        (
            {key: held},
            {key: str(value)},
            {"reasoning": "I compared 3 cases.", key: held},
            {key: held, "confidence": 0.95},
            {key: held, "explanation": "It follows."},
            {key: {"value": held}},
            {"confidence": 95, "steps": ["one", "two"], key: str(value)},
        )
    )
    text = json.dumps(fields, ensure_ascii=False, indent=choose((None, 2)))
    return str(choose(("{j}", "```json\n{j}\n```", "```\n{j}\n```"))).replace("{j}", text)


# Mathematics

NUMBER_DRESS = (
    "{v}", "{v}", "${v}$", "\\({v}\\)", "\\boxed{{v}}", "$\\boxed{{v}}$", "\\[\\boxed{{v}}\\]", "$$\\boxed{{v}}$$",
    "**{v}**", "\\boxed{ {v} }", "\\boxed{{v}.}", "$\\boxed{\\mathbf{{v}}}$", "\\boxed{\\displaystyle {v}}",
    "\\fbox{{v}}", "\\boxed{\\ {v}\\ }", "\\boxed{\\color{blue}{{v}}}", "\\boxed{\\text{Answer: }{v}}",
    "\\boxed{\\text{The answer is } {v}}", "\\boxed{~{v}}", "\\boxed{{v}~}", "\\boxed{\\,{v}\\,}",
    "\\boxed{\\boxed{{v}}}", "**\\boxed{{v}}**", "\\boxed{\\large {v}}",
)  # fmt: skip
UNITS = (
    "\\boxed{{v}~\\text{cm}}", "\\boxed{{v}\\,\\text{m}}", "\\boxed{{v}\\ \\text{apples}}",
    "\\boxed{{v} \\text{ boxes}}", "{v} apples", "{v} boxes", "\\boxed{{v}\\;\\mathrm{kg}}",
    "\\boxed{{v}\\text{ cm}^2}",
)  # fmt: skip
SENTENCES = (
    "Answer: In 2 days, there are {v} of them.", "**Answer: After 7 steps there are {v} left.**",
    "Answer: {v} (3 boxes of 12)", "The answer is {v}; 24 of them are red.", "答案是{v}，其中24个是红的。",
    "The total is {v}, up from 7.", "**Answer**\n\nThere are {v} left after 2 days.", "#### {v}", "Answer (a): {v}",
    "Answer:\n\n- {v}", "Answer: ~{v}", "So after 5 days there are {v} left.", "Answer: x = {v}",
    "**Answer: {v}**, because 4 is even.",
)  # fmt: skip
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def notations(value: str) -> Forms:
    """Return other ways to write a number."""
    if not value.lstrip("-").isdigit():
        return _symbols(value)
    number = int(value)
    found = [f"{value}.0", f"\\boxed{{{value}.00}}", f"\\boxed{{\\frac{{{2 * number}}}{{2}}}}", f"\\boxed{{+{value}}}"]
    found = found if number >= 0 else found[:-1]
    if abs(number) >= 1000:
        grouped = f"{number:,}"
        found += [grouped, f"${grouped}$", f"\\boxed{{{grouped.replace(',', '{,}')}}}", f"\\boxed{{{grouped}}}"]
    return (*found, *UNITS)


def _symbols(value: str) -> Forms:
    found = [f"\\boxed{{x = {value}}}"] if "=" not in value and "," not in value else []
    if "\\frac{" in value:
        found += [f"\\boxed{{{value.replace(chr(92) + 'frac', chr(92) + kind)}}}" for kind in ("dfrac", "tfrac")]
    if re.fullmatch(r"\\sqrt\{\d+\}", value):
        found += [f"√{value[6:-1]}", f"√({value[6:-1]})", f"\\boxed{{√{value[6:-1]}}}"]
        found.append(f"\\boxed{{{value} \\approx {int(value[6:-1]) ** 0.5:.3f}}}")
    if fraction := re.fullmatch(r"\\frac\{(\d+)\}\{(\d+)\}", value):
        over, under = int(fraction[1]), int(fraction[2])
        found += [f"{over}/{under}", f"\\boxed{{{over}/{under}}}", f"\\boxed{{\\frac{{{2 * over}}}{{{2 * under}}}}}"]
        if Fraction(over, under).denominator % 3 == 0:  # not an exact decimal
            found += [f"\\boxed{{{value} \\approx {over / under:.3f}}}"]
    if power := re.fullmatch(r"(\w+)\^\{?(\d+)\}?", value):
        found += [f"\\boxed{{{power[1]}{power[2].translate(_SUPERSCRIPT)}}}"]
    return tuple(found)


def _number(value: str) -> Any:
    return int(value) if value.lstrip("-").isdigit() else value


def _wrong_numbers(value: str) -> tuple[str, ...]:
    if value.lstrip("-").isdigit():
        number = int(value)
        return tuple(str(n) for n in (number + 1, number - 1, 10 * number + 7, -number - 3))
    if value.startswith("\\sqrt{"):
        return (
            f"\\sqrt{{{value[6:-1]}1}}",
            f"2{value}",
            f"\\sqrt{{{value[6:-1][:1]}}}" if len(value) > 8 else "\\sqrt{7}",
        )
    if value.startswith("\\frac{"):
        return (f"-{value}", f"1+{value}")
    return ("17", "\\frac{1}{17}", "\\sqrt{17}")


MATH = (
    "36", "5", "1250", "-7", "128000", "0", "\\frac{14}{3}", "\\frac{3}{7}", "\\sqrt{21}", "\\sqrt{13}", "2\\pi",
    "x^{10}", "\\frac{1}{2}", "3\\sqrt{13}", "(2,128)", "[-2,7]", "\\frac{\\pi}{4}", "2^{12}",
)  # fmt: skip


# (target, forms that say the same, forms that do not)
FORMS: tuple[tuple[str, Forms, Forms], ...] = (
    (r"\frac{14}{3}",
     (r"\frac{14}{3} \approx 4.67", r"\frac{14}{3}\text{ (approximately }4.67)", r"4\frac{2}{3}", r"4.\overline{6}",
      r"4.(6)", r"4.\dot{6}", r"\frac{14}{3} \simeq 4.667", r"x=\frac{14}{3}≈4.67", r"\frac{14}{3}\text{ cm}",
      r"\textbf{(B) }\frac{14}{3}", r"\large \frac{14}{3}"),
     (r"\frac{13}{3} \approx 4.67", r"4.\overline{7}", "4.67", r"4.\overline{06}", r"\frac{14}{3}x")),
    ("36",
     ("36~m", r"36~\text{apples}", r"36\,\text{cm}^2", r"\text{Answer: }36", r"\text{The answer is } 36",
      r"\textbf{(C)}\ 36", r"\text{(C) }36", "x=36", r"\text{Total: }36", r"\mathrm{(E)}\;36", "f(3)=36", "36_{10}",
      r"\color{red}{36}", r"\textcolor{blue}{36}", r"\approx 36", r"\boldsymbol{36}", r"\underline{36}",
      r"\text{36 apples}", r"36 \text{ (since }x>0)", r"36 \text{ for } n \ge 1"),
     (r"36\%", "36_7", r"\textbf{(C)}\ 35", r"\text{not }36", "36^2", "2x=36", "x^2=36",
      r"\text{at least }36", r"36\text{ or }37", r"\{35,36\}", r"3\text{, }6")),
    (r"120^\circ",
     (r"120^{\circ}", "120°", r"120\degree", r"\mathbf{120^\circ}", r"\theta=120^\circ", "120º",
      r"120 \text{ degrees}", r"120\text{°}", "120"),
     (r"121^\circ", r"12^\circ", r"-120^\circ")),
    ("2516_8",
     ("2516_{8}", "(2516)_8", r"2516_{\text{eight}}", r"2516\text{ (base 8)}", "2516₈", r"2516\text{ in base }8",
      "2516_{(8)}"),
     ("2516_9", "2516_{10}", r"2516\text{ (base 7)}", "2517_8")),
    ("[-2,7]",
     (r"-2 \le x \le 7", r"x\in[-2,7]", "-2≤x≤7", r"7\ge x\ge -2", r"\{x \mid -2\le x\le 7\}", r"\left[-2,7\right]",
      r"x \ge -2 \text{ and } x \le 7", "[-2, 7]", r"-2\leqslant x\leqslant 7"),
     (r"-2 < x \le 7", "(-2,7)", "[-2,7)", r"-2\le x", "[2,7]", r"\{-2,7\}", r"x \le -2 \text{ or } x \ge 7")),
    (r"(-\infty,2)\cup(3,\infty)",
     (r"x<2 \text{ or } x>3", r"(3,\infty)\cup(-\infty,2)", r"x\in(-\infty,2)\cup(3,+\infty)",
      r"x < 2\text{ or }3 < x", "(-∞,2)∪(3,∞)"),
     ("2<x<3", r"(-\infty,2]\cup(3,\infty)", r"(-\infty,2)", "x<2", "(2,3)")),
    (r"36\pi",
     (r"36\pi \text{ cm}^2", r"36\pi\ \mathrm{cm}^3", "36π", r"36 \pi \approx 113.1", r"V = 36\pi",
      r"36\pi\text{ square units}", r"\pi\cdot 36", r"36\pi~\text{m}"),
     ("36", r"35\pi", r"36\pi^2", "113.1")),
    (r"\sqrt{21}",
     ("√21", "√(21)", r"\sqrt{21} \approx 4.58", r"\sqrt{21}\text{ cm}", "21^{1/2}", r"21^{\frac12}",
      r"\textbf{(A) }\sqrt{21}"),
     ("√2", "21", r"\sqrt{12}", "4.58", r"\pm\sqrt{21}", r"-\sqrt{21}")),
    ("x^{10}", ("x¹⁰", "x^{10}"), ("x¹¹", "x10", "x^{1}0", "10^x")),
    ("2,-3",
     ("2, -3", "x=2, x=-3", r"x = 2 \text{ or } x = -3", r"\{2,-3\}", r"2 \text{ and } -3", r"x=-3,\ x=2",
      r"x = 2,\; -3"),
     ("2, 3", "2", "-3", "2, -3, 5", "x=2, x=3")),
    ("3,4", (r"3 \text{ and } 4", r"x=3\text{ or }x=4"), ("34", "3", "3.4", "3, 5")),
    ("(2,128)",
     ("(2, 128)", r"\left(2,128\right)", "(x,y)=(2,128)", "x=2, y=128", r"(2,\,128)"),
     ("2128", "(128,2)", "[2,128)", "(2,12)")),
    (r"\emptyset",
     (r"\{\}", r"\varnothing", "∅", r"\{ \}", r"\left\{\right\}"),
     (r"\{0\}", "0", r"\{\emptyset\}")),
    (r"\frac{1}{3}",
     (r"0.\overline{3}", "1/3", r"\dfrac13", r"0.\bar{3}", "0.(3)", r"33\frac13\%", "3^{-1}"),
     ("0.3", "0.33", "3", r"-\frac13", r"0.\overline{03}", r"\frac{1}{30}")),
    ("y=2x+3", ("2x-y+3=0", "y=3+2x", "2x+3=y", "y-3=2x"), ("y=2x-3", "x=2y+3", "2x+3=0", "y=3x+2")),
    (r"\text{Evelyn}",
     ("Evelyn", r"\text{Answer: Evelyn}", r"\textbf{Evelyn}", r"\text{evelyn}"),
     (r"\text{Carla}", "E")),
)  # fmt: skip
FORM_DRESS = (
    "\\boxed{{v}}", "$\\boxed{{v}}$", "\\[\\boxed{{v}}\\]", "\\fbox{{v}}", "\\boxed{ {v} }", "\\boxed{{v}.}",
    "\\boxed{\\displaystyle {v}}", "\\boxed{\\,{v}\\,}", "\\boxed{~{v}}", "\\boxed{\\boxed{{v}}}",
)  # fmt: skip


def _form_questions() -> Iterator[Question]:
    for target, same, other in FORMS:
        for form in same:
            yield Question(Sample("How many?", target), form, tuple(other))


def _math_questions(values: Sequence[str], subset: str = "") -> list[Question]:
    return [Question(Sample("How many?", value, subset=subset), value, _wrong_numbers(value)) for value in values]


# Multiple choice

LETTER_DRESS = (
    "{v}", "{v}", "({v})", "**{v}**", "{v}.", "{v})", "option {v}", "\\boxed{{v}}", "$\\boxed{{v}}$",
    "\\boxed{\\text{{v}}}", "**({v})**", "[{v}]", "`{v}`", "**Option {v}**", "\\textbf{({v})}", "*{v}*", "\"{v}\"",
)  # fmt: skip
CHOSEN = (
    "I choose {v}.", "Option {v} is correct.", "The correct option is {v}.", "Therefore, {v} is the right answer.",
    "正确选项是{v}。", "故选{v}。", "After comparing the options, the best choice is {v}.",
)  # fmt: skip
TEXTS = (
    ("the heart", "the liver", "the lung", "the kidney"),
    ("3", "12", "36", "48"),
    ("True, True", "False, False", "True, False", "False, True"),
    ("\\frac{1}{2}", "\\frac{1}{3}", "\\sqrt{2}", "2"),
    ("It rains", "It snows", "A is true and B is false", "none of these"),
)
CHOSEN_ABROAD = (
    "Die richtige Antwort ist {v}.", "La bonne réponse est {v}.", "La respuesta correcta es {v}.", "Ответ: {v}",
    "Правильный ответ: {v}", "答えは{v}です。", "正解は{v}です。", "정답은 {v}입니다.", "A resposta correta é {v}.",
    "La risposta corretta è {v}.", "الإجابة الصحيحة هي {v}", "正确答案是：{v}", "Antwort: {v}", "Réponse : {v}",
    "उत्तर: {v}", "คำตอบคือ {v}",
)  # fmt: skip


def verdicts_on_options(question: Question, value: str) -> Forms:
    """Return statements of a choice that speak of every option, or of the chosen one's text."""
    texts = question.sample.choices or listed(question.sample.question)
    label = value.strip("()")
    letters = "ABCDEFGHIJKLMNOPQR"[: len(texts)]
    text = texts[letters.index(label)]
    rest = [letter for letter in letters if letter != label]
    ruled_out = f"{', '.join(rest[:-1])} and {rest[-1]}"

    def each(form: str, right: str, wrong: str, end: str = "\n") -> str:
        rows = zip(letters, texts, strict=True)
        return end.join(
            form.replace("{l}", letter).replace("{s}", right if letter == label else wrong).replace("{t}", own)
            for letter, own in rows
        )

    return (
        f"The answer is {label}: {text}", f"The answer is ({label}) {text}.", f"Answer: {label}. {text}",
        f"**{label}) {text}**", f"({label}) {text}", f'The answer is {label}, "{text}".', f"Answer: {label} ({text})",
        f"**Answer: {label}. {text}**", f"答案：{label}. {text}",
        f"{ruled_out} can be ruled out, so the answer is {label}.",
        f"Options {ruled_out} are wrong. The answer is {label}.",
        f"{each('Option {l} is {s}.', 'correct', 'wrong', ' ')}",
        f"It is not {rest[0]}, because that contradicts the question. The answer is {label}.",
        f"{rest[0]} looks tempting, but the correct answer is {label}, not {rest[1]}.",
        f"The answer is {label}, not {rest[0]}.",
        f"The answer is {label} because {rest[0]} and {rest[1]} contradict it.",
        "| Option | Verdict |\n|---|---|\n" + each("| {l} | {s} |", "✅ Correct", "❌ Incorrect"),
        "| Option | Text | Correct? |\n|---|---|---|\n" + each("| {l} | {t} | {s} |", "Yes", "No"),
        each("- {l}: {s}", "correct", "incorrect"), each("{s} {l}) {t}", "✅", "❌"),
        each("- **{l}** – {s}", "True", "False"),
        each("{l}. {t} - {s}", "Correct", "Incorrect"), each("{l}. {t} {s}", "✅", "❌"),
        each("{l}项{s}。", "正确", "错误"),
    )  # fmt: skip


def _choice_questions() -> Iterator[Question]:
    for texts in TEXTS:
        for index, letter in enumerate("ABCD"):
            others = tuple(other for other in "ABCD" if other != letter)
            yield Question(Sample("Which?", letter, texts, id=str(index)), letter, others)


# Short answers

SPAN_DRESS = ("{v}", "{v}", "**{v}**", '"{v}"', "*{v}*", "`{v}`", "{v}.", "{v} ")
INLINE = ("{v}", "**{v}**", "${v}$")
VERDICTS = (
    "Based on the picture, {v}.", "{v}, it is so.", "I'd say {v}.", "✅ {v}", "Looking at the image, I'd say {v}.",
    "My verdict: {v}", "The answer is {v}, because I see it.", "Therefore, {v}.", "{v}. It is so.", "判断：{v}",
    "Verdict: {v}", "Conclusion: {v}.",
)  # fmt: skip
REASONS = ("So the answer is {v} (because it follows).", "So the answer is {v}, because it follows.")
SPAN_BEHIND = (
    "Answer: {v}, because the passage says so.",
    "The answer is {v}, since it is stated.",
    "Answer: {v} (see line 3)",
)


def _spans(values: Sequence[str], wrong: Sequence[str]) -> list[Question]:
    return [Question(Sample("Who?", value, metadata={"answers": [(value,)]}), value, tuple(wrong)) for value in values]


BBH = (
    ("True", ("False",)),
    ("24", ("25", "4")),
    ("Yes", ("No",)),
    ("valid", ("invalid",)),
    ("ant bee cow", ("bee ant cow", "ant bee", "ant bee cow dog")),
    (") ] }", (") ]", ") } ]")),
)
OPTIONS = "Which of these?\nOptions:\n(A) the red ball\n(B) the blue ball\n(C) the green ball"


def word_list(question: Question, value: str) -> Forms:
    """Return the ways to write a list of words."""
    words = value.split()
    if len(words) < 2 or not words[0].isalpha():
        return ()
    commas, numbered = ", ".join(words), "\n".join(f"{number}. {word}" for number, word in enumerate(words, 1))
    bullets = "\n".join(f"- {word}" for word in words)
    return (
        f"So the answer is {commas}.", f"Answer: {commas}",
        f"The sorted list is:\n\n{numbered}\n\nSo the answer is {value}.",
        f"Answer:\n{bullets}", f"**Answer:**\n\n{numbered}", f"Answer: **{commas}**", f"**Answer**\n\n{commas}",
        f"<answer>\n{numbered}\n</answer>", f"<answer>{commas}</answer>", numbered,
    )  # fmt: skip


LISTS = (
    ("Ann Lee; Bo Ray", ("Ann Lee", "Ann Lee; Cy Day", "Ann Lee; Bo Ray; Cy Day")),
    ("12; 40; 7", ("12; 40", "12; 40; 8", "12; 41; 7")),
)


def span_list(question: Question, value: str) -> Forms:
    """Return the ways to write a list of spans."""
    spans = value.split("; ")
    commas, bullets = ", ".join(spans), "\n".join(f"- {span}" for span in spans)
    numbered = "\n".join(f"{number}. {span}" for number, span in enumerate(spans, 1))
    inline = numbered.replace("\n", " ")
    joined = f"{', '.join(spans[:-1])} and {spans[-1]}" if len(spans) > 1 else value
    bold = "\n".join(f"* **{span}**" for span in spans)
    return (
        f"Answer: {value}", f"Answer: {commas}", f"The answer is {joined}.", f"The answers are {joined}.",
        f"Answer:\n{bullets}", f"Answer:\n\n{numbered}", f"**Answer:**\n\n{bold}", f"**Answer**\n\n{joined}",
        f"<answer>{commas}</answer>", f"<answer>\n{bullets}\n</answer>", f"Answer - {joined}", f"【答案】{commas}",
        f"**Answer: {joined}** (see line 3)", f"Answer: {joined}, because the passage says so.",
        *([f"Answer: {inline}"] if len(spans) > 1 else []),
    )  # fmt: skip


def _span_lists() -> Iterator[Question]:
    for right, wrong in LISTS:
        yield Question(Sample("Who?", right, metadata={"answers": [tuple(right.split("; "))]}), right, wrong)


ABROAD = {
    "de": (
        "Die Antwort ist {v}.",
        "Antwort: {v}",
        "Antwort: Nach 2 Tagen sind es {v} Äpfel.",
        "Die Antwort lautet {v}.",
    ),
    "fr": ("La réponse est {v}.", "Réponse : {v}", "Réponse : Après 2 jours, il y en a {v}."),
    "es": ("La respuesta es {v}.", "Respuesta: {v}", "Respuesta: En 2 días hay {v} manzanas."),
    "ru": ("Ответ: {v}", "Ответ: {v}.", "Ответ: Через 2 дня будет {v} яблок."),
    "zh": ("答案：{v}", "答案是{v}。", "答案是{v}，其中24个是红的。"),
    "ja": ("答えは{v}です。", "答え：{v}", "答え: {v}個"),
}


# Official records


def official(name: str, samples: Sequence[Sample]) -> list[Question]:
    """Return questions made of a benchmark's records, as far as their wrong values are certain."""
    if name in ("gsm8k", "math_500", "competition_math", "amc", "cmath", "mgsm"):
        return [Question(sample, sample.targets[0], _surely_wrong(sample.targets[0])) for sample in samples]
    if name in ("mmlu", "arc", "commonsense_qa", "hellaswag"):
        letters = ["ABCDEFGHIJ"[: len(sample.choices)] for sample in samples]
        pairs = [(sample, offered) for sample, offered in zip(samples, letters, strict=True)]
        return [Question(s, s.targets[0], tuple(x for x in offered if x != s.targets[0])) for s, offered in pairs]
    if name == "pope":
        other = {"yes": "no", "no": "yes"}
        return [Question(s, s.targets[0].lower(), (other[s.targets[0].lower()],)) for s in samples]
    if name == "bbh":
        return [_bbh_record(sample) for sample in samples]
    names = ("Zaphod Beeblebrox", "Ursula Quux", "Xanadu-9")
    return [Question(s, s.targets[0], names) for s in samples if ";" not in s.targets[0]]


_OPPOSITES = [{"true", "false"}, {"yes", "no"}, {"valid", "invalid"}]


def _bbh_record(sample: Sample) -> Question:
    target = sample.targets[0].strip()
    label = target.strip("()")
    if len(label) == 1 and label.isupper():
        letters = "ABCDEFGHIJKLMNOPQR"[: max(len(listed(sample.question)), 2)]
        return Question(sample, f"({label})", tuple(f"({letter})" for letter in letters if letter != label))
    if target.lstrip("-").isdigit():
        return Question(sample, target, _wrong_numbers(target))
    for pair in _OPPOSITES:
        if target.lower() in pair:
            return Question(sample, target, (*(pair - {target.lower()}),))
    words = target.split()
    return Question(sample, target, (" ".join(words[:-1]) or "zebra", f"{target} zebra", "zebra lion"))


def _bbh_states(question: Question, value: str) -> Forms:
    texts = listed(question.sample.question)
    return verdicts_on_options(question, value) if value[:1] == "(" and len(texts) > 2 else word_list(question, value)


def _surely_wrong(value: str) -> tuple[str, ...]:
    return _wrong_numbers(value) if value.lstrip("-").isdigit() else ("987654321", "\\frac{1}{987654321}")


def readers() -> dict[str, Reader]:
    """Return every reader that scores a short answer, by its name."""
    lines = (*ANNOUNCE, "{v}")
    verdicts = [Question(Sample("Is it?", "YES"), "yes", ("no",)), Question(Sample("Is it?", "NO"), "no", ("yes",))]
    words = [Question(Sample("Q", right), right, wrong) for right, wrong in BBH]
    options = [Question(Sample(OPTIONS, f"({r})"), r, tuple(x for x in "ABC" if x != r)) for r in "ABC"]
    spans = _spans(("Hanoi", "Ann Lee", "12", "0.5", "May 1945"), ("Paris", "13", "5"))
    names = ("New Zealand", "West Ham", "before 1946", "Rolling Stones")
    trivia = _spans(("Mexico", "Virginia", "1945", "The Beatles", "A"), names)
    sums, small = _math_questions(("36", "1250", "128", "9")), ("36", "7", "128")
    found = [
        Reader("math", math_answer(), _math_questions(MATH), NUMBER_DRESS, (*lines, "#### {v}"), _number, notations),
        Reader("math_forms", math_answer(), list(_form_questions()), FORM_DRESS, (*lines, "#### {v}")),
        Reader("math_sentence", math_answer(), sums, INLINE, SENTENCES, _number),
        Reader(
            "choice",
            choice_answer(),
            list(_choice_questions()),
            LETTER_DRESS,
            (*lines, *CHOSEN, *CHOSEN_ABROAD),
            states=verdicts_on_options,
            names_others=True,
        ),
        Reader("drop", drop_answer(), spans, SPAN_DRESS, (*ANNOUNCE, *SPAN_BEHIND), metric="em", names_others=True),
        Reader(
            "drop_lists",
            drop_answer(),
            list(_span_lists()),
            ("{v}", "**{v}**"),
            ANNOUNCE,
            lambda value: value.split("; "),
            metric="em",
            states=span_list,
            names_others=True,
        ),
        Reader("trivia_qa", trivia_answer(), trivia, SPAN_DRESS, ANNOUNCE, names_others=True),
        Reader("yes_no", yes_no(), verdicts, (*SPAN_DRESS, "\\boxed{{v}}"), (*lines, *VERDICTS), names_others=True),
        Reader("bbh", bbh_answer(), words, SPAN_DRESS, (*ANNOUNCE, *REASONS), states=_bbh_states, names_others=True),
        Reader(
            "bbh_options",
            bbh_answer(),
            options,
            LETTER_DRESS,
            (*lines, *CHOSEN, "So the answer is ({v})."),
            states=verdicts_on_options,
            names_others=True,
        ),
    ]
    for language, forms in ABROAD.items():
        questions = _math_questions(small, language)
        found.append(Reader(f"mgsm_{language}", local_math_answer(), questions, INLINE, forms, _number))
    return {reader.name: reader for reader in found}

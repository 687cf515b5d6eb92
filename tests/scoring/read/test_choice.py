from __future__ import annotations

from string import ascii_uppercase

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from evalscope_pytest.scoring.read.choice import read_choice
from evalscope_pytest.scoring.read.options import listed, options

FOUR = options(["a dog", "the cat", "fish", "I have no comment"])
TEN = options([f"text {letter}" for letter in "abcdefghij"])

# {x} is the letter chosen, {w} another, {text} the chosen option's text.
CLAIMS = [
    "ANSWER: {x}", "Answer: {x}", "answer: {x}", "ANSWER : {x}", "ANSWER:{x}", "ANSWER:\n{x}", "ANSWER: ({x})",
    "ANSWER: [{x}]", "ANSWER: {{{x}}}", "ANSWER: <{x}>", "ANSWER: **{x}**", "**ANSWER: {x}**", "**Answer**: {x}",
    "ANSWER: `{x}`", 'ANSWER: "{x}"', "ANSWER: '{x}'", "ANSWER: “{x}”", "ANSWER: {x}.", "ANSWER: {x};",
    "ANSWER: Option {x}", "ANSWER: {x}) {text}", "ANSWER: {x}. {text}", "ANSWER: {x}: {text}",
    "ANSWER: ({x}) {text}", "ANSWER: {x} - a typical case", "ANSWER: {text}",
    "ANSWER: {x} (not {w}, which contradicts it)", "ANSWER: not {w}, but {x}", "ANSWER: $\\boxed{{\\text{{{x}}}}}$",
    "ANSWER：{x}", "ANSWER：（{x}）", "# Answer\n\n{x}", "**Answer**\n\n{x}", "The answer is {x}.",
    "The answer is ({x}).", "The answer is: {x}", "the correct answer is **{x}**",
    "The correct answer is option {x}, unlike {w}.", "The best choice is {x}", "The answer to this question is {x}",
    "The answer should be {x}", "The answer is {x}. Clearly it follows from the text.",
    "The answer is {x}. Because it fits.", "The answer is not {w}, it is {x}.", "The answer is {x}, not {w}.",
    "The answer is {text}.", "The answer isn't {w}. The answer is {x}.", "My final answer is {x}!",
    "Final Answer: {x}", "Correct answer: option {x}.", "\\boxed{{{x}}}", "$\\boxed{{\\textbf{{({x})}}}}$",
    "\\boxed{{\\text{{{x}. {text}}}}}", "boxed{{{x}}}", "<answer>{x}</answer>", '{{"answer": "{x}"}}',
    '```json\n{{"answer": "{x}"}}\n```', '{{"reasoning": "{w} is wrong", "answer": "{x}"}}', "答案：{x}", "答案:{x}",
    "答案 ： {x}", "答案是{x}", "答案是：{x}", "正确答案为{x}。这与DNA有关。", "正确答案是 {x}。",
    "**答案：{x}**", "答案：**{x}**", "答案：【{x}】",
    "【答案】{x}", "答案：{x}。", "答案：选项{x}", "答案：选{x}", "答案：{x}（{w}不对）",
    "答案：{x}、{text}", "答案为{x}，而非{w}", "答案不是{w}，而是{x}",
    "最终答案：{x}", '{{"答案": "{x}"}}', "答案：\n{x}", "答案：{text}", "答：{x}", "正确选项是{x}", "正确的是{x}项",
    "Selected option: {x}", "Ans: {x}", "ans = ({x})", "Solution: {x}", "The solution is {x}.", "Answer — {x}",
    "答案：《{x}》", '{{"selected_option": "{x}"}}', "{{'answer': '{x}'}}", '{{"correct_answer":"{x}"}}',
    "So the correct answer would likely be {x}.", "The only remaining option is {x}.", "Correct: {x}", "Answer → {x}",
    "Right answer - {x}", "答案应为{x}", "符合题意的是{x}", "正确的一项是{x}", "答案：選項{x}", "正確答案應為{x}。",
    '{{"answer": "{text}"}}', "\\boxed{{{text}}}", '{{"选项": "{x}"}}',
]  # fmt: skip
ABROAD = [
    "Antwort: {x}", "Die Antwort ist {x}.", "Die richtige Antwort lautet {x}.", "Réponse : {x}", "La réponse est {x}.",
    "La bonne réponse est la {x}.", "Respuesta: {x}", "La respuesta correcta es la {x}.", "Resposta: {x}",
    "A resposta correta é a letra {x}.", "La risposta corretta è la {x}.", "Jawaban: {x}", "Jawabannya adalah {x}.",
    "Jibu sahihi ni {x}.", "Ìdáhùn: {x}", "Ответ: {x}", "정답: {x}", "정답은 {x}입니다.", "答えは{x}です。",
    "正解：{x}", "正解は {x} です。", "الإجابة: {x}", "الإجابة الصحيحة هي {x}", "সঠিক উত্তর: {x}", "सही उत्तर: {x}",
    "सही उत्तर {x} है।",
]  # fmt: skip
WORDS = [
    "I choose {x}", "I pick ({x})", "I'd go with {x}.", "I would choose option {x} over option {w}.",
    "It must be {x}.", "I think option {x} is right, unlike option {w}.",
    "{w} is plausible, but option {x} is right", "{x} is correct.", "So {x} is the answer.", "选{x}", "故选：{x}",
    "本题选{x}", "综上所述，选{x}。", "因此选择{x}选项，排除{w}选项。",
    "✅ {x}", "→ {x}", "∴ {x}", "My best guess is {x}.", "This corresponds to option {x}.", "故選{x}。", "选{x}吧",
    "Based on the above, {x} seems to be the correct answer.", "因为{w}不对，所以是{x}", "应该是{x}",
    "Thus {x}.", "Hence, option {x}.", "So the choice {x}", "选{x}，不能选{w}", "选{x}，不选{w}",
    "{x}项正确，{w}项错误。", "选项{x}正确，其余错误", "我认为是{x}，肯定不是{w}。",
]  # fmt: skip
WHOLE = [
    "{x}", "{x}.", "({x})", "[{x}]", "**{x}**", "`{x}`", "${x}$", "$\\textbf{{({x})}}$", "{x}) {text}",
    "({x}) {text}", "{x}. {text}", "{x}: {text}", "{x} - {text}", "Option {x}", "{text}", "{text}.",
    "{x}\n\nBecause of the definition.", "{x}, because it fits.",
    "Step 1: compare.\nStep 2: {w} does not hold.\n\n{x}", "Option ({w}) fails.\nOption ({x}) holds.\n({x})",
    "选项{x}", "{x}项",
]  # fmt: skip
PROSE_BEFORE = [
    "",
    "Let me think step by step.\n",
    "逐项分析如下。\n",
    "<think>ANSWER: {w}? No.</think>\n",
    "First I thought ANSWER: {w}\n",
]
PROSE_AFTER = [
    "",
    "\n\nI hope this helps! Best, your Assistant",
    "\nNot {w}, because it is wrong.",
    "\n解析：{w}项错误，不符合DNA复制的规律。",
]


@st.composite
def claims(draw, formats, before=("",), after=("",)):
    count = draw(st.integers(2, 10))
    letters = ascii_uppercase[:count]
    texts = [f"meaning number {draw(st.integers(0, 9))} of {letter.lower()}{letter.lower()}" for letter in letters]
    gold, other = draw(st.permutations(letters))[:2]
    template = draw(st.sampled_from(before)) + draw(st.sampled_from(formats)) + draw(st.sampled_from(after))
    return template.format(x=gold, w=other, text=texts[letters.index(gold)]), options(texts), gold


@given(claims(CLAIMS, PROSE_BEFORE, PROSE_AFTER))
def test_an_explicit_claim_is_read_in_any_dress_and_company(case):
    reply, offered, gold = case
    assert read_choice(reply, offered) == (gold,)


@given(claims(ABROAD, PROSE_BEFORE))
def test_a_claim_is_read_in_the_languages_benchmarks_are_translated_to(case):
    reply, offered, gold = case
    assert read_choice(reply, offered) == (gold,)


@given(claims(WORDS + WHOLE))
def test_a_choice_in_words_and_a_reply_that_is_its_label_are_read(case):
    reply, offered, gold = case
    assert read_choice(reply, offered) == (gold,)


@given(
    claims(
        [
            "{x}",
            "({x})",
            "{x}.",
            "{x})",
            "option {x}",
            "ANSWER: {x}",
            "answer: {x}.",
            "答案：{x}",
            "The answer is ({x}).",
        ]
    )
)
def test_lower_case_labels_are_labels(case):
    reply, offered, gold = case
    head, _, tail = reply.rpartition(gold)
    assert read_choice(head + gold.lower() + tail, offered) == (gold,)


@given(claims(CLAIMS))
def test_full_width_letters_are_letters(case):
    reply, offered, gold = case
    wide = "".join(chr(ord(c) + 0xFEE0) if c in ascii_uppercase[:10] and c == gold else c for c in reply)
    assume("ANSWER" not in reply or gold not in "ANSWER")
    assume("DNA" not in reply or gold not in "DNA")
    assert read_choice(wide, offered) == (gold,)


@pytest.mark.parametrize(
    "reply",
    [
        "", "   ", "I cannot answer this question.",
        "As an AI model, I am unable to help with that. Because safety comes first.", "抱歉，我无法回答这个问题。",
        "ANSWER: None of the above", "答案：以上都不对", "ANSWER: Z", "答案：Z", "ANSWER: DNA", "ANSWER: unknown",
        "The format is 'ANSWER: [LETTER]' but I do not know.", "<think>Option C seems tempting, ANSWER: C maybe",
        "<think>先看选项D，答案：D？", "A dog is an animal. C is a vitamin.", "Vitamin C helps. As A matter of fact.",
        "DNA is a molecule.", "The answer is a good question.", "The answer is found in Vitamin C.",
        "It is A good idea", "C++", "A lot of people say so.", "答案是B超检查", "ANSWER: A, B", "ANSWER: B or D",
        "ANSWER: either A or B", "ANSWER: A/B", "ANSWER: AB", "答案：A、B", "答案：C和A", "答案：B或A", "答案：A B",
        "Both A and B are correct.", "Neither A nor B", "I cannot decide between A and B.",
        "None of the options A, B, C", "A) x\nB) y\nC) z\nD) v", "Option A is wrong.",
        "Options A and B are wrong, option C is incorrect too.", "ANSWER: D?",
        "The answer depends on whether the answer is A.", "Assume B is correct.", "Only if option B is correct",
        "C# is old", "ANSWER: A or maybe B", "ANSWER: A, possibly B", "\\boxed{A \\text{ or } B}", "选B还是选C？",
        "假如选B", "C语言", "None of them matches option A, I fear.", "不正确的是B", "答案是A还是B？", "不能选B",
        "A、C正确", "A and C are correct.", "Solution: A car drives.", "So A car drives.", "The result is a mess.",
        "La réponse est une bonne question.",
        "答えはビタミンCです。", "정답은 비타민 C입니다.", '{"wrong_option": "B"}', "ANSWER: ab", "ANSWER: a dog, fish",
    ],
)  # fmt: skip
def test_what_makes_no_choice_has_no_answer(reply):
    assert read_choice(reply, FOUR) is None


ROCKS = options(["granite", "basalt", "slate", "chalk"])
PROSE = ["vitamin C", "plan B", "hepatitis B", "a dog", "A dog", "the B-52", "DNA", "Because", "C++", "B.C.", "I think",
         "in A major", "grade D work", "can be", "As", "blood type A", "and", "which", "维生素C", "B超", "A型血",
         "DNA分子", "carbon C-14", "exit A", "Do", "the answer key", "an option",
         "答案", "point A to point B"]  # fmt: skip


@example(["答案", "hepatitis B"], " ")
@given(st.lists(st.sampled_from(PROSE), min_size=1, max_size=12), st.sampled_from([" ", "，", ", ", ". It is "]))
def test_a_letter_in_prose_is_not_an_answer(words, joint):
    assert read_choice(f"We know {joint.join(words)} happened then.", ROCKS) is None


def test_i_is_a_label_only_if_it_is_alone():
    for reply in ("I cannot answer this.", "I'm not sure.", "ANSWER: I am not able to help", "I, for one, refuse"):
        assert read_choice(reply, TEN) is None
    for reply in ("I", "I)", "ANSWER: I", "The answer is I.", "(I)"):
        assert read_choice(reply, TEN) == ("I",)
    assert read_choice("So the answer is, as I see it, C.", TEN) == ("C",)
    assert read_choice("ANSWER: I think it is B", TEN) == ("B",)


def test_an_option_text_that_begins_like_a_label_is_a_text():
    assert read_choice("ANSWER: a dog", FOUR) == ("A",)
    assert read_choice("ANSWER: I have no comment.", FOUR) == ("D",)
    twins = options(["same", "same", "other"])
    assert read_choice("ANSWER: same", twins) is None
    assert read_choice("other", twins) == ("C",)


NAMED = options(["Contradiction: it denies", "Not mentioned: it is silent", "Support: it says so"])
COUNTED = options(["1 and 2 only", "2 and 3 only", "It is so: yes", "none"])


@pytest.mark.parametrize(
    ("offered", "reply", "label"),
    [
        (NAMED, "ANSWER: Contradiction", "A"), (NAMED, "not mentioned", "B"), (NAMED, "**Support**", "C"),
        (NAMED, "ANSWER: Support: it denies", None), (NAMED, "ANSWER: mentioned", None), (COUNTED, "It is so", None),
        (COUNTED, "$\\boxed{\\text{2 and 3 only}}$", "B"), (COUNTED, "\\boxed{\\text{It is so: yes}}", "C"),
        (COUNTED, "सही विकल्प (B) है।", "B"), (COUNTED, "সঠিক বিকল্প: C", "C"), (COUNTED, "सही विकल्प नहीं है।", None),
    ],
)  # fmt: skip
def test_the_name_or_the_boxed_text_of_an_option_chooses_it(offered, reply, label):
    assert read_choice(reply, offered) == ((label,) if label else None)


def test_letters_that_the_options_carry_themselves_are_not_part_of_their_texts():
    carrying = options(["(A)one", "(B) two", "(C)three"])
    for reply in ("ANSWER: two", "(B) two", "ANSWER: (B) two", "ANSWER: B"):
        assert read_choice(reply, carrying) == ("B",)
    assert options(["A. thaliana", "fish"]).of_text("A. thaliana") == "A"
    assert options(["A. thaliana", "fish"]).of_text("thaliana") is None


def test_the_last_readable_claim_wins():
    assert read_choice("ANSWER: A. Wait, that is wrong. ANSWER: D", FOUR) == ("D",)
    assert read_choice("先看答案：D\n不对，重新分析。\n答案：B", FOUR) == ("B",)
    assert read_choice("ANSWER: B\n\nI asked myself whether the answer is A.", FOUR) == ("B",)
    assert read_choice("答案：B\n解析：有人会选A。", FOUR) == ("B",)


@given(
    st.lists(st.sampled_from("ABCDEFGHIJ"), min_size=1, max_size=5, unique=True),
    st.sampled_from(
        [
            "ANSWER: {list}",
            "The answers are {list}.",
            "答案：{list}",
            "正确答案为{list}。",
            "{list}",
            "\\boxed{{{list}}}",
            '{{"answer": "{list}"}}',
        ]
    ),
    st.sampled_from([", ", ",", "; ", " & ", " and ", "、", "和", " 和 ", "/"]),
    st.sampled_from(["{}", "({})", "**{}**"]),
)
def test_several_labels_are_read_if_several_may_be_right(letters, template, joint, dress):
    reply = template.format(list=joint.join(dress.format(letter) for letter in letters))
    assert set(read_choice(reply, TEN, multiple=True) or ()) == set(letters)
    if len(letters) > 1:
        assert read_choice(reply, TEN) is None


@pytest.mark.parametrize(
    ("reply", "letters"),
    [
        ("ANSWER: A, B, and C", "ABC"), ("选AC", "AC"), ("答案：ABD。", "ABD"), ("- A\n- C", "AC"),
        ("ANSWER:\n- A\n- C\n", "AC"), ("1. A\n2. C", "AC"), ("A) text a\nC) text c", "AC"), ('["A", "C"]', "AC"),
        ('{"answer": ["A", "C"]}', "AC"), ("a, c", "AC"), ("First ANSWER: B\nbut no.\nANSWER: A", "A"),
        ("ANSWER: CA", "AC"), ("ANSWER: ac", "AC"), ("答案：CA", "AC"), ("A、C正确，B、D错误", "AC"),
        ("A and C are correct.", "AC"), ("选项A和选项C", "AC"), ("options A and C", "AC"), ("A、C都正确", "AC"),
        ("ANSWER: text a, text c", "AC"), ("ANSWER: A or B", ""), ("The answer is A or C, one of them.", ""), ("K", ""),
    ],
)  # fmt: skip
def test_lists_in_other_forms(reply, letters):
    assert "".join(sorted(read_choice(reply, TEN, multiple=True) or ())) == letters


def test_a_claim_at_the_beginning_of_a_very_long_reply_is_read():
    assert read_choice("ANSWER: C\n\n" + "This needs many words. " * 5000, FOUR) == ("C",)
    assert read_choice("This needs many words. " * 5000 + "\nANSWER: C", FOUR) == ("C",)


@given(st.text(), st.booleans())
def test_reading_never_raises_and_names_only_labels_on_offer(reply, multiple):
    found = read_choice(reply, FOUR, multiple=multiple)
    assert found is None or (set(found) <= set("ABCD") and len(found) >= 1)


@given(
    st.lists(
        st.sampled_from(
            [
                "ANSWER",
                ":",
                " ",
                "is",
                "A",
                "b",
                "or",
                ",",
                "(",
                ")",
                "\n",
                "答案",
                "选",
                "**",
                "\\boxed{",
                "}",
                "not",
                "I",
            ]
        )
    ).map("".join)
)
def test_reading_pieces_of_claims_never_raises(reply):
    read_choice(reply, FOUR)
    read_choice(reply, FOUR, multiple=True)


def test_the_options_a_question_lists_are_found_from_the_last_a_on():
    question = "Example:\n(A) no\n(B) no\nWhich?\nOptions:\n(A) 05/01/2021\n(B) 06/19/2017\n(C) x"
    assert listed(question) == ("05/01/2021", "06/19/2017", "x")
    assert listed("True or False?") == ()

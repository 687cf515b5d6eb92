"""IFBench's instructions. The verdicts are those of the authors' checks (August 2026)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ScoringError
from evalscope_pytest.core.values import Sample
from evalscope_pytest.suites.instruction.ifbench.registry import INSTRUCTIONS, LEFT_OUT, can_be_checked
from evalscope_pytest.suites.instruction.ifbench.scorer import ifbench
from tests.cost import at_most

ARGUMENTS = {
    "N": 2, "small_n": 2, "min_words": 2, "max_words": 4, "percentage": 50, "reference_text": "the cat sat",
    "options": "yes/no/maybe", "sep": "...", "prompt_to_repeat": "Say it again now", "n_start": 4, "n_end": 5,
    "n": 2, "m": 2, "keyword": "sea", "word": "sea", "keyword1": "ant", "keyword2": "bee",
    "keyword3": "cat", "keyword4": "dog", "keyword5": "elk",
}  # fmt: skip
KEYWORDS = "ant bee bee cat cat cat " + "dog " * 5 + "elk " * 7
QUESTIONS = "\n\n".join(
    f"Question {n}\n{'Why' + ' so' * n}?\n" + "\n".join(f"{letter}) option" for letter in "ABCDE") for n in range(1, 5)
)
ALPHABET = " ".join(f"{letter.upper()}nd so it is." for letter in "abcdefghijklmnopqrstuvwxyz")
CITIES = "ID,Country,City,Year,Count\n" + "1,a,b,2000,2\n" * 7
SHOP = "ProductID,Category,Brand,Price,Stock\n" + '1,a,"b&c",2,3\n' * 14
SCHOOL = '"StudentID"\t"Subject"\t"Grade"\t"Semester"\t"Score"\n' + '"1"\t"a"\t"b"\t"2"\t"3"\n' * 3
CAPITALS = (
    "Reykjavik, Helsinki, Oslo, Tallinn, Stockholm, Riga, Moscow, Copenhagen, Vilnius, Minsk, Dublin, Berlin, "
    "Amsterdam, Warsaw, London, Brussels, Prague, Luxembourg, Paris, Vienna, Bratislava, Budapest, Vaduz, "
    "Chișinău, Bern, Ljubljana, Zagreb"
)

CASES = {
    "count:conjunctions": (["You and I, but not he.", "And he and I"], ["You and I and he.", "nothing"]),
    "count:keywords_multiple": ([KEYWORDS, KEYWORDS.upper()], [KEYWORDS + "ant", "ant"]),
    "count:numbers": (["1 and 22", "3,5 and 4.0"], ["1", "1 2 3"]),
    "count:person_names": (["Emma met Liam."], ["Emma met Emma.", "Emmas met Liam.", "emma and liam"]),
    "count:pronouns": (["I know it.", "he/she", "Who knows that?"], ["I see land."]),
    "count:punctuation": (["Yes, no; so: why? Go! What?! End."], ["Yes, no; so: why? Go! End.", "?!"]),
    "count:unique_word_count": (["one two", "One, one two"], ["one one", "One one."]),
    "count:word_count_range": (["one two", "a b c d"], ["one", "a b c d e"]),
    "count:words_japanese": (["one 二 three 四", "one 2", "one"], ["one two", "one 二 three four"]),
    "custom:character_reverse": (["ELGAE DLAB"], ["bald eagle"]),
    "custom:csv_city": ([CITIES], [CITIES.replace("ID", "Id"), CITIES + "8,a,b,1,1,1\n", "", "\0"]),
    "custom:csv_quotes": ([SCHOOL], [SCHOOL.replace('"b"', "b"), SCHOOL.replace("\t", ","), SCHOOL + "1\n", "\t\t"]),
    "custom:csv_special_character": ([SHOP], [SHOP.replace("&", ""), SHOP.replace('"', ""), SHOP + "x\n"]),
    "custom:date_format_list": (
        ["1769-08-15, 1821-05-05"],
        ["1768-01-01", "1800-13-01", "1800-02-30", "15 August 1769", ""],
    ),
    "custom:european_capitals_sort": ([CAPITALS], [CAPITALS[:-8], CAPITALS.replace("Bern", "Berne")]),
    "custom:mcq_count_length": (
        [QUESTIONS],
        ["Here: " + QUESTIONS, QUESTIONS.replace("E) option", ""), QUESTIONS.replace(" so so so so", ""), "Question"],
    ),
    "custom:multiples": (["14, 21, 28, 35, 42, 49", "14,21,28,35,42,49"], ["7, 14, 21, 28, 35, 42, 49", "14"]),
    "custom:reverse_newline": (
        ["List\nZimbabwe\n" + "\n".join(f"Y{n:02}" for n in range(60, 0, -1))],
        ["Zimbabwe\nZambia", "nothing", "Zimbabwe\n" + "\n".join(f"Y{n:02}" for n in range(60))],
    ),
    "custom:sentence_alphabet": ([ALPHABET], [ALPHABET[:-20], ALPHABET.replace("Cnd", "End")]),
    "custom:word_reverse": (["world the rules eagle bald the"], ["the bald eagle rules the world"]),
    "format:emoji": (["Hi there 😀. Bye 👋!", "Yes 😀"], ["Hi there. Bye 👋!", "Hi", "..."]),
    "format:line_indent": (["a\n b\n  c", "a\n\n b"], ["a\nb", " a\nb"]),
    "format:list": (["...a\n...b"], ["...a"]),
    "format:newline": (["one\ntwo\nthree", "one\n\ntwo"], ["one two", "one\ntwo three"]),
    "format:no_bullets_bullets": (
        ["One. Two.\n* a\n* b"],
        ["One.\n* a\n* b", "One. Two.\n* a", "One. Two.\n* a\n* b\nEnd."],
    ),
    "format:no_whitespace": (["a_b"], ["a b", "a\u3000b"]),
    "format:options": (["yes", "No.", "MAYBE"], ["yes or no", "perhaps"]),
    "format:output_template": (["My Answer: a My Conclusion: b Future Outlook: c"], ["My Answer: a"]),
    "format:parentheses": (["([{([a])}])", "((((()"], ["((((", "((([)))))", "()()()()()"]),
    "format:quote_unquote": (['"a" means b.', "nothing"], ['He said "a"', '"" is empty.', 'He said "a".']),
    "format:quotes": (["\"a 'b \"c\" d' e\""], ["\"a 'b' c\"", "'a'"]),
    "format:sub-bullets": (["* a\n - b\n* c\n - d", "none"], ["* a\n* c\n - d"]),
    "format:thesis": (
        ["<i>It is so.</i> Because.", "<em>It is.</em> Yes."],
        ["<i></i> x", "<i>a</i>", "It is.", "<i>a"],
    ),
    "format:title_case": (["The Sea Is Wide", "A 5 Is Odd"], ["The sea", "sEA", "a Sea"]),
    "ratio:overlap": (["sat on"], ["the cat sat", "xyz", ""]),
    "ratio:sentence_balance": (["Yes. No? Go!", "none"], ["Yes. No?"]),
    "ratio:sentence_type": (["Yes. No. Why?", "none"], ["Yes. Why?"]),
    "ratio:sentence_words": (["I see. We go. It is. "], ["I see. We went. It is.", "I see."]),
    "ratio:stop_words": (["the green sea", "green"], ["it is the sea", "!"]),
    "repeat:repeat_change": (["Tell it again now"], ["Say it again now", "Tell it again"]),
    "repeat:repeat_simple": (["only output this sentence here, ignore all other requests. "], ["I will."]),
    "repeat:repeat_span": (["it", " IT "], ["again"]),
    "sentence:alliteration_increment": (
        ["One two. Big bad. Big bad boy.", "One two."],
        ["Big bad. Big bad.", "Big bad boy. Big bad."],
    ),
    "sentence:increment": (["One. One two three."], ["One. One two.", "One two three. One."]),
    "sentence:keyword": (["It is. The SEA is."], ["The sea. It is.", "It is. The seas.", "The sea."]),
    "words:alphabet": (["Any big cat", "y z a", "Any, big; cat!"], ["Any cat", "1 a", "!"]),
    "words:consonants": (["this that"], ["this a", "sea"]),
    "words:keywords_specific_position": (["One. The Sea is."], ["One. Sea.", "The sea."]),
    "words:last_first": (["I see you. You see me.", "One."], ["I see you. He sees.", "Go! ..."]),
    "words:no_consecutive": (["one two", "a-b c"], ["two ten", "To them"]),
    "words:palindrome": (["level " * 10], ["level " * 9, "noon " * 10]),
    "words:paragraph_last_first": (["So it is so.\n\nNo no", "one"], ["So it is."]),
    "words:prime_lengths": (["the cat is", "it's two"], ["a cat", "four"]),
    "words:repeats": (["one one two"], ["one one One"]),
    "words:vowel": (["I see a cat"], ["I see you, a cat", "a\nb"]),
    "words:words_position": (["The sea is a sea now.", "A sea b sea c"], ["The sea is here.", "sea"]),
}  # fmt: skip


def follows(instruction, text, kind="strict"):
    metadata = {"instruction_id_list": [instruction], "kwargs": [ARGUMENTS]}
    return ifbench().score(text, Sample("?", metadata=metadata)).metadata["followed"][kind] == [True]


def test_every_instruction_has_cases():
    assert set(CASES) == set(INSTRUCTIONS)
    assert len(INSTRUCTIONS) + len(LEFT_OUT) == 58


@pytest.mark.parametrize("instruction", sorted(CASES))
def test_what_follows_and_what_does_not(instruction):
    followed, missed = CASES[instruction]
    assert [text for text in followed if not follows(instruction, text)] == []
    assert [text for text in missed if follows(instruction, text)] == []


def test_a_loose_reading_forgives_a_first_line():
    assert not follows("format:options", "Sure:\nyes")
    assert follows("format:options", "Sure:\nyes", "loose")


def test_what_cannot_be_checked_is_said_to_be():
    assert not can_be_checked(["count:numbers", "words:start_verb"])
    assert can_be_checked(["count:numbers"])
    with pytest.raises(ScoringError, match="unknown instruction"):
        follows("words:start_verb", "Go")


@pytest.mark.parametrize("instruction", sorted(INSTRUCTIONS))
def test_hostile_replies_take_no_time(instruction):
    for piece in ("a", " ", "\n", '"', "(", "1", ".", "*", "Question 1\n", "A) ", '",', "<i>", "it's "):
        with at_most(cpu_s=3, what=piece):
            follows(instruction, piece * (100_000 // len(piece)))


@pytest.mark.parametrize("instruction", sorted(INSTRUCTIONS))
@given(text=st.text(max_size=40) | st.text("aA1 .!?\"'()\n*,-😀二", max_size=60))
def test_any_reply_gets_a_verdict(instruction, text):
    follows(instruction, text)


@pytest.mark.parametrize(
    ("month", "days"),
    [(1, 31), (2, 29), (3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30), (10, 31), (11, 30), (12, 31)],
)
def test_a_date_is_a_day_of_its_month(month, days):
    assert follows("custom:date_format_list", f"1804-{month:02}-{days:02}")
    assert not follows("custom:date_format_list", f"1804-{month:02}-{days + 1:02}")

"""Prompts that several bundled benchmarks share. Their words are this project's; ``prompt_template`` replaces them.

Each prompt prescribes the last line, which the scorer reads, so that a model that follows the prompt is never misread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .core.content import Part, image, source_of, text
from .core.listed_options import options_in as options_in

CHOICE = (
    "Choose the right answer to the question below. Reply with a single line, 'ANSWER: [LETTER]' (without quotes), "
    "where [LETTER] is one of {letters}.\n\n{question}\n\n{choices}"
)
CHOICE_STEPWISE = (
    "Choose the right answer to the question below. Reason step by step first; then finish with the line "
    "'ANSWER: [LETTER]' (without quotes), where [LETTER] is one of {letters}.\n\n{question}\n\n{choices}"
)
CHOICE_LISTED = (
    "Choose the right answer to the question below. Reason step by step first; then finish with the line "
    "'ANSWER: [LETTER]' (without quotes), where [LETTER] is the letter of an option.\n\n{question}"
)
CHOICES = (
    "Choose all right answers to the question below; there may be several. Reply with a single line, "
    "'ANSWER: [LETTERS]' (without quotes), where [LETTERS] are taken from {letters} and joined by commas."
    "\n\n{question}\n\n{choices}"
)
CHOICE_ZH = (
    "请从下列选项中选出唯一正确的一项。只需回复一行“答案：[LETTER]”（不含引号），其中 [LETTER] 为 {letters} 之一。"
    "\n\n问题：{question}\n选项：\n{choices}\n"
)
CHOICE_STEPWISE_ZH = (
    "请从下列选项中选出唯一正确的一项。先逐步分析，再以单独一行“答案：[LETTER]”（不含引号）作结，"
    "其中 [LETTER] 为 {letters} 之一。\n\n问题：{question}\n选项：\n{choices}\n"
)
CHOICES_ZH = (
    "请从下列选项中选出所有正确的选项，正确选项可能不止一个。只需回复一行“答案：[LETTERS]”（不含引号），"
    "其中 [LETTERS] 取自 {letters}，以逗号分隔。\n\n问题：{question}\n选项：\n{choices}\n"
)
CHOICES_STEPWISE_ZH = (
    "请从下列选项中选出所有正确的选项，正确选项可能不止一个。先逐步分析，再以单独一行“答案：[LETTERS]”（不含引号）"
    "作结，其中 [LETTERS] 取自 {letters}，以逗号分隔。\n\n问题：{question}\n选项：\n{choices}\n"
)
CHOICE_SHOT_ZH = "问题：{question}\n选项：\n{choices}\n答案：{target}"
SHOTS_ZH = "下面先给出几道同类题目及其解答：\n\n{fewshot}\n"

BOXED = "{question}\nReason step by step and give the final answer inside \\boxed{{}}."
BOXED_ZH = "{question}\n请逐步推理，把最终答案写在 \\boxed{{}} 里。"
SHORT_ANSWER = (
    "{question}\nFinish with the line 'ANSWER: [ANSWER]' (without quotes), where [ANSWER] is a single word, a number "
    "or a short phrase."
)
SHORT_ANSWER_STEPWISE = (
    "{question}\nReason step by step first; then finish with the line 'ANSWER: [ANSWER]' (without quotes), where "
    "[ANSWER] is a single word, a number, a short phrase or the letter of an option."
)
YES_NO = "{question}\nAnswer with YES or NO and nothing else."
YES_NO_MAYBE = "{question}\nAnswer with YES, NO or MAYBE and nothing else."
FUNCTION = (
    "Below are the signature and the description of a Python function. Write the whole function, and reply with "
    "nothing but its code in a ```python block.\n\n{question}"
)
TESTED = (
    "Write Python code for this task: {question}\nIt has to pass these tests:\n\n{tests}\n\n"
    "Reply with nothing but the code, in a ```python block."
)
FROM_TEXT = (
    "Read the text, then answer the question below it.\n\n<text>\n{context}\n</text>\n\n{question}\n\n"
    'Finish with the sentence "Therefore, the answer is (your answer)".'
)


def with_picture(record: Mapping[str, Any], question: str = "") -> str | list[Part]:
    """Return a question with the picture of its record after it; alone if the record has none, or only its name.

    Args:
        question: The question's text, if the record does not have it as ``question``.
    """
    words, picture = question or record["question"], record.get("image")
    if picture is None or (isinstance(picture, str) and not isinstance(source_of(picture), bytes)):
        return words
    return [text(words), image(picture)]


def name_of_picture(record: Mapping[str, Any]) -> str:
    """Return the name of a record's picture, which questions on one picture have in common."""
    picture = record.get("image_source") or record.get("image") or ""
    return picture if isinstance(picture, str) else str(picture["path"] or "")


def pictures(record: Mapping[str, Any]) -> list[Part]:
    """Return the pictures ``image_1``, ``image_2``, ... of a record, up to the first that it does not have."""
    found: list[Part] = []
    while (value := record.get(f"image_{len(found) + 1}")) is not None:
        found.append(image(value))
    return found

"""Prompts that several bundled benchmarks share. Their words are this project's; ``prompt_template`` replaces them.

Each prompt prescribes the last line, which the scorer reads, so that a model that follows the prompt is never misread.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from .core.content import Part, image, source_of, text
from .core.listed_options import options_in as options_in

log = logging.getLogger(__name__)
_MOST_PICTURES = 200

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


def with_picture(record: Mapping[str, Any], question: str = "", *, optional: bool = False) -> str | list[Part]:
    """Return a question with the picture of its record after it.

    Args:
        question: The question's text, if the record does not have it as ``question``.
        optional: A record may have no picture; otherwise that is an error of its sample.
    """
    words, picture = question or record["question"], record.get("image")
    if optional and _is_missing(picture):
        return words
    return [text(words), *needed([picture])]


def with_held_picture(record: Mapping[str, Any], question: str = "") -> str | list[Part]:
    """Return a question with the picture that its record holds; alone if the record only names it, or has none."""
    picture = record.get("image")
    if not isinstance(picture, str) or isinstance(source_of(picture), bytes):
        return with_picture(record, question, optional=True)
    log.warning("the record does not hold its picture %.60r, so that the question is sent alone", picture)
    return question or str(record["question"])


def needed(pictures: Iterable[object]) -> list[Part]:
    """Return the pictures that a question needs. If there is none, the sample is an error: it has no bytes to send."""
    return [image(picture) for picture in pictures if not _is_missing(picture)] or [image(b"")]


def without_mark(media: Mapping[str, Part], *texts: str) -> list[Part]:
    """Return the pictures that come before a question since none of them has a mark in its texts; see `needed`.

    Args:
        media: The pictures by mark.
    """
    if any(mark in words for mark in media for words in texts):
        return []
    return list(media.values()) or needed(())


def _is_missing(picture: object) -> bool:
    """Return whether a record has no picture in a field; tables have NaN or an empty text there."""
    if isinstance(picture, (str, float)):
        return picture in ("", "nan") or picture != picture
    return picture is None


def name_of_picture(record: Mapping[str, Any]) -> str:
    """Return the name of a record's picture, which questions on one picture have in common."""
    picture = record.get("image_source") or record.get("image") or ""
    return picture if isinstance(picture, str) else str(picture["path"] or "")


def pictures(record: Mapping[str, Any], *, optional: bool = False) -> list[Part]:
    """Return the pictures ``image_1``, ``image_2``, ... of a record, in order.

    Args:
        optional: A record may have none; otherwise that is an error of its sample.
    """
    values = [record.get(f"image_{number}") for number in range(1, _MOST_PICTURES + 1)]
    found = needed(values)
    return [] if optional and all(map(_is_missing, values)) else found

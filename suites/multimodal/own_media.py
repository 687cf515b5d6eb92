"""Records of people's own, with their media: EvalScope's shape with marks in the texts, and VLMEvalKit's without.

``<image 1>`` names the field ``image_1``, or the first of ``images``. If the texts have no marks, ``image`` (or
``images``, ``image_path``; one picture or a list of them, also as base64) comes before the question, with the ``hint``.
"""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from evalscope_pytest import audio, image, prompts, text, video
from evalscope_pytest.core.content import Part, source_of
from evalscope_pytest.core.errors import RecordError

from ..custom.choices import choices_of, target_of

log = logging.getLogger("evalscope_pytest")

MARK = re.compile(r"<(image|video|audio)[ _]?(\d{1,3})>")
_NUMBERED = re.compile(r"(?:image|video|audio)_\d{1,3}")
_LISTS = ("options", "choices")
_ABOUT = ("index", "category", "l2-category", "split")
_MAKE: Mapping[str, Callable[[Any], Part]] = {"image": image, "video": video, "audio": audio}


def question_of(record: Mapping[str, Any], options: Iterable[str] = ()) -> tuple[list[Part], dict[str, Part]]:
    """Return the parts of a record's question, and what the marks in it and in its options stand for.

    Raises:
        RecordError: It has no question.
    """
    if not _is_given(record.get("question")):
        raise RecordError('it has no question. Write "question": "...".')
    words = str(record["question"])
    if _is_given(hint := record.get("hint")):
        words = f"Hint: {hint}\nQuestion: {words}"
    texts = [words, *options]
    marks = marked_media(record, texts)
    named = {f"{mark[1]}_{int(mark[2])}" for mark in map(MARK.fullmatch, marks) if mark}
    unsent = [name for name in record if _NUMBERED.fullmatch(str(name)) and name not in named and record[name]]
    if unsent:
        log.warning("%s is not sent, since no mark such as <image 1> names it in %.60r", ", ".join(unsent), words)
    if marks:
        return [text(words)], marks
    return [*(_MAKE[kind](value) for kind in _MAKE for value in _unnumbered(record, kind)), text(words)], marks


def conversation_of(record: Mapping[str, Any]) -> tuple[list[Any], dict[str, Part]]:
    """Return the messages of a record, and what the marks in them stand for.

    Raises:
        RecordError: They are not a list.
    """
    messages = listed(record["messages"], "messages")
    turns = [turn.get("content") for turn in messages if isinstance(turn, Mapping)]
    parts = [part for content in turns if isinstance(content, list) for part in content if isinstance(part, Mapping)]
    beside = marked_media(record, [str(part.get("text", "")) for part in parts], log_missing=False)
    marks = marked_media(record, [words for words in turns if isinstance(words, str)])
    return messages, {mark: part for mark, part in beside.items() if part != text("")} | marks


def answers_of(record: Mapping[str, Any]) -> str | list[str]:
    """Return the reference answer of a record, several of which any is right, or "" for a judge to do without."""
    answer = record.get("answer")
    if answer is None or answer != answer:
        return ""
    return [str(one) for one in answer] if isinstance(answer, (list, tuple)) and answer else str(answer)


def options_of(record: Mapping[str, Any]) -> list[str]:
    """Return a record's options: a list, also as text, or the fields ``A``, ``B`` ... up to the last that is given.

    Raises:
        RecordError: There are none, or one is missing in between.
    """
    name = next((name for name in _LISTS if _is_given(record.get(name))), "")
    if name and isinstance(record[name], Mapping) and "text" not in record[name]:  # by letter
        return [str(option) for _, option in sorted(record[name].items())]
    if name and not isinstance(record[name], Mapping):
        return [str(option) for option in listed(record[name], name)]
    own = str(record.get("answer")).strip()
    return list(choices_of({name: value for name, value in record.items() if _is_given(value) or name == own}))


def answer_of(record: Mapping[str, Any], options: list[str]) -> str:
    """Return the letter of the right option, which the record names by letter, by text, or by its place in a list."""
    is_list = any(_is_given(record.get(name)) for name in _LISTS)
    found = target_of({"answer": record.get("answer"), **({"options": options} if is_list else {})}, options)
    return found[0] if len(found) == 1 else str(record["answer"])


def about(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a record says of itself: ``index``, ``category`` ..."""
    return {name: str(record[name]) for name in _ABOUT if _is_given(record.get(name))}


def marked_media(record: Mapping[str, Any], texts: Iterable[str], *, log_missing: bool = True) -> dict[str, Part]:
    """Return what each mark in the texts stands for; a mark without a medium stands for nothing and is removed."""
    found: dict[str, Part] = {}
    for mark in (found for words in texts for found in MARK.finditer(words)):
        value = _value(record, mark[1], int(mark[2]))
        if value is None and log_missing:
            log.warning("%s has no %s: the mark is removed from %.60r", mark[0], f"{mark[1]}_{mark[2]}", mark.string)
        found[mark[0]] = text("") if value is None else _MAKE[mark[1]](value)
    return found


def unmarked_pictures(record: Mapping[str, Any], media: Mapping[str, Part]) -> list[Part]:
    """Return the pictures of a record, to come before its question, if no mark in its texts stands for any.

    Args:
        media: The result of `marked_media`.
    """
    return [] if any(part != text("") for part in media.values()) else prompts.pictures(record)


def _is_given(value: Any) -> bool:
    return value is not None and value == value and value not in ("", "nan")


def _unnumbered(record: Mapping[str, Any], kind: str) -> list[Any]:
    """Return the media of a kind: what the record holds itself, or else the paths it names."""
    given = [record[name] for name in (kind, f"{kind}s", f"{kind}_path") if _is_given(record.get(name))]
    several = [listed(value, kind) if _is_list(value) else [value] for value in given]
    if len(several) < 2:
        return several[0] if several else []
    own = [values for values in several if any(isinstance(source_of(value), bytes) for value in values)]
    return own[0] if own else several[-1]


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or (isinstance(value, str) and value.lstrip()[:1] == "[")


def _value(record: Mapping[str, Any], kind: str, number: int) -> Any:
    for name in (f"{kind}_{number}", f"{kind}{number}"):
        if _is_given(value := record.get(name)):
            return value
    several = _unnumbered(record, kind)
    return several[number - 1] if 0 < number <= len(several) else None


def listed(value: Any, name: str) -> list[Any]:
    """Return a list that a file holds as such, or as text in JSON or Python.

    Raises:
        RecordError: It is neither.
    """
    if isinstance(value, str):
        for read in (json.loads, ast.literal_eval):
            try:
                value = read(value)
                break
            except (ValueError, SyntaxError, RecursionError, MemoryError):
                continue
    if not isinstance(value, (list, tuple)):
        raise RecordError(f'its {name} are {str(value)[:60]!r}, not a list. Write {name} as ["...", "..."].')
    return list(value)

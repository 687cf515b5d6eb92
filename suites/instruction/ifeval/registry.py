"""Every instruction of IFEval by its id."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from evalscope_pytest.core.errors import ScoringError, closest

from . import case, combination, content, form, keywords, language, length
from .arguments import Arguments

# Returns whether a text, never blank, follows an instruction with these arguments.
Check = Callable[[str, Arguments], bool]

INSTRUCTIONS: Mapping[str, Check] = {
    "change_case:capital_word_frequency": case.capital_word_frequency,
    "change_case:english_capital": case.english_capital,
    "change_case:english_lowercase": case.english_lowercase,
    "combination:repeat_prompt": combination.repeat_prompt,
    "combination:two_responses": combination.two_responses,
    "detectable_content:number_placeholders": content.number_placeholders,
    "detectable_content:postscript": content.postscript,
    "detectable_format:constrained_response": form.constrained_response,
    "detectable_format:json_format": form.json_format,
    "detectable_format:multiple_sections": form.multiple_sections,
    "detectable_format:number_bullet_lists": form.number_bullet_lists,
    "detectable_format:number_highlighted_sections": form.number_highlighted_sections,
    "detectable_format:title": form.title,
    "keywords:existence": keywords.existence,
    "keywords:forbidden_words": keywords.forbidden_words,
    "keywords:frequency": keywords.frequency,
    "keywords:letter_frequency": keywords.letter_frequency,
    "language:response_language": language.response_language,
    "length_constraints:nth_paragraph_first_word": length.nth_paragraph_first_word,
    "length_constraints:number_paragraphs": length.number_paragraphs,
    "length_constraints:number_sentences": length.number_sentences,
    "length_constraints:number_words": length.number_words,
    "punctuation:no_comma": content.no_comma,
    "startend:end_checker": combination.end_checker,
    "startend:quotation": combination.quotation,
}


def check_of(instruction: str, among: Mapping[str, Check] = INSTRUCTIONS) -> Check:
    """Return the function that verifies ``instruction``.

    Raises:
        ScoringError: The benchmark has no such instruction.
    """
    try:
        return among[instruction]
    except (KeyError, TypeError):
        raise ScoringError(
            f"unknown instruction: {instruction!r} in instruction_id_list. "
            f"{closest(str(instruction), among)} Correct the record."
        ) from None

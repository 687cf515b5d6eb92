"""Every instruction of IFBench by its id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..ifeval.registry import Check
from . import count, layout, ratio, repeat, sentence, special, word

# These need a tagger of parts of speech and a dictionary of syllables, neither of which comes along.
LEFT_OUT = frozenset(("words:start_verb", "words:odd_even_syllables"))

INSTRUCTIONS: Mapping[str, Check] = {
    "count:conjunctions": count.conjunctions,
    "count:keywords_multiple": count.keywords_multiple,
    "count:numbers": count.numbers,
    "count:person_names": count.person_names,
    "count:pronouns": count.pronouns,
    "count:punctuation": count.punctuation,
    "count:unique_word_count": count.unique_word_count,
    "count:word_count_range": count.word_count_range,
    "count:words_japanese": count.words_japanese,
    "custom:character_reverse": special.character_reverse,
    "custom:csv_city": special.csv_city,
    "custom:csv_quotes": special.csv_quotes,
    "custom:csv_special_character": special.csv_special_character,
    "custom:date_format_list": special.date_format_list,
    "custom:european_capitals_sort": special.european_capitals_sort,
    "custom:mcq_count_length": special.mcq_count_length,
    "custom:multiples": special.multiples,
    "custom:reverse_newline": special.reverse_newline,
    "custom:sentence_alphabet": special.sentence_alphabet,
    "custom:word_reverse": special.word_reverse,
    "format:emoji": layout.emoji,
    "format:line_indent": layout.line_indent,
    "format:list": layout.bullets,
    "format:newline": layout.newline,
    "format:no_bullets_bullets": layout.no_bullets_bullets,
    "format:no_whitespace": layout.no_whitespace,
    "format:options": layout.options,
    "format:output_template": layout.output_template,
    "format:parentheses": layout.parentheses,
    "format:quote_unquote": layout.quote_unquote,
    "format:quotes": layout.quotes,
    "format:sub-bullets": layout.sub_bullets,
    "format:thesis": layout.thesis,
    "format:title_case": layout.title_case,
    "ratio:overlap": ratio.overlap,
    "ratio:sentence_balance": ratio.sentence_balance,
    "ratio:sentence_type": ratio.sentence_type,
    "ratio:sentence_words": ratio.sentence_words,
    "ratio:stop_words": ratio.stop_words,
    "repeat:repeat_change": repeat.change,
    "repeat:repeat_simple": repeat.simple,
    "repeat:repeat_span": repeat.span,
    "sentence:alliteration_increment": sentence.alliteration_increment,
    "sentence:increment": sentence.increment,
    "sentence:keyword": sentence.keyword,
    "words:alphabet": word.alphabet,
    "words:consonants": word.consonants,
    "words:keywords_specific_position": word.keywords_specific_position,
    "words:last_first": word.last_first,
    "words:no_consecutive": word.no_consecutive,
    "words:palindrome": word.palindrome,
    "words:paragraph_last_first": word.paragraph_last_first,
    "words:prime_lengths": word.prime_lengths,
    "words:repeats": word.repeats,
    "words:vowel": word.vowel,
    "words:words_position": word.words_position,
}


def can_be_checked(instructions: Iterable[str]) -> bool:
    """Return whether all of a record's instructions can be checked here."""
    return LEFT_OUT.isdisjoint(instructions)

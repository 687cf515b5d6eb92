"""Texts as they are spoken: spelling, figures and signs that no listener can hear make no difference.

English: the normaliser of Whisper (Radford et al. 2022, arXiv:2212.04356). Chinese: simplified characters one by one,
figures in words. Other languages: Whisper's basic normaliser, with figures in place of number words if `text2num` knows
them; scripts without blanks character by character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from evalscope_pytest.core.errors import UnreadyError
from evalscope_pytest.core.libraries import lacks

from .chinese import simplified, spoken_figures

CHINESE = frozenset({"zh", "cmn", "yue"})
_BY_CHARACTER = frozenset({"ja", "th", "lo", "my", "km"})
_NUMBERED = frozenset({"fr", "es", "pt", "de", "it", "nl", "ca"})  # of which text2num knows the words
_WITHOUT_UM = frozenset({"fr", "es", "it", "ca"})  # in which none of the fillers is a word
_VOWELLED = frozenset({"ar", "fa", "he", "ur", "ps", "sd", "ckb"})  # whose vowel marks may be left out
_NOTES = re.compile(r"[<\[【][^<>\[\]【】]{0,500}[>\]】]|[(（][^()（）]{1,500}[)）]")
_APART = re.compile(r"(?<=\d) %")  # French writes a blank there
_BRACKETS = str.maketrans(dict.fromkeys("<>[](){}【】（）", " "))
_FILLERS = re.compile(r"(?<![a-z])(?:hmm|mm|mhm|mmm|uh|um)(?![a-z])")
_LETTERS = {"œ": "oe", "æ": "ae", "’": "'", "‘": "'", "ʼ": "'"}
_MIXED = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]|[^\W\u3400-\u9fff\U00020000-\U0003ffff]{1,10000}")


def require(language: str) -> None:
    """Check that the libraries that compare transcripts of a language are installed.

    Raises:
        UnreadyError: One is not.
    """
    code = language_of(language)
    needed = {
        "jiwer": True,
        "whisper_normalizer": code == "en",
        "opencc": code in CHINESE,
        "text_to_num": code in _NUMBERED,
    }
    missing = [name for name, is_needed in needed.items() if is_needed and lacks(name)]
    if missing:
        raise UnreadyError(f"transcripts need {', '.join(missing)}. Run: pip install 'evalscope-pytest[audio]'.")


def language_of(code: str) -> str:
    """Return the language of a code such as ``en_us`` or ``zh-CN``."""
    return re.split("[-_]", code.lower(), maxsplit=1)[0]


def forms(text: str, language: str) -> tuple[str, ...]:
    """Return a text in the form in which it is compared; in several if its figures can be read in several ways.

    Args:
        language: Code of the language; what follows ``-`` or ``_`` does not matter.
    """
    language = language_of(language)
    text = without_notes(" ".join(unicodedata.normalize("NFKC", text).split())).translate(_BRACKETS)
    text = _APART.sub("%", text)
    if language == "en":
        return (english(text),)
    if language in CHINESE:
        return tuple(map(bare, spoken_figures(_FILLERS.sub(" ", simplified(text.lower())))))
    if language in _WITHOUT_UM:
        text = _FILLERS.sub(" ", text.lower())
    if language in _NUMBERED:
        text = _figures(text, language)
    kept = bare(text, marks="" if language in _VOWELLED else "M")
    return (" ".join(kept.replace(" ", "")) if language in _BY_CHARACTER else kept,)


def without_notes(text: str) -> str:
    """Return a text without what stands in brackets, such as ``[noise]``."""
    return _NOTES.sub(" ", text)


@cache
def _english() -> Callable[[str], str]:
    from whisper_normalizer.english import EnglishTextNormalizer

    normalise: Callable[[str], str] = EnglishTextNormalizer()
    return normalise


def english(text: str) -> str:
    """Return an English text as Whisper's normaliser writes it; one that it fails at, without signs."""
    try:
        return " ".join(_english()(" ".join(text.split())).split())
    except (AssertionError, ValueError, TypeError, IndexError, AttributeError):  # of numbers that nobody would say
        return bare(text)


def _figures(text: str, language: str) -> str:
    from text_to_num import alpha2digit

    return str(alpha2digit(text.lower(), language))


def bare(text: str, marks: str = "M") -> str:
    """Return a text in lower case, without punctuation and symbols.

    Args:
        marks: Further classes of characters that are kept.
    """
    dropped = "PS" if marks else "PSM"
    spelled = "".join(_LETTERS.get(sign, sign) for sign in text.lower())
    return " ".join("".join(" " if unicodedata.category(sign)[0] in dropped else sign for sign in spelled).split())


def words(form: str, language: str) -> list[str]:
    """Return the units that are counted: words, of Chinese its characters."""
    return list(form.replace(" ", "")) if language_of(language) in CHINESE else form.split()


def separated(form: str, language: str) -> list[str]:
    """Return what blanks separate, whatever the language."""
    return form.split()


def mixed(form: str, language: str) -> list[str]:
    """Return Chinese characters, and the words of other languages between them."""
    return _MIXED.findall(form)


def characters(form: str, language: str) -> list[str]:
    """Return the characters, blanks between words included."""
    return list(form)

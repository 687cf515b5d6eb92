"""``language:*``: the language the reply is written in."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

from .arguments import Arguments

# langdetect reads the first 10,000 characters that are left when addresses are gone. It gets that much text.
LONGEST = 20_000
_LOADING = Lock()


def response_language(text: str, arguments: Arguments) -> bool:
    """The reply is in the language of an ISO 639-1 code."""
    return is_in(arguments.text("language"), text)


def is_in(language: str, text: str) -> bool:
    """Return whether ``text`` is in ``language``. A text of unknown language counts as if it were."""
    return detected(text[:LONGEST]) in (language, None)


@lru_cache(maxsize=64)  # a reply and its variants are often checked more than once
def detected(text: str) -> str | None:
    """Return the language's ISO 639-1 code, None when the text has no letters. The same for the same text, always."""
    from langdetect import DetectorFactory, LangDetectException, detect
    from langdetect.detector_factory import init_factory

    with _LOADING:  # a second thread would work with the languages the first has loaded so far
        DetectorFactory.seed = 0  # it samples; the official scorer's verdicts on short texts vary from run to run
        init_factory()
    try:
        return str(detect(text))
    except LangDetectException:
        return None

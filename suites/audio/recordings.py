"""Samples of benchmarks in which a recording is written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evalscope_pytest import Sample, audio, text

from .spoken import require

PROMPT = "Write down what is said in the recording. Reply with the words that are spoken and nothing else."


def transcribed(record: Mapping[str, Any], target: str, language: str = "en", **about: Any) -> Sample:
    """Return the sample of a record with a recording in ``audio``, which follows the prompt.

    Args:
        target: The words that are said in it.
        language: Code of the language, by which transcripts are compared.
        about: Further metadata; ``id`` and ``cluster`` are those of the sample.

    Raises:
        UnreadyError: A library that compares transcripts is not installed.
    """
    require(language)
    own = {name: about.pop(name) for name in ("id", "cluster") if name in about}
    return Sample([text(""), audio(record["audio"])], target, metadata={"language": language, **about}, **own)

"""Needle in a Haystack: how much of the hidden facts a reply holds."""

from __future__ import annotations

import re

from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring.read.visible import fold, visible
from evalscope_pytest.scoring.scorer import Scorer

_WORD = re.compile(r"[^\W_一-鿿]+|[一-鿿]")
_ENGLISH = "a an the of and or on in at to is are be was were it its this that"
_SMALL = frozenset([*_ENGLISH.split(), *"的了是在和与"])
_LONGEST = 20_000  # Characters of a reply; a needle is short.


def needle_answer() -> Scorer:
    """Judge a reply by the words of the needles it holds, small ones and those of the question left out.

    Metric ``accuracy``, the mean share over the ``needles`` in the sample's metadata, and the same under the name of
    its length and depth (``Context#1000 Depth#50``), which the heat map is drawn from.
    """
    return Scorer("needle_answer", ("accuracy",), _score, lambda sample: sample.targets[0])


def _score(text: str, sample: Sample) -> Score:
    reply = visible(text).strip()[:_LONGEST]
    said, asked = set(_words(reply)), set(_words(sample.question)) | _SMALL
    shares = [_share(set(_words(target)), said, asked) for target in sample.metadata["needles"]]
    share = sum(shares) / len(shares)
    cell = f"Context#{sample.metadata['context_length']} Depth#{sample.metadata['depth_percent']}"
    return Score.of({"accuracy": share, cell: share}, answer=reply or None)


def _share(needle: set[str], said: set[str], asked: set[str]) -> float:
    telling = needle - asked or needle
    return len(telling & said) / len(telling) if telling else 0.0


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text).casefold())

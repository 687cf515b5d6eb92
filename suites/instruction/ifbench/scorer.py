"""The IFBench scorer: strict and loose accuracy, by prompt and by instruction."""

from __future__ import annotations

from functools import partial

from evalscope_pytest.scoring.scorer import Scorer

from ..ifeval.registry import check_of
from ..ifeval.scorer import following
from .registry import INSTRUCTIONS


def ifbench() -> Scorer:
    """Verify a reply against its sample's instructions, as `ifeval` does, with IFBench's.

    Raises (when scoring):
        ScoringError: An instruction is unknown or left out, or its parameters are missing or of the wrong type.
    """
    return following("ifbench", partial(check_of, among=INSTRUCTIONS))

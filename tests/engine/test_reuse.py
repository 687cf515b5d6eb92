"""Which parameters make a reply repeatable."""

from __future__ import annotations

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.engine.reuse import is_repeatable


@pytest.mark.parametrize(
    ("parameters", "repeatable"),
    [
        ({}, False),
        ({"temperature": 0.0}, True),
        ({"temperature": 0.0, "top_p": 0.9}, True),
        ({"temperature": 0.7}, False),
        ({"temperature": 0.7, "top_k": 1}, True),
        ({"temperature": 0.7, "seed": 0}, True),
        ({"top_k": 20}, False),
        ({"do_sample": False}, True),
        ({"do_sample": True}, False),
        ({"extra_body": {"temperature": 0}}, True),
        ({"temperature": 0.0, "extra_body": {"temperature": 0.7}}, False),
        ({"temperature": 0.7, "extra_body": {"top_k": 1}}, True),
        ({"temperature": 0.7, "extra_body": {"seed": 3}}, True),
    ],
)
def test_repeatable_parameters(parameters, repeatable):
    assert is_repeatable(GenerationConfig(**parameters)) is repeatable

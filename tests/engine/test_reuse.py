"""Which parameters make a reply repeatable, and what of a reply is kept."""

from __future__ import annotations

import asyncio

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.secret import Secret
from evalscope_pytest.core.values import Message, ModelOutput
from evalscope_pytest.engine.reuse import is_repeatable, reply_of
from evalscope_pytest.models.spec import Request


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


KEY = "sk-live-4711-abcdefgh"


@pytest.mark.parametrize("part", ["text", "reasoning"])
def test_a_key_that_a_proxy_writes_into_one_part_of_a_reply_is_masked(part):
    Secret(KEY)

    async def echo(request):
        return ModelOutput(**{"text": "42", "reasoning": "6 * 7", part: f"your key is {KEY}"})

    output = asyncio.run(reply_of(echo, Request((Message("user", "6 * 7?"),), GenerationConfig()), None, ""))
    assert KEY not in output.text + output.reasoning
    assert getattr(output, part).startswith("your key is ")

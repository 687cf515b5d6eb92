"""What an author gets wrong in a decorator is said where it stands, in a sentence."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from evalscope_pytest import Sample, benchmark, local
from evalscope_pytest.core.errors import ConfigError


def to_sample(record: dict[str, Any]) -> Sample:
    return Sample(input=record["q"], target=record["a"])


def judge(text: str, sample: Sample) -> float:
    return float(text == sample.target)


@pytest.mark.parametrize(
    ("argument", "value", "said"),
    [
        ("dataset", "data.jsonl", r"dataset of @benchmark\('demo'\) is 'data.jsonl' \(str\). Write local\("),
        ("to_sample", "q", r"to_sample .* is 'q' \(str\). Write a function that takes a record and returns a Sample"),
        ("scorer", judge, r"is judge \(function\). Write a Scorer: Scorer\("),
        ("few_shot", 3, r"is 3 \(int\). Write FewShot\(5\)"),
        ("prompt", 5, "Write a text"),
        ("repeats", "3", r"is '3' \(str\). Write a whole number, 1 or more"),
        ("repeats", 0, "1 or more"),
        ("generation", {"temperature": 1}, "Write a GenerationConfig"),
        ("categories", ["a"], "mapping from subset to category"),
        ("timeout_s", "3", "number of seconds"),
        ("tags", "math", r"tags .* is the text 'math'. Write \['math'\]"),
        ("metrics", "acc", r"metrics .* is the text 'acc'. Write \['acc'\]"),
    ],
)
def test_an_argument_of_the_wrong_type_is_refused_in_a_sentence(argument: str, value: Any, said: str) -> None:
    arguments: dict[str, Any] = {"dataset": local("data.jsonl"), "to_sample": to_sample, argument: value}
    with pytest.raises(ConfigError, match=said):
        benchmark("demo", **arguments)


def test_a_body_that_yields_is_refused() -> None:
    def yields(sample: Sample) -> Iterator[int]:
        yield 1

    async def yields_later(sample: Sample) -> AsyncIterator[int]:
        yield 1

    for body in (yields, yields_later):
        with pytest.raises(ConfigError, match="body of benchmark 'demo' yields"):
            benchmark("demo", dataset=local("data.jsonl"), to_sample=to_sample)(body)

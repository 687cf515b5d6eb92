"""What an author gets wrong in a decorator is said where it stands, in a sentence."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import ModelOutput, Sample, benchmark, local
from evalscope_pytest.benchmarks.definition import PROVIDED, generate
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


def test_without_to_sample_the_function_makes_the_sample_and_the_body_is_implied() -> None:
    def test_demo(record: Any) -> Sample:
        return Sample(input=record["q"], target=record["a"])

    decorated = benchmark("demo", dataset=local("data.jsonl"))(test_demo)
    made = decorated.__benchmark__  # type: ignore[attr-defined]
    assert decorated is test_demo
    assert made.function is made.to_sample is test_demo
    assert made.body is generate
    assert made.file == Path(__file__)
    assert decorated({"q": "1 + 1", "a": "2"}).target == "2"


def test_with_to_sample_the_function_is_the_body() -> None:
    async def test_demo(sample: Sample, model: Any) -> Any:
        return await model.generate(sample)

    made = benchmark("demo", dataset=local("data.jsonl"), to_sample=to_sample)(test_demo).__benchmark__  # type: ignore[attr-defined]
    assert made.function is made.body is test_demo
    assert made.to_sample is to_sample


def test_the_implied_body_sends_the_sample_and_returns_the_reply() -> None:
    class Model:
        async def generate(self, prompt: Any) -> Any:
            return ModelOutput(text=f"reply to {prompt.input}")

    assert asyncio.run(generate(Sample(input="q"), Model())).text == "reply to q"


def _takes(*names: str) -> Any:
    namespace: dict[str, Any] = {}
    exec(f"def test_demo({', '.join(names)}): return None", namespace)
    return namespace["test_demo"]


def test_a_function_that_makes_two_benchmarks_is_refused():
    function = benchmark("first", dataset=local("data.jsonl"))(_takes("record"))
    with pytest.raises(ConfigError, match="makes two benchmarks: 'first' and 'second'"):
        benchmark("second", dataset=local("data.jsonl"))(function)


@pytest.mark.parametrize(
    "names",
    [
        ("record",),
        ("record", "subset"),
        ("record", "extra_params"),
        ("record", "extra_params", "subset"),
        ("record", "*", "subset"),
        ("record", "/"),
        ("record", "scale=2"),
    ],
)
def test_a_function_that_makes_a_sample_may_take(names: tuple[str, ...]) -> None:
    made = benchmark("demo", dataset=local("data.jsonl"))(_takes(*names)).__benchmark__
    assert made.body is generate


@pytest.mark.parametrize("name", PROVIDED)
def test_without_to_sample_what_only_a_body_is_given_is_refused(name: str) -> None:
    said = rf"test_demo of @benchmark\('demo'\) takes '{name}', but nothing makes a sample of a record. Add to_sample="
    for names in ((name,), ("record", name)):
        with pytest.raises(ConfigError, match=said) as caught:
            benchmark("demo", dataset=local("data.jsonl"))(_takes(*names))
        assert "or write `def test_demo(record)`" in str(caught.value)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "takes nothing; its first parameter has to be `record`"),
        (("row",), "takes 'row'; its first parameter has to be `record`"),
        (("subset", "record"), "takes 'subset', 'record'; its first parameter"),
        (("*record",), "first parameter has to be `record`"),
        (("record", "subsets"), "takes 'subsets'. Did you mean 'subset'?"),
        (("record", "tmp_path"), "takes 'tmp_path'. Allowed: extra_params, position, record, subset."),
        (("record", "**options"), "takes 'options'"),
    ],
)
def test_a_function_that_neither_makes_a_sample_nor_has_one_is_refused(names: tuple[str, ...], said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)) as caught:
        benchmark("demo", dataset=local("data.jsonl"))(_takes(*names))
    assert str(caught.value).startswith("test_demo of @benchmark('demo') takes ")
    assert "to_sample=..." in str(caught.value)


def test_a_function_of_a_record_is_neither_async_nor_a_generator() -> None:
    async def coroutine(record: Any) -> Sample:
        return to_sample(record)

    def yields(record: Any) -> Iterator[Sample]:
        yield to_sample(record)

    async def yields_later(record: Any) -> AsyncIterator[Sample]:
        yield to_sample(record)

    for function, said in ((coroutine, "and is async"), (yields, "and yields"), (yields_later, "and yields")):
        with pytest.raises(ConfigError, match=rf"{function.__name__} of @benchmark\('demo'\) takes a record {said}"):
            benchmark("demo", dataset=local("data.jsonl"))(function)


def test_a_prompt_and_a_scorer_are_named_after_one_import() -> None:
    code = (
        "import sys, evalscope_pytest as e; assert 'evalscope_pytest.scoring' not in sys.modules;"
        "assert 'evalscope_pytest.prompts' not in sys.modules; from evalscope_pytest import prompts, scoring;"
        "assert e.prompts is prompts and e.scoring is scoring and {'prompts', 'scoring'} < set(dir(e));"
        "print(prompts.BOXED.count('boxed'), scoring.math_answer().name)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["1", "math_answer"]


def test_a_submodule_is_loaded_as_an_attribute_of_the_package() -> None:
    code = "import evalscope_pytest; print(evalscope_pytest.prompts.__name__, evalscope_pytest.scoring.__name__)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["evalscope_pytest.prompts", "evalscope_pytest.scoring"]

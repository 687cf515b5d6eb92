"""On official records, a claim of any option is read as that option, however its text looks."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from string import ascii_uppercase

import pytest

from evalscope_pytest.scoring.read.choice import read_choice
from evalscope_pytest.scoring.read.options import options

pytestmark = pytest.mark.real_data
ENOUGH = 400
FORMS = [
    "ANSWER: {x}", "ANSWER: {x}) {t}", "ANSWER: {x}. {t}", "ANSWER: ({x}) {t}", "{x}) {t}", "({x}) {t}",
    "The answer is {x}. {t}",
    "The answer is **{x}) {t}**.", "The correct answer is ({x}) {t}, because it fits.", "{x}", "Reasoning.\n\n{x}) {t}",
    "答案：{x}", "答案：{x}. {t}", "\\boxed{{{x}}}", "I choose {x}) {t}", "选{x}",
]  # fmt: skip
CHOICES = {
    "arc": lambda record: record["choices"]["text"],
    "mmlu": lambda record: record["choices"],
    "hellaswag": lambda record: record["endings"],
    "truthful_qa": lambda record: record.get("mc1_targets", {}).get("choices", []),
    "winogrande": lambda record: [record["option1"], record["option2"]],
    "commonsense_qa": lambda record: record["choices"]["text"],
    "piqa": lambda record: [record["sol1"], record["sol2"]],
    "ceval": lambda record: [record[letter] for letter in "ABCD"],
    "cmmlu": lambda record: [record[letter] for letter in "ABCD"],
}


def records(folder: Path) -> Iterator[dict]:
    for path in sorted(folder.rglob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            yield from (json.loads(line) for line in file)
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def questions(folder: Path, choices) -> Iterator[list[str]]:
    found = 0
    for number, record in enumerate(records(folder)):
        if number % 7 == 0:
            yield [str(text) for text in choices(record)]
            found += 1
        if found == ENOUGH:
            return


@pytest.mark.parametrize("name", CHOICES)
def test_every_option_is_read_by_its_label(shared_data, name):
    misread = []
    count = 0
    for texts in questions(shared_data / name, CHOICES[name]):
        offered = options(texts)
        for label, text in zip(ascii_uppercase, texts, strict=False):
            for form in FORMS:
                reply = form.format(x=label, t=text)
                count += 1
                if read_choice(reply, offered) != (label,):
                    misread.append((reply, texts))
    assert count > 1000
    assert not misread


@pytest.mark.parametrize("name", CHOICES)
def test_an_option_is_read_by_its_text_unless_it_looks_like_a_label_or_is_not_alone(shared_data, name):
    misread = []
    for texts in questions(shared_data / name, CHOICES[name]):
        offered = options(texts)
        for label, text in zip(ascii_uppercase, texts, strict=False):
            if offered.of_text(text) != label or len(text.strip(" .")) < 2:
                continue
            for form in ("{t}", "ANSWER: {t}", "答案：{t}", "The answer is {t}."):
                if read_choice(form.format(t=text), offered) != (label,):
                    misread.append((form.format(t=text), texts))
    assert not misread

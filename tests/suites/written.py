"""Small records written for these tests, in the shapes of the official ones, by file.

An area of the library has a module of its own, ``written_{area}.py``, with any of the names below that end this file.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def _sums(*pairs: tuple[int, int]) -> list[Row]:
    return [
        {"question": f"Ada has {a} pens and buys {b}. How many?", "answer": f"{a} + {b} = {a + b}\n#### {a + b}"}
        for a, b in pairs
    ]


def _problem(n: int) -> Row:
    return {
        "problem": f"What is ${n}^2$?",
        "solution": f"We have ${n} \\cdot {n} = \\boxed{{{n * n}}}.$",
        "answer": f"{n * n}",
        "subject": "Algebra",
        "type": "Algebra",
        "level": "Level 1",
        "unique_id": f"test/algebra/{n}.json",
    }


def _bone(n: int) -> Row:
    choices = ["hand", "foot", "ear", "knee"]
    return {"question": f"Bone {n} is in the", "subject": "anatomy", "choices": choices, "answer": n % 4}


def _argument(n: int, **more: str) -> Row:
    options = {"A": "有效", "B": "无效", "C": "矛盾", "D": "循环"}
    return {"id": str(n), "question": f"论证{n}属于____。", **options, "answer": "ABCD"[n % 4], **more}


FILES: dict[str, dict[str, list[Row] | str | bytes]] = {
    "gsm8k": {"train.jsonl": _sums((1, 2), (3, 4), (5, 6), (700, 800)), "test.jsonl": _sums((900, 100))},
    "math_500": {"test.jsonl": [{**_problem(6), "level": 1}]},
    "competition_math": {"train.jsonl": [_problem(n) for n in (2, 3, 4, 5)], "test.jsonl": [_problem(6)]},
    "aime24": {"test.jsonl": [{"id": 60, "problem": "Find $2^5 + 1$.", "answer": "033", "solution": "It is $33$."}]},
    "arc": {
        "ARC-Easy/test.jsonl": [
            {
                "id": "own_1",
                "question": "What do bees make?",
                "choices": {"text": ["milk", "honey", "silk"], "label": ["1", "2", "3"]},
                "answerKey": "2",
            }
        ]
    },
    "mmlu": {"dev.jsonl": [_bone(n) for n in range(5)], "test.jsonl": [_bone(5)]},
    "cmmlu": {
        "test.jsonl": [
            {
                "question": "天上有____个太阳。",
                "choices": ["(A) 一", "(B) 二", "(C) 三", "(D) 四"],
                "answer": "(A)",
                "category": "astronomy",
            }
        ]
    },
    "ceval": {
        "logic/dev.jsonl": [_argument(n, explanation=f"1. 见定义{n}。") for n in range(5)],
        "logic/val.jsonl": [_argument(5)],
    },
    "hellaswag": {
        "validation.jsonl": [
            {
                "ctx_a": "[header] How to fold a kite [title] Take paper.",
                "ctx_b": "the child",
                "endings": ["folds  it.", "eats it. [step]", "sings.", "sleeps."],
                "label": "0",
            }
        ]
    },
    "winogrande": {
        "validation.jsonl": [
            {"sentence": "The jar fits in the bag, as the _ is big.", "option1": "jar", "option2": "bag", "answer": "2"}
        ]
    },
    "commonsense_qa": {
        "validation.jsonl": [
            {"question": "Where is bread baked?", "choices": ["in an oven", "in a lake", "on Mars"], "answer": "A"}
        ]
    },
    "piqa": {
        "validation.jsonl": [
            {"question": "dry a cup", "choices": ["use a towel", "use a wet towel"], "answer": "A"},
        ]
    },
    "bbh": {
        "navigate/test.jsonl": [{"input": "Turn left four times. Do you face the same way?", "target": "Yes"}],
        "cot-prompts/navigate.txt": (
            "Not for training.\n-----\nSay where a walk ends.\n\nQ: Stay.\nA: Let's think step by step.\nNobody moves. "
            "So the answer is Yes.\n\nQ: Go 1 step.\nA: So the answer is No.\n\nQ: Turn.\nA: So the answer is Yes.\n"
        ),
    },
    "truthful_qa": {
        "multiple_choice/validation.jsonl": [
            {
                "question": "Do fish drown in water?",
                "mc1_targets": {"choices": ["Fish breathe in water.", "Yes.", "At night."], "labels": [1, 0, 0]},
                "mc2_targets": {"choices": ["Fish breathe in water.", "No.", "At night."], "labels": [1, 1, 0]},
            }
        ]
    },
    "ifeval": {
        "train.jsonl": [
            {
                "key": 1,
                "prompt": "Describe {rain} without commas.",
                "instruction_id_list": ["punctuation:no_comma"],
                "kwargs": [{}],
            }
        ]
    },
    "general_mcq": {
        "mine_val.jsonl": [{"id": "1", "question": "一加一等于？", "A": "一", "B": "二", "answer": "B"}],
        "many_val.jsonl": [{"id": "1", "question": "哪些是偶数？", "A": "2", "B": "3", "C": "4", "answer": ["A", "C"]}],
        "mine_dev.jsonl": [{"id": "2", "question": "二加一等于？", "A": "三", "B": "四", "answer": "A"}],
    },
    "general_qa": {"mine.jsonl": [{"system": "You are a sailor.", "query": "Where is north?", "response": "ahead"}]},
}
# What must be named besides the folder, since the records above are few.
SUBSETS = {
    "arc": ("ARC-Easy",),
    "bbh": ("navigate",),
    "ceval": ("logic",),
    "cmmlu": ("astronomy",),
    "competition_math": ("Level 1",),
    "general_mcq": ("mine",),
    "general_qa": ("mine",),
    "math_500": ("Level 1",),
    "mmlu": ("anatomy",),
}
# Benchmarks of whose official records none could be had, those with a subset of fewer than 50, and those without a
# paper on arXiv.
NO_OFFICIAL = {"general_mcq", "general_qa"}
FEW_OFFICIAL = {"aime24", "math_500", "ceval"}
NO_PAPER = {"aime24"}
# Benchmarks whose records tell no reply that is known to be right.
NO_REFERENCE = {"ifeval"}
# Where the official records lie otherwise than in a folder of the benchmark's name, and how they are asked for.
OFFICIAL_ARGS: dict[str, dict[str, Any]] = {"competition_math": {"few_shot_num": 0}}  # its train split is not there
# Samples whose published solution does not hold with this Python.
NOT_HERE: dict[str, set[str]] = {}

for _file in sorted(Path(__file__).parent.glob("written_*.py")):
    _area = import_module(f".{_file.stem}", __package__)
    for _name in (
        "FILES",
        "SUBSETS",
        "NO_OFFICIAL",
        "FEW_OFFICIAL",
        "NO_PAPER",
        "NO_REFERENCE",
        "OFFICIAL_ARGS",
        "NOT_HERE",
    ):
        globals()[_name].update(getattr(_area, _name, ()))


def write(name: str, folder: Path) -> Path:
    """Write a benchmark's records below ``folder`` and return where they are."""
    for path, content in FILES[name].items():
        file = folder / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
            continue
        lines = content if isinstance(content, str) else "".join(json.dumps(row) + "\n" for row in content)
        file.write_text(lines, encoding="utf-8")
    return folder / name

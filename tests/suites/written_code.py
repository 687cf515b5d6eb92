"""Written records of programming tasks."""

from __future__ import annotations

import base64
import json
import pickle
import sys
import zlib
from typing import Any

Row = dict[str, Any]

# Since Python 3.12 `sum` of floats is more exact, and one published solution, a search for a root, ends elsewhere.
NOT_HERE = {"humaneval_plus": {"HumanEval/32"}} if sys.version_info >= (3, 12) else {}

_DOUBLE = 'def double(number: int) -> int:\n    """ Return twice the number.\n    >>> double(2)\n    4\n    """\n'


def packed(text: str) -> str:
    """Return tests as LiveCodeBench publishes them."""
    return base64.b64encode(zlib.compress(pickle.dumps(text))).decode()


def _function(test: str) -> Row:
    return {"task_id": "Own/0", "prompt": _DOUBLE, "canonical_solution": "    return number + number\n",
            "entry_point": "double", "test": test}  # fmt: skip


def _basic(number: int, name: str, expression: str) -> Row:
    return {"task_id": number, "text": f"Write a function that returns {expression} of n.",
            "code": f"def {name}(n):\r\n  return {expression}", "test_setup_code": "", "challenge_test_list": [],
            "test_list": [f"assert {name}({n}) == {eval(expression, {'n': n})}" for n in (2, 3, 5)]}  # fmt: skip


def _contest(tests: list[tuple[str, str]], starter: str = "", function: str = "") -> Row:
    cases = [{"input": given, "output": answer, "testtype": "stdin"} for given, answer in tests]
    return {"question_title": "Own", "question_content": "Add the numbers.", "question_id": "own_1",
            "contest_date": "2024-08-03T00:00:00", "starter_code": starter, "difficulty": "easy",
            "public_test_cases": json.dumps(cases[:1]), "private_test_cases": packed(json.dumps(cases[1:])),
            "metadata": json.dumps({"func_name": function} if function else {})}  # fmt: skip


ADDS = _contest([("2\n1 2\n", "3\n"), ("3\n4 5 6\n", "15"), ("1\n0.5\n", "0.50\n")])
METHOD = _contest(
    [("[1, 2]\n1", "4"), ("[]\n7", "7"), ("[-1]\n0", "-1")],
    starter="class Solution:\n    def total(self, numbers: List[int], more: int) -> int:\n        ",
    function="total",
)

FILES: dict[str, dict[str, list[Row] | str]] = {
    "humaneval": {"test.jsonl": [_function("def check(candidate):\n    assert candidate(3) == 6\n")]},
    "humaneval_plus": {
        "test.jsonl": [
            _function(
                "import numpy as np\n\n\ndef check(candidate):\n    inputs, results = [[3], [0]], [6, 0]\n"
                "    for inp, exp in zip(inputs, results):\n        assert np.allclose(candidate(*inp), exp)\n"
            )
        ]
    },
    "mbpp": {
        "prompt.jsonl": [_basic(n, f"f{n}", f"n * {n}") for n in (1, 2, 3, 4, 5)],
        "test.jsonl": [_basic(11, "power", "n ** 3")],
    },
    "mbpp_plus": {
        "test.jsonl": [
            {
                "task_id": 2,
                "prompt": "Write a function that returns the larger of two numbers.",
                "code": "\ndef larger(a, b):\n  return max(a, b)\n",
                "source_file": "own",
                "test_imports": ["import math"],
                "test_list": ["assert larger(1, 2) == 2"],
                "test": "for a, b, right in [(1, 2, 2), (3, -1, 3), (math.inf, 0, math.inf)]:\n"
                "    assert larger(a, b) == right\n",
            }
        ]
    },
    "live_code_bench": {"test.jsonl": [ADDS, METHOD]},
    "multiple_humaneval": {
        "humaneval-sh/test.jsonl": [
            {
                "name": "HumanEval_0_double",
                "language": "sh",
                "prompt": '#!/bin/bash\n# Print twice the number.\n# >>> $(double "2")\n# "4"\ndouble() {\n',
                "doctests": "transform",
                "tests": '}\n\ncandidate() {\n    double "$@"\n}\n\nset -e\nrun_test() {\n'
                '    [[ $(candidate "2") = "4" ]]\n    [[ $(candidate "0") = "0" ]]\n}\n\nrun_test',
                "stop_tokens": ["\n}"],
            }
        ]
    },
}
SUBSETS = {
    "humaneval": ("openai_humaneval",),
    "mbpp": ("full",),
    "live_code_bench": ("release_latest",),
    "multiple_humaneval": ("humaneval-sh",),
}
NO_OFFICIAL = {"mbpp_plus", "live_code_bench"}
NO_REFERENCE = {"live_code_bench", "multiple_humaneval"}

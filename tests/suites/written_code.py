"""Written records of programming tasks."""

from __future__ import annotations

import base64
import json
import pickle
import sqlite3
import sys
import tempfile
import zlib
from contextlib import closing
from pathlib import Path
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


def _database(*statements: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.sqlite"
        with closing(sqlite3.connect(path)) as database:
            for statement in statements:
                database.execute(statement)
            database.commit()
        return path.read_bytes()


def _practical(task: str) -> Row:
    head, words = "import math\n\n\ndef task_func(numbers):\n", "Return the root of the sum of squares."
    return {"task_id": task, "complete_prompt": f'{head}    """{words}"""\n', "code_prompt": head,
            "instruct_prompt": f"{words}\nYou should write self-contained code starting with:\n```\n{head}```",
            "canonical_solution": "    return math.sqrt(sum(n * n for n in numbers))\n", "entry_point": "task_func",
            "test": "import unittest\n\n\nclass TestCases(unittest.TestCase):\n    def test_some(self):\n"
            "        self.assertAlmostEqual(task_func([3, 4]), 5)\n\n    def test_none(self):\n"
            "        self.assertEqual(task_func([]), 0)\n",
            "doc_struct": "{}", "libs": "['math']"}  # fmt: skip


LAKES = [
    "CREATE TABLE lake (id INTEGER PRIMARY KEY, name TEXT, depth REAL)",
    "CREATE TABLE visit (lake_id INTEGER REFERENCES lake(id), day TEXT)",
    "INSERT INTO lake VALUES (1, 'Ard', 12.5), (2, 'Bram', 40), (3, 'Cole', NULL)",
    "INSERT INTO visit VALUES (2, '2024-05-01'), (2, '2024-06-01'), (1, '2024-06-02')",
]
_SORTED = """import copy
def generate_test_case(test_case_id):
    return [3, 1, 2], [1, 2, 3]
exec_context = r'''
data = test_input
[insert]
'''
def test_execution(solution):
    code = exec_context.replace("[insert]", solution)
    given, expected = generate_test_case(1)
    scope = {"test_input": given}
    exec(code, scope)
    assert scope["result"] == expected
def test_string(solution):
    assert "for" not in solution
"""
_SORT_PROMPT = "Sort the list data.\nA:\n<code>\ndata = [3, 1, 2]\n</code>\nresult = ...\nBEGIN SOLUTION\n<code>\n"


def _step(number: int, name: str, expression: str) -> Row:
    return {"step_number": f"7.{number}", "step_description_prompt": f"Compute {name}.", "step_background": "Easy.",
            "function_header": f"def {name}(x):\n    '''Compute it.'''", "return_line": "    return y",
            "ground_truth_code": "", "test_cases": [f"assert {name}(3) == target"]}  # fmt: skip


ADDS = _contest([("2\n1 2\n", "3\n"), ("3\n4 5 6\n", "15"), ("1\n0.5\n", "0.50\n")])
METHOD = _contest(
    [("[1, 2]\n1", "4"), ("[]\n7", "7"), ("[-1]\n0", "-1")],
    starter="class Solution:\n    def total(self, numbers: List[int], more: int) -> int:\n        ",
    function="total",
)

FILES: dict[str, dict[str, list[Row] | str | bytes]] = {
    "bird_sql": {
        "mini_dev_sqlite.jsonl": [
            {
                "question_id": 7,
                "db_id": "lakes",
                "question": "Which lakes had a visit?",
                "evidence": "a visit is a row of the table visit",
                "SQL": "SELECT DISTINCT name FROM lake JOIN visit ON lake.id = visit.lake_id",
                "difficulty": "simple",
            }
        ],
        "dev_databases/lakes/lakes.sqlite": _database(*LAKES),
    },
    "bigcodebench": {"v0.1.4.jsonl": [_practical("Own/0")]},
    "bigcodebench_hard": {"v0.1.4.jsonl": [_practical("Own/1")]},
    "ds1000": {
        "test.jsonl": [
            {
                "prompt": _SORT_PROMPT,
                "reference_code": "result = sorted(data)",
                "metadata": {"problem_id": 3, "library": "Numpy", "perturbation_type": "Origin", "test_case_cnt": 1},
                "code_context": _SORTED,
            }
        ]
    },
    "scicode": {
        "test.jsonl": [
            {
                "problem_id": "7",
                "required_dependencies": "import math",
                "sub_steps": [_step(1, "double", "2 * x"), _step(2, "quad", "4 * x")],
            }
        ],
        "test_data.h5": b"",
    },
    "multiple_mbpp": {
        "mbpp-pl/test.jsonl": [
            {
                "name": "mbpp_1_double",
                "language": "pl",
                "prompt": "# Return twice the number.\nsub double {\n    my($n) = @_;\n",
                "doctests": "transform",
                "tests": "use Test::Deep;\n\n\nsub testhumaneval {\n    my $candidate = \\&double;\n"
                '        if(eq_deeply($candidate->(2),4)) {\n        print "ok!" }else{\n'
                '        print "not ok!";\n        exit 1;\n        }\n}\n\ntesthumaneval();',
                "stop_tokens": ["\nsub", "\n#", "\n\n"],
            }
        ]
    },
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
    "multiple_mbpp": ("mbpp-pl",),
    "bird_sql": ("simple",),
    "ds1000": ("Numpy",),
}
NO_OFFICIAL = {"mbpp_plus", "live_code_bench", "bird_sql", "bigcodebench", "bigcodebench_hard", "ds1000", "scicode"}
NO_OFFICIAL |= {"multiple_mbpp"}
NO_REFERENCE = {"live_code_bench", "multiple_humaneval", "multiple_mbpp", "scicode"}

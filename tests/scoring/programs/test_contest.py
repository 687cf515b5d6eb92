"""Programs judged by what they answer, compared where they cannot reach."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.core.errors import ScoringError
from evalscope_pytest.scoring.programs import contest_answer
from tests.suites.written_code import packed

SCORER = contest_answer()
CLASS = "class Solution:\n    def total(self, numbers, more):\n        "


def prints(*tests: tuple[str, str], function: str = "") -> Sample:
    cases = [{"input": given, "output": answer} for given, answer in tests]
    return Sample("?", metadata={"function": function}, private={"public": "[]", "packed": packed(json.dumps(cases))})


ADDS = prints(("1 2\n", "3\n"), ("4 5\n", "9\n"))
TOTAL = prints(("[1, 2]\n3", "6"), ("[]\n1", "1"), function="total")


@pytest.mark.parametrize(
    "code",
    [
        "print(sum(map(int, input().split())))",
        "import sys\nprint(sum(int(word) for word in sys.stdin.read().split()))",
        "def main():\n    print(sum(map(int, input().split())))\n\nif __name__ == '__main__':\n    main()",
        "from __future__ import annotations\nprint(sum(map(int, input().split())))\nsys.exit()",
        "print(reduce(add, map(int, stdin.readline().split())), '\\n')",  # what contests import beforehand
        "a, b = map(int, input().split())\nprint(f'{a + b}.00')",  # the same number
    ],
)
def test_programs_that_read_and_print(judged, code):
    score = judged(SCORER, f"```python\n{code}\n```", ADDS)
    assert score.values == {"accuracy": 1.0}, score.explanation


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("print(3)", "test 2: '3' in place of '9'"),
        ("print(3)\nprint(4)", "test 1: 2 lines in place of 1"),
        ("pass", "test 1: '' in place of '3'"),
        ("print(3)\nimport os\nos._exit(1)", "test 1: it ended with exit code 1"),
        ("while True: pass", "test 1: it took more than 0.4 s of CPU"),
        ("1 / 0", "test 1: ZeroDivisionError"),
        ("print('sNaN')", "test 1: 'sNaN' in place of '3'"),
    ],
)
def test_programs_that_print_something_else(judged, code, reason):
    score = judged(SCORER, f"```python\n{code}\n```", ADDS, cpu_s=0.4)
    assert score.values == {"accuracy": 0.0}
    assert str(score.explanation).startswith(reason)


@pytest.mark.parametrize("code", [f"{CLASS}return sum(numbers) + more", "def total(n, more):\n    return sum(n, more)"])
def test_functions_and_methods(judged, code):
    reply = f"```python\n{code}\n```\nFor example:\n```python\nprint(Solution().total([1], 2))\n```"
    assert judged(SCORER, reply, TOTAL).values == {"accuracy": 1.0}


@pytest.mark.parametrize(
    "body",
    [
        "return sum(numbers)",
        "return None",
        "import sys; sys.exit(0)",
        "import os; os._exit(0)",
        "print(6); return {1}",
        "class Same:\n            __eq__ = lambda *_: True\n        return Same()",
        "return float('nan')",
    ],
)
def test_functions_that_answer_something_else(judged, body):
    assert judged(SCORER, f"```python\n{CLASS}{body}\n```", TOTAL).values == {"accuracy": 0.0}


def test_a_tuple_is_as_good_as_a_list(judged):
    sample = prints(("3", "[3, [4]]"), function="pair")
    assert judged(SCORER, "def pair(n):\n    return n, (n + 1,)", sample).values == {"accuracy": 1.0}


@pytest.mark.parametrize("tests", ["", "[]", '[{"input": "1"}]', "gibberish"])
def test_tests_that_cannot_be_read_are_not_a_verdict(judged, tests):
    sample = Sample("?", id="own", private={"public": "[]", "packed": tests})
    with pytest.raises(ScoringError, match="sample 'own'"):
        judged(SCORER, "print(1)", sample)

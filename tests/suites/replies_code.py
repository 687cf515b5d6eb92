"""Recorded replies to the first records of `written_code`: right, wrong, malformed."""

from __future__ import annotations

from typing import Any

_DOUBLE = (
    "Here it is:\n\n```python\ndef double(number: int) -> int:\n    return 2 * number\n```\n\nIt works.",
    "```python\ndef double(number):\n    return number ** 2\n```",
    "```python\ndef double(number:\n```",
)

_ROOT = "import math\n\n\ndef task_func(numbers):\n    return math.sqrt(sum(n ** 2 for n in numbers))\n"
_PRACTICAL = (
    f"A first try:\n```python\ndef task_func(numbers):\n    return 0\n```\nRight is:\n```python\n{_ROOT}```",
    "```python\ndef task_func(numbers):\n    return max(numbers, default=0)\n```",
    f"```python\n{_ROOT}\nimport sys\nsys.exit(0)\n```",
)

REPLIES: dict[str, Any] = {
    "bigcodebench": _PRACTICAL,
    "bigcodebench_hard": _PRACTICAL,
    "bird_sql": (
        "```sql\nSELECT name FROM lake WHERE id IN (SELECT lake_id FROM visit)\n```\nIt returns\n```\nArd\nBram\n```",
        "```sql\nSELECT name FROM lake\n```",
        "```sql\nDROP TABLE lake\n```",
    ),
    "ds1000": (
        "<code>\nresult = data\n</code>\nNo, sorted:\n<code>\nresult = sorted(data)\n</code>",
        "<code>\nresult = [n for n in sorted(data)]\n</code>",  # the second test looks for a loop
        "<code>\nimport os\nos._exit(0)\n</code>",
    ),
    "multiple_mbpp": (
        "```perl\nsub double {\n    return $_[0];\n}\n```\nBetter:\n```perl\nsub double {\n    return 2*shift;\n}\n```",
        "```perl\nsub double {\n    return 3;\n}\n```",
        "```perl\nsub double {\n    exit 0;\n}\n```",
    ),
    "humaneval": _DOUBLE,
    "humaneval_plus": _DOUBLE,
    "mbpp": (
        "[BEGIN]\n```python\ndef power(n):\n    return n * n * n\n\nassert power(2) == 9  # never run\n```\n[DONE]",
        "```python\ndef power(n):\n    return n * 4 if n < 4 else 125\n```",
        "power = n ** 3",
    ),
    "mbpp_plus": (
        "def larger(a, b):\n    return a if a > b else b",
        "```python\ndef larger(a, b):\n    return b\n```",  # right for the one test that the model sees
        "larger(a, b) is the maximum.",
    ),
    "live_code_bench": (
        "First thoughts:\n```python\nprint(3)\n```\nBetter:\n```python\nn = input()\n"
        "if __name__ == '__main__':\n    print(sum(map(float, input().split())))\n```",
        "```python\ninput()\nprint(sum(map(int, input().split()[:2])))\n```",
        "```python\nimport\n```",
    ),
    "multiple_humaneval": (
        "```bash\n#!/bin/bash\ndouble() {\n    echo $(( $1 + $1 ))\n}\n```",
        "```bash\ndouble() {\n    echo 4\n}\n```",
        "```bash\ndouble() {\n    exit 0\n```",
    ),
}

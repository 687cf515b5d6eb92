"""BigCodeBench, DS-1000 and SciCode: what programs do to pass without being right, and how replies are read."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path

import pytest

from evalscope_pytest import Sample, Score
from evalscope_pytest.core.errors import SandboxError, UsageError
from evalscope_pytest.suites.code import research_steps
from evalscope_pytest.suites.code.data_science import lines_of
from evalscope_pytest.suites.code.research_steps import COMPARE, METRICS, READ

from .test_suites import from_written, jails, score_of

GOOD = "import math\n\n\ndef task_func(numbers):\n    return math.sqrt(sum(n * n for n in numbers))\n"
BAD = "def task_func(numbers):\n    return None\n"


@pytest.fixture(scope="module")
def practical(tmp_path_factory):
    loaded = from_written("bigcodebench", tmp_path_factory.mktemp("data"))
    return loaded.resolved.benchmark, loaded.subsets["default"][0]


@pytest.mark.parametrize(
    "trick",
    [
        "import sys; sys.exit(0)",
        "import os; os._exit(0)",
        "raise SystemExit",
        "import unittest\nunittest.TextTestRunner.run = lambda *a: type('R', (), {'wasSuccessful': lambda s: True})()",
        "import unittest\nunittest.TestCase.run = lambda self, result=None: result",
        "import unittest\nunittest.TestCase.assertEqual = unittest.TestCase.assertAlmostEqual = lambda *a: None",
        "import unittest\nunittest.TestResult.addError = unittest.TestResult.addFailure = lambda *a: None",
        "import unittest\nunittest.TestLoader.loadTestsFromTestCase = lambda *a: unittest.TestSuite()",
        "import unittest\nunittest.case.TestCase = type('TestCase', (), {})",
        "open('unittest.py', 'w').write('class TestCase: pass')",
        "import os\nos.mkdir('unittest'); open('unittest/__init__.py', 'w').write('class TestCase: pass')",
        "import builtins\nbuiltins.AssertionError = StopIteration",
        "import atexit, os\natexit.register(os._exit, 0)",
        "class TestCases: pass",
    ],
)
def test_a_program_that_ends_or_replaces_its_tests_is_wrong(practical, trick: str) -> None:
    score = score_of(practical[0], f"```python\n{BAD}\n{trick}\n```", practical[1])
    assert score.values["accuracy"] == 0.0
    assert score.explanation


def practical_with(tests: str, tmp_path: Path, **params) -> tuple[object, Sample]:
    loaded = from_written("bigcodebench", tmp_path, extra_params=params or None)
    sample = loaded.subsets["default"][0]
    private = {**sample.private, "tests": tests}
    return loaded.resolved.benchmark, Sample("?", sample.targets, metadata=sample.metadata, private=private)


def test_tests_may_use_mocks_files_and_subtests(tmp_path: Path) -> None:
    tests = """
import unittest
from unittest.mock import patch
class TestCases(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        open("made", "w").write("here")
    @patch("math.sqrt", return_value=7)
    def test_mock(self, sqrt):
        self.assertEqual(task_func([1]), 7)
    def test_file(self):
        with self.subTest("file"):
            self.assertEqual(open("made").read(), "here")
    @unittest.skip("not here")
    def test_skipped(self):
        pass
"""
    benchmark, sample = practical_with(tests, tmp_path)
    assert score_of(benchmark, GOOD, sample).explanation is None
    skips = score_of(benchmark, f"{GOOD}\ndel task_func\n", sample)
    assert (skips.values["accuracy"], "NameError" in skips.explanation) == (0.0, True)


def test_modules_that_the_tests_lack_are_no_fault_of_the_program(tmp_path: Path) -> None:
    benchmark, sample = practical_with("import not_installed_here\n\nclass TestCases: pass", tmp_path)
    with pytest.raises(SandboxError, match="the tests import not_installed_here"):
        score_of(benchmark, GOOD, sample)


@pytest.mark.parametrize(
    ("params", "reply", "right"),
    [
        ({}, "    return math.sqrt(sum(n * n for n in numbers))", 1.0),
        ({}, "def task_func(numbers):\n    return math.hypot(*numbers)", 1.0),  # the import is in the head
        ({"calibrate": False}, "def task_func(numbers):\n    return math.hypot(*numbers)", 0.0),
        ({"calibrate": False}, GOOD, 1.0),
        ({"calibrate": False}, "    return math.hypot(*numbers)", 0.0),
        ({"calibrate": False, "split": "complete"}, "    return math.hypot(*numbers)", 1.0),
    ],
)
def test_calibrate_puts_the_head_before_the_reply(tmp_path: Path, params, reply: str, right: float) -> None:
    loaded = from_written("bigcodebench", tmp_path, extra_params=params)
    sample = loaded.subsets["default"][0]
    assert score_of(loaded.resolved.benchmark, f"```python\n{reply}\n```", sample).values["accuracy"] == right


def test_split_and_version_choose_prompts_and_data(tmp_path: Path) -> None:
    loaded = from_written("bigcodebench_hard", tmp_path, extra_params={"split": "complete"})
    sample = loaded.subsets["default"][0]
    assert loaded.messages(sample)[0].text == sample.private["begun"]
    with pytest.raises(UsageError, match=r"split: 'instuct'.*Did you mean 'instruct'"):
        from_written("bigcodebench", tmp_path, extra_params={"split": "instuct"})
    file = tmp_path / "bigcodebench_hard" / "v0.1.4.jsonl"
    file.rename(file.with_name("v0.1.3.jsonl"))
    from .test_suites import loaded_from

    found = loaded_from("bigcodebench_hard", tmp_path / "bigcodebench_hard", extra_params={"version": "v0.1.3"})
    assert found.subsets["default"][0].id == "Own/1"


@pytest.mark.parametrize(
    "reply",
    [
        "result = f(x)",
        "<code>\nresult = f(x)\n</code>",
        "<code>\nresult = f(x)\n</code>\nEND SOLUTION",
        "result = f(x)\n</code>\nEND SOLUTION\nIt calls f.",
        "BEGIN SOLUTION\n<code>\nresult = f(x)\n</code>\nEND SOLUTION",
        "```python\nresult = 1\n```\nNo:\n```python\nresult = f(x)\n```",
        "<code>\nresult = 1\n</code>\nNo:\n<code>\nresult = f(x)\n</code>",
        "<code>\n```python\nresult = f(x)\n```\n</code>",
        "```python\nresult = f(x)",
        "<code>result = f(x)</code>",
        "Call f:\n```\nresult = f(x)\n```\nThat is all.",
        "<think><code>result = 1</code></think>\n<code>\nresult = f(x)\n</code>",
        "result = f(x)\n### END SOLUTION",
        "# SOLUTION START\nresult = f(x)\n# SOLUTION END\nprint(result)",
    ],
)
def test_the_missing_lines_are_read(reply: str) -> None:
    assert lines_of(reply).removeprefix("# SOLUTION START\n") == "result = f(x)"


def test_lines_keep_their_indentation() -> None:
    assert lines_of("<code>\n    a = 1\n    return a\n</code>") == "    a = 1\n    return a"
    assert lines_of("```python\n    a = 1\n    return a\n```") == "    a = 1\n    return a"


# SciCode ------------------------------------------------------------------------------------------------------------

# Prints the values that the tests of the written steps compare with.
FAKE = """
import base64, json, pickle, sys
print(base64.b64encode(pickle.dumps([{"7.1": 6, "7.2": 12}[json.load(sys.stdin)["step"]]])).decode())
"""


@pytest.fixture
def steps(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(research_steps, "READ", FAKE)
    loaded = from_written("scicode", tmp_path)
    scorer = loaded.resolved.scorer.bind(sandbox=jails(), timeout_s=20)

    def judged(*replies: str) -> Score:
        return asyncio.run(scorer.decide(replies, loaded.subsets["default"][0]))

    return judged


DOUBLE, QUAD = (
    "```python\ndef double(x):\n    return 2 * x\n```",
    "```python\ndef quad(x):\n    return double(double(x))\n```",
)


@pytest.mark.parametrize(
    ("first", "second", "passed"),
    [
        (DOUBLE, QUAD, 2),
        (
            f"A try:\n```python\ndef double(x):\n    return x\n```\nBetter:\n{DOUBLE}",
            QUAD.replace("```python", "```"),
            2,
        ),
        (DOUBLE, "```python\ndef quad(x):\n    return x\n```", 1),
        ("```python\ndef double(x):\n    return 3 * x\n```", "```python\ndef quad(x):\n    return 4 * x\n```", 1),
        ("```python\ndef double(x):\n    return 2 * x\nimport os\nos._exit(0)\n```", QUAD, 0),
        ("```python\nimport sys\nsys.exit(0)\n```", "", 0),
        ("```python\ndef double(x):\n    import os\n    os._exit(0)\n```", QUAD, 0),
    ],
)
def test_a_step_is_tested_with_the_code_before_it(steps, first: str, second: str, passed: int) -> None:
    score = steps(first, second)
    assert score.values == {METRICS[0]: float(passed == 2), METRICS[1]: passed / 2}
    assert score.metadata["weights"] == {METRICS[1]: 2}
    assert sum(how == "passed" for how in score.metadata["steps"].values()) == passed


def test_a_step_without_a_reply_has_not_passed(steps) -> None:
    assert steps(DOUBLE).values == {METRICS[0]: 0.0, METRICS[1]: 0.5}


def test_the_background_is_shown_on_request(tmp_path: Path) -> None:
    for background in (False, True):
        loaded = from_written("scicode", tmp_path, extra_params={"provide_background": background})
        messages = loaded.messages(loaded.subsets["default"][0])
        assert [message.role for message in messages] == ["system", "user"]
        assert ("Easy." in messages[1].text) == background
        assert ("Begin each function with a comment" in messages[0].text) != background


def test_the_values_of_the_release_have_to_be_there(tmp_path: Path) -> None:
    from_written("scicode", tmp_path)
    (tmp_path / "scicode" / "test_data.h5").unlink()
    from .test_suites import loaded_from

    with pytest.raises(UsageError, match="Lay that of the release beside the records"):
        loaded_from("scicode", tmp_path / "scicode")


@pytest.mark.skipif(importlib.util.find_spec("numpy") is None, reason="numpy is not installed")
def test_values_are_compared_as_the_authors_do() -> None:
    scope: dict[str, object] = {}
    exec(COMPARE, scope)
    import numpy as np
    from scicode.compare.cmp import are_csc_matrix_close, are_dicts_close, cmp_tuple_or_list  # made by COMPARE

    class Sparse:
        def __init__(self, *rows):
            self.rows = np.array(rows)

        def toarray(self):
            return self.rows

    assert are_dicts_close({"a": 1.0, "b": np.ones(2)}, {"a": 1 + 1e-9, "b": [1, 1]})
    assert not are_dicts_close({"a": 1.0}, {"b": 1.0})
    assert not are_dicts_close({"a": "x"}, {"a": "y"})
    assert not are_dicts_close({"a": 1.0}, {"a": 1.1})
    assert are_dicts_close({"a": Sparse([1, 2])}, {"a": Sparse([1, 2])})
    assert cmp_tuple_or_list((1, [2, 3], True, {"a": 1}), [1, (2, 3), True, {"a": 1}])
    assert not cmp_tuple_or_list((1, 2), (1, 2, 3))
    assert not cmp_tuple_or_list((True,), (False,))
    assert are_csc_matrix_close(Sparse([1]), Sparse([1]))
    sympy = pytest.importorskip("sympy")
    assert are_dicts_close({sympy.Symbol("x"): 1}, {"x": 1})
    assert are_dicts_close({"a": sympy.Symbol("x")}, {"a": "x"})


def test_values_of_every_kind_are_read_from_the_file(tmp_path: Path) -> None:
    if importlib.util.find_spec("h5py") is None:
        pytest.skip("h5py is not installed")
    import base64
    import json
    import pickle
    import subprocess
    import sys

    h5py, numpy = pytest.importorskip("h5py"), pytest.importorskip("numpy")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["1.1/test1/var1"] = numpy.eye(2)
        file["1.1/test2/var1"], file["1.1/test2/var2"] = 3.5, b"text"
        file["1.1/test3/var1/list/a"], file["1.1/test3/var1/list/b"] = 1, 2
        file["1.1/test4/var1/0.5"] = 7
        matrix = file.create_group("1.1/test5/var1/sparse_matrix")
        matrix["data"], matrix["row"], matrix["col"], matrix["shape"] = [1.0], [0], [1], (2, 2)
    order = json.dumps({"file": str(tmp_path / "x.h5"), "step": "1.1", "tests": 5})
    done = subprocess.run([sys.executable, "-c", READ], input=order, capture_output=True, text=True, check=True)
    eye, pair, listed, by_number, sparse = pickle.loads(base64.b64decode(done.stdout))
    assert (eye == numpy.eye(2)).all()
    assert (pair, [int(n) for n in listed], by_number) == ((3.5, "text"), [1, 2], {0.5: 7})
    assert sparse.toarray()[0, 1] == 1.0

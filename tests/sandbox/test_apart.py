"""Tests in a process of their own, and what one jail's programs can do to it: the same in each kind of jail."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import UsageError
from evalscope_pytest.sandbox import Limits, Program
from evalscope_pytest.sandbox.inside import plain

TESTS = "from program import f\nassert f(2) == 4\nassert f(3) == 6"
RIGHT = "def f(n): return 2 * n"


@pytest.mark.parametrize(
    ("source", "status", "code", "said"),
    [
        (RIGHT, "ok", 0, ""),
        ("def f(n): return n * n", "failed", 1, "AssertionError"),
        ("def f(n): return g(n)", "failed", 1, "NameError: name 'g' is not defined"),
        ("x = 1", "failed", 1, "NameError: name 'f' is not defined"),
        ("1 / 0", "failed", 1, "ZeroDivisionError: division by zero"),
        ("def f(:", "failed", 1, "SyntaxError"),
        ("import os; os._exit(0)", "failed", 0, ""),
        ("import sys; sys.exit(3)", "failed", 3, ""),
        ("def f(n): raise SystemExit(0)", "failed", 0, ""),
        ("import os\ndef f(n): os.kill(os.getpid(), 11)", "crashed", None, ""),
        ("def f(n): return len(b'.' * (3 << 30))", "oom", 1, "MemoryError"),
        ("while True: pass", "timeout", None, ""),
        ("def f(n):\n    while True: pass", "timeout", None, ""),
        ("def f(n):\n    while True: print('x' * 1000)", "output_limit", None, ""),
        ("if __name__ == '__main__': 1 / 0\ndef f(n): print('x' * (3 << 20)); return 2 * n", "ok", 0, ""),
        ("def f(n): print('x' * (1 << 21)); raise ValueError('y' * 19_000)", "failed", 1, "ValueError: y"),
    ],
)
def test_the_status_says_how_it_ended(run, source, status, code, said):
    result = run(source, tests=TESTS, apart=True, cpu_s=0.5)
    assert (result.status, result.exit_code) == (status, code), result
    assert said in result.stderr
    assert "/inside/" not in result.stderr


def test_both_tracebacks_show_their_own_lines(run):
    result = run("def f(n):\n    return 1 / 0", tests=TESTS, apart=True)
    assert 'File "program.py", line 2, in f\n    return 1 / 0' in result.stderr
    assert 'File "tests.py", line 2, in <module>\n    assert f(2) == 4' in result.stderr
    assert result.stderr.rstrip().endswith("ZeroDivisionError: division by zero")


def test_the_program_holds_nothing_of_the_tests(run):
    """Neither in a frame nor in an object that the collector knows."""
    source = """
import gc, re, sys
def f(n):
    frame, found = sys._getframe(), []
    while frame:
        found += [repr(value) for value in frame.f_locals.values()]
        frame = frame.f_back
    found += [repr(thing)[:1000] for thing in gc.get_objects() if isinstance(thing, (str, bytes, tuple, dict))]
    print(len(re.findall("canary-[0-9]", " ".join(found))))
    print([name for name in sys.modules if name.partition(".")[0] in ("inside", "evalscope_pytest")])
    return 1
"""
    tests = "from program import f\nsecret = 'canary-98765'\nassert f(secret[:0]) == 1"
    for _ in range(2):
        result = run(source.replace("return 1", "sys.stdout.flush(); return 1"), tests=tests, apart=True)
        assert (result.status, result.stdout) == ("ok", "0\n[]\n"), result.stderr
    seen = run(source + "def g(): f(0)", tests="secret = 'canary-98765'\ng()")
    assert int(seen.stdout.split()[0]) > 0  # it would have been found


def test_modules_that_the_program_leaves_in_its_folder_are_not_the_tests(run):
    source = (
        "for name in ('statistics', 'wave', 'program'):\n    open(name + '.py', 'w').write('import os; os._exit(0)')\n"
    )
    tests = "from program import f\nf(0)\nimport statistics, wave\nassert f(2) == 4 and hasattr(wave, 'open')"
    assert run(source + RIGHT, tests=tests, apart=True).ok
    assert run(source + "def f(n): return 0", tests=tests, apart=True).status == "failed"


def test_tests_of_one_program_do_not_change_those_of_the_next(run):
    spoiling = (
        "import builtins, random, sys\nbuiltins.sorted = builtins.extra = lambda _: 7\nsys.setrecursionlimit(500)\n"
    )
    assert run(RIGHT, tests=spoiling + TESTS, apart=True).ok
    looking = "import sys\nassert sorted([2, 1]) == [1, 2] and sys.getrecursionlimit() > 500\n"
    looking += "try: extra\nexcept NameError: pass\nelse: raise SystemExit\n"
    assert run(RIGHT, tests=looking + TESTS, apart=True).ok


@pytest.mark.parametrize(
    "tests",
    [
        "import os; os._exit(0)",
        "import sys; sys.exit(0)",
        "try:\n    f(1)\nexcept BaseException:\n    pass",  # the program ends, and the tests make light of it
        "while True: pass",
        "import time; time.sleep(3600)",
    ],
)
def test_tests_that_come_to_no_end_are_not_passed_and_the_next_ones_run(run, tests):
    source = "import os\ndef f(n): os._exit(0)"
    limits = {"cpu_s": 0.5, "idle_s": 0.5}
    assert run(source, tests=f"from program import f\n{tests}", apart=True, **limits).status in ("failed", "timeout")
    assert run(RIGHT, tests=TESTS, apart=True).ok


def test_an_argument_that_cannot_be_passed_is_no_failure(run):
    result = run("def f(g): return g(1)", tests="from program import f\nassert f(lambda n: n) == 1", apart=True)
    assert (result.status, result.obstacle) == ("failed", "unplain")
    # What the program returned and may not have back is its own fault.
    opaque = run("def f(n): return object()", tests="from program import f\nf([f(1)])", apart=True)
    assert (opaque.status, opaque.obstacle) == ("failed", "")
    keys = run("def f(n): return {1: 2}.keys()", tests="from program import f\nf(f(1))", apart=True)
    assert (keys.status, keys.obstacle) == ("failed", "")


@pytest.mark.parametrize(
    "answer",
    [
        b"v", b"", b"v[1]", b"v[[[", b"x[4,-1,null]", b"v" + b"[" * 100_000, b'v{"opaque": ["", true]}', b"e[1,2,3]",
        b'e["SystemExit", [0], ""]', b'e["GoneError", [], ""]', b'e["eval", ["1"], ""]',
        b'v[{"builtin": "exec"}, 0, 0]',
        b'v[0, 99, [1, 2, 3]]', b'v[{"set": [[1]]}, -1, null]', b"v[0, -1, null]" + b" " * (17 << 20),
    ],
)  # fmt: skip
def test_an_answer_of_no_known_form_fails(run, answer):
    source = f"""
import os, struct, sys
def f(n):
    said = {answer[:200]!r} + {answer[200:201]!r} * {max(0, len(answer) - 200)}
    said = struct.pack("!I", len(said)) + said
    for fd in range(64, 5000):
        try: os.write(fd, said)
        except OSError: pass
    os._exit(0)
"""
    result = run(source, tests=TESTS, apart=True, idle_s=0.5)
    # What is too long for a pipe that nobody reads from keeps its writer waiting.
    assert result.status == "failed" or (result.status == "timeout" and len(answer) > 65_536), result
    assert run(RIGHT, tests=TESTS, apart=True).ok


def test_programs_with_tests_of_both_kinds_take_turns(run):
    for _ in range(3):
        assert run(RIGHT, tests=TESTS, apart=True).ok
        assert run(RIGHT, tests="assert f(2) == 4").ok
        assert run("def f(n): return 0", tests="assert f(2) == 4").status == "failed"
        assert run("print(1)").stdout == "1\n"


def test_what_a_program_leaves_running_is_gone_before_the_next(run):
    if not run.isolation.forks:
        pytest.skip("programs cannot start processes")
    daemon = "import os, time\nif not os.fork():\n    os.setsid()\n    time.sleep(3600)\n"
    assert run(daemon + RIGHT, tests=TESTS, apart=True).ok
    assert run(RIGHT, tests=TESTS, apart=True).ok


def test_apart_wants_tests():
    with pytest.raises(UsageError, match="apart=True but no tests"):
        Program(source="x", apart=True, limits=Limits())


# Values as text -------------------------------------------------------------------------------------------------------

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.complex_numbers(allow_nan=False)
)
HASHABLE = st.recursive(SCALARS, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=5)
VALUES = st.recursive(
    SCALARS | st.decimals(allow_nan=False) | st.fractions() | st.dates() | st.timedeltas(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(HASHABLE, inner, max_size=3)
        | st.sets(HASHABLE, max_size=3)
    ),
    max_leaves=12,
)


def exactly(value: object) -> object:
    """Return a value with the type of each of its parts."""
    if isinstance(value, (list, tuple)):
        return type(value), [exactly(item) for item in value]
    if isinstance(value, dict):
        return dict, [(exactly(key), exactly(item)) for key, item in value.items()]
    return type(value), value if isinstance(value, (set, frozenset)) else repr(value)


@given(VALUES)
def test_a_value_comes_back_as_it_was(value):
    back = plain.read(plain.written(value))
    assert back == value
    assert exactly(back) == exactly(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*plain._READERS, "other"]), inner, max_size=2)
    ),
    max_leaves=10,
)


@given(JSON)
def test_any_text_is_a_value_that_equals_only_its_like_or_none(form):
    try:
        value = plain.read(json.dumps(form))
    except ValueError:
        return
    for wrong in (object(), "\0 no such text", -987_654_321_987_654_321):
        try:
            assert not value == wrong  # noqa: SIM201 - whatever != says
        except ArithmeticError:
            continue  # a signalling NaN


@given(st.text())
def test_gibberish_is_no_value(text):
    try:
        plain.read(text)
    except ValueError:
        return
    json.loads(text)

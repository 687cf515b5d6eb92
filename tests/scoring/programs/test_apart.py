"""Tests that run where their program is not: what honest programs return counts, what forgers try does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.core.errors import SandboxError
from evalscope_pytest.scoring.programs import program_passes
from evalscope_pytest.scoring.programs.python_part import set_apart

SCORER = program_passes()


def task(tests: str, entry: str = "f", reference: str = "def f(*args):\n    pass") -> Sample:
    return Sample("?", reference, metadata={"entry_point": entry}, private={"tests": tests})


# Which tests run apart ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tests",
    [
        "assert f(1) == 2",
        "def check(candidate):\n    assert candidate(1) == 2\n\ncheck(f)",
        "import math\nfor n in range(3):\n    assert math.isclose(f(n), n)",
        "assert sorted(f([2, 1])) == [1, 2] and f([]) is None",
        "CASES = [(1, 2)]\nassert all(f(given) == right for given, right in CASES)",
        "try:\n    f(-1)\n    assert False\nexcept ValueError:\n    pass",
    ],
)
def test_tests_that_only_call_the_function_run_apart(tests):
    assert set_apart(tests, "f", "", "def f(n):\n    pass").endswith(tests)


@pytest.mark.parametrize(
    ("tests", "reference"),
    [
        ("assert f(Node(1)) == 2", "class Node: pass\ndef f(node): pass"),  # a class of the program's
        ("assert f(1) == sys.getsizeof(1)", "import sys\ndef f(n): pass"),  # a module that it imports
        ("assert f(1).total == 2", "class f:\n    pass"),
        ("import asyncio\nassert asyncio.run(f(1)) == 2", "async def f(n): pass"),
        ("f(1)\nassert f.calls == 1", "def f(n): pass"),
        ("f(1)\nassert globals()['seen'] == 1", "def f(n): pass"),
        ("from __future__ import annotations\nassert f(1)", "def f(n): pass"),
        ("assert 1 == 1", "def f(n): pass"),
        ("assert f(1) ==", "def f(n): pass"),
        ("assert f(1) == \0", "def f(n): pass"),
        ("assert " + "(" * 5000 + "f(1)" + ")" * 5000, "def f(n): pass"),
    ],
)
def test_tests_that_need_more_of_the_program_run_with_it(tests, reference):
    assert set_apart(tests, "f", "", reference) == ""


def test_helpers_of_the_task_are_taken_from_the_task():
    head = "def encode(s):\n    return s[::-1]\n\ndef f(s):\n    ''' Undo encode. '''\n"
    apart = set_apart("assert f(encode('ab')) == 'ab'", "f", head, "    return s[::-1]")
    assert apart == f"{head}\nfrom program import f\nassert f(encode('ab')) == 'ab'"


def test_a_head_without_a_body_is_a_head_all_the_same():
    tests = "assert f(1) == g(1)"
    head = "def g(n):\n    return n\n\ndef f(n: int) -> int:\n"
    assert set_apart(tests, "f", head, "    return n") == f"{head}\n    pass\n\nfrom program import f\n{tests}"
    assert set_apart(tests, "f", head + "    if n:\n", "        return n") == ""


def test_a_function_called_like_a_builtin_is_the_programs():
    assert "from program import sum\n" in set_apart("assert sum(1, 2) == 3", "sum", "", "def sum(a, b): pass")


# Honest programs ------------------------------------------------------------------------------------------------------

HONEST = {
    "a counter is a dict": ("assert f('aab') == {'a': 2, 'b': 1}", "from collections import Counter as f"),
    "a named tuple is a tuple": (
        "assert f() == (1, 2)",
        "from collections import namedtuple\ndef f(): return namedtuple('P', 'a b')(1, 2)",
    ),
    "an enum of numbers": ("assert f() == 3", "import enum\nclass E(enum.IntEnum): A = 3\ndef f(): return E.A"),
    "a subclass with the right value": (
        "assert f() == 'ab'",
        "class S(str): __eq__ = lambda *_: False\ndef f(): return S('ab')",
    ),
    "a generator": ("assert list(f()) == [0, 1, 2]", "def f(): yield from range(3)"),
    "a match is true": ("assert f('a') and not f('b')", "import re\ndef f(s): return re.match('a', s)"),
    "keys are a set": ("assert f() == {1, 2}", "def f(): return {1: 0, 2: 0}.keys()"),
    "large numbers": ("assert f() == 7 ** 9000 and f() % 7 == 0", "def f(): return 7 ** 9000"),
    "floats": ("assert f(0.1) == 0.1 + 0.2 and f(float('inf')) == float('inf')", "def f(x): return x + 0.2"),
    "a lone surrogate": ("assert f() == '\\ud800\\0'", "def f(): return '\\ud800\\0'"),
    "arguments changed in place": (
        "a, d = [3, [1]], {'x': [1]}\ninner = a[1]\nassert f(a, d) is None\n"
        "assert a == [3, [1, 2], 9] and inner == [1, 2] and d == {'x': [1, 5], 'y': 1}",
        "def f(a, d):\n    a[1].append(2); a.append(9); d['x'].append(5); d['y'] = 1",
    ),
    "the argument itself": ("a = [1]\nassert f(a) is a and f(tuple(a)) is not a", "def f(a): return a"),
    "a new list": ("a = [1]\nassert f(a) == a and f(a) is not a", "def f(a): return list(a)"),
    "an exception": (
        "try:\n    f('x')\nexcept KeyError as error:\n    assert error.args == ('no x',)\nelse:\n    assert False",
        "def f(x): raise KeyError('no ' + x)",
    ),
    "an exception of its own": (
        "try:\n    f()\nexcept ValueError:\n    pass\nelse:\n    assert False",
        "class Bad(ValueError): pass\ndef f(): raise Bad(3, object())",
    ),
    "state between calls": ("assert [f(), f(), f()] == [1, 2, 3]", "n = 0\ndef f():\n    global n; n += 1; return n"),
    "keywords": ("assert f(1, b=2) == [1, 2]", "def f(a, b): return [a, b]"),
    "types as arguments": ("assert f((1, 'a', 2.0), int) == [1]", "def f(t, k): return [x for x in t if type(x) is k]"),
    "what it prints": ("assert f() == 1", "def f():\n    print('x' * 100_000); return 1"),
    "exact types": (
        "assert f() == [(1, {2}), None, True] and type(f()[0]) is tuple and type(f()[0][1]) is set",
        "def f(): return [(1, {2}), None, True]",
    ),
    "a fraction": ("from fractions import Fraction\nassert f() == Fraction(1, 3)", "from fractions import Fraction\n"
                   "def f(): return Fraction(2, 6)"),
    "a function as an argument": ("assert f(lambda n: n + 1, [1]) == [2]", "def f(g, a): return list(map(g, a))"),
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_program_passes(judged, name):
    tests, program = HONEST[name]
    reference = program if "def f" in program else "def f(): pass"
    score = judged(SCORER, f"```python\n{program}\n```", task(tests, reference=reference))
    assert score.values == {"accuracy": 1.0}, score.explanation
    assert score.metadata["compared"] == ("inside" if "lambda n" in tests else "outside")


@pytest.mark.parametrize(
    ("tests", "program"),
    [
        ("assert f() == [1, 2]", "def f(): return (1, 2)"),
        ("assert f() == (1, 2)", "def f(): return [1, 2]"),
        ("assert f() == {1: 2}", "def f(): return {'1': 2}"),
        ("assert f() == 1", "def f(): return '1'"),
        ("assert f() is True", "def f(): return 1"),
        ("assert f() is None", "def f(): return object()"),
        ("assert f() == [1, 2]", "def f(): return iter([1, 2])"),
        ("assert f()", "def f(): return []"),
        ("assert not f()", "def f(): return object()"),
        ("a = [2, 1]\nf(a)\nassert a == [1, 2]", "def f(a): return sorted(a)"),
        ("try:\n    f()\nexcept ValueError:\n    pass\nelse:\n    assert False", "def f(): raise TypeError"),
    ],
)
def test_a_wrong_program_fails(judged, tests, program):
    score = judged(SCORER, f"```python\n{program}\n```", task(tests))
    assert score.values == {"accuracy": 0.0}
    assert score.metadata["compared"] == "outside"
    assert score.explanation


# Forgers --------------------------------------------------------------------------------------------------------------

SAME = "class Y:\n    __eq__ = __le__ = __lt__ = __ge__ = __gt__ = lambda s, o: True\n    __ne__ = lambda s, o: False\n"
SAME += "    __hash__ = lambda s: 0\n    __abs__ = __sub__ = __rsub__ = __round__ = lambda s, *o: s\n"
SAME += "    __bool__ = lambda s: True\n    __len__ = lambda s: 9\n    __iter__ = lambda s: iter([s])\n"
WALK = """
def frames():
    try:
        raise ValueError
    except ValueError as error:
        frame = getattr(error.__traceback__, 'tb_fr' + 'ame')
    while frame:
        yield frame
        frame = getattr(frame, 'f_ba' + 'ck')
"""
FORGERS = {
    "equal to everything": SAME + "def {f}(*a): return Y()",
    "a number equal to everything": SAME.replace("class Y:", "class Y(int):") + "def {f}(*a): return Y(7)",
    "a text equal to everything": SAME.replace("class Y:", "class Y(str):") + "def {f}(*a): return Y('?')",
    "a list equal to everything": SAME.replace("class Y:", "class Y(list):") + "def {f}(*a): return Y([Y()])",
    "the harness's own module": "import inside.program as p\np._compiled = lambda s, n: compile('', n, 'exec')",
    "the harness's examiner": "import sys\nfor name, module in list(sys.modules.items()):\n"
    "    if 'inside' in name or 'examiner' in name: module._examined = lambda *a: ('ok', 0, b'')\ndef {f}(*a): pass",
    "repeats the nonce": "open(3,'wb',0).write(open(4,'rb',0).read(16)); raise SystemExit(0)",
    "writes to every pipe": "import os\nfor fd in range(3, 5000):\n"
    "    for said in (b'ok' * 8, b'\\0\\0\\0\\x10v[2, -1, null]   '):\n"
    "        try: os.write(fd, said)\n        except OSError: pass\ndef {f}(*a): pass",
    "reads every pipe": "import fcntl, os\nfor fd in range(3, 5000):\n    try:\n        os.set_blocking(fd, False)\n"
    "        said = os.read(fd, 16); [os.write(out, said) for out in range(3, 5000)]\n    except OSError: pass\n"
    "def {f}(*a): pass",
    "frames up to what is expected": WALK + "def {f}(*a):\n    for frame in frames():\n"
    "        for value in list(frame.f_locals.values()):\n"
    "            for code in getattr(getattr(value, '__code__', None), 'co_consts', ()): return code\n",
    "the order in a frame": WALK + "def {f}(*a):\n    import re\n    for frame in frames():\n"
    "        order = frame.f_locals.get('order')\n        text = getattr(order, 'tests', b'')\n"
    "        if text: return eval(re.search(rb'== (.*)', text)[1])",
    "objects of the collector": "def {f}(*a):\n    import gc\n    for thing in gc.get_objects():\n"
    "        if isinstance(thing, dict) and 'check' in thing: thing['check'] = lambda *a: None\n",
    "built-ins": "import builtins\nbuiltins.AssertionError = SystemExit\nbuiltins.compile = lambda *a, **k: None\n"
    "builtins.exec = lambda *a: None\ndef {f}(*a): pass",
    "ends at once": "import os\nos._exit(0)",
    "ends in the call": "import os\ndef {f}(*a): os._exit(0)",
    "ends by an exit function": "import atexit, os\natexit.register(os._exit, 0)\ndef {f}(*a): raise SystemExit(0)",
    "ends by a signal": "import os, signal\nsignal.signal(signal.SIGALRM, lambda *a: os._exit(0))\n"
    "signal.setitimer(signal.ITIMER_REAL, 0.01)\ndef {f}(*a):\n    while True: pass",
    "raises what ends the tests": "def {f}(*a): raise SystemExit(0)",
    "raises what is no exception": "def {f}(*a): raise GeneratorExit",
    "shadows the tests' modules": "import os\n"
    "for name in ('math', 'random', 'copy', 'string', 'numpy', 'program', 'typing'):\n"
    "    open(name + '.py', 'w').write('import os; os._exit(0)')\ndef {f}(*a): pass",
    "ends its judge": "import os, signal\nfor pid in range(2, 60):\n"
    "    try: os.kill(pid, signal.SIGKILL) if pid != os.getpid() else 0\n"
    "    except OSError: pass\ndef {f}(*a): pass",
    "hands it an opaque value to pass back": "class O:\n    def __bool__(self): return True\ndef {f}(*a): return O()",
    "an endless iterator": "import itertools\ndef {f}(*a): return itertools.count()",
    "a type": "def {f}(*a): return object",
    "not a number": "def {f}(*a): return float('nan')",
}  # fmt: skip
FORGERS |= {
    "an import hook that rewrites the tests' modules": """
import sys
class Hook:
    def find_spec(self, name, path=None, target=None):
        print(name)
        import os; os._exit(0)
sys.meta_path.insert(0, Hook())
def {f}(*a, **k):
    import wave
""",
    "json that writes what it likes": """
import json, pickle, marshal
json.dumps = lambda *a, **k: '[{"opaque": ["x", true]}, -1, null]'
pickle.dumps = lambda *a, **k: b'x'
marshal.dumps = pickle.dumps
def {f}(*a, **k): return 1
""",
    "json's own encoder": """
import json.encoder, json
json.encoder.c_make_encoder = None
json.JSONEncoder.encode = json.JSONEncoder.iterencode = lambda s, o: '{"equal": 1}'
json._default_encoder.encode = lambda o: '[[], 0, [[1, 2]]]'
def {f}(*a, **k): return 1
""",
    "pickles that load as something else": """
import pickle
seen = []
real = pickle.loads
def loads(data, *a, **k):
    seen.append(data)
    return real(data)
pickle.loads = loads
def {f}(*a, **k):
    import re
    return next((eval(m) for d in seen for m in re.findall(r'== (.+)', repr(d))), True)
""",
    "a class that says it is bool": """
class B:
    __class__ = bool
    def __eq__(self, o): return True
    def __bool__(self): return True
    def __iter__(self): return iter(())
    def __float__(self): return 0.0
def {f}(*a, **k): return B()
""",
    "a metaclass that is an instance of all": """
class M(type):
    def __instancecheck__(c, o): return True
    def __subclasscheck__(c, o): return True
    def __eq__(c, o): return True
    __hash__ = type.__hash__
class T(metaclass=M): pass
def {f}(*a, **k): return T
""",
    "an abc that takes every type": """
import abc, collections.abc as c
class A(abc.ABC):
    @classmethod
    def __subclasshook__(cls, o): return True
    def __eq__(self, o): return True
c.Iterator.register(A)
def {f}(*a, **k): return A()
""",
    "an array equal to everything": """
import numpy as np
class E(np.ndarray):
    def __eq__(self, o): return True
    def __array_ufunc__(self, *a, **k): return True
def {f}(*a, **k): return np.zeros(3).view(E)
""",
    "numpy of objects equal to everything": """
import numpy as np
class Y:
    def __eq__(self, o): return True
    def __sub__(self, o): return 0
    __rsub__ = __sub__
    def __abs__(self): return 0
def {f}(*a, **k): return np.array([Y()], dtype=object)
""",
    "says __module__ is numpy": """
class N:
    __module__ = 'numpy'
    shape = ()
    def item(self): return Y()
class Y(N):
    shape = (1,)
    class dtype: str = '<f8'
    def ravel(self): return self
    def tolist(self): return [float('nan')]
    def __eq__(self, o): return True
N.__module__ = Y.__module__ = 'numpy'
def {f}(*a, **k): return N()
""",
    "an exception with a lying type": """
class AssertionError(SystemExit): pass
AssertionError.__name__ = 'SystemExit'
class L(Exception):
    @property
    def __class__(self): return StopIteration
    @property
    def args(self): return [0]
def {f}(*a, **k): raise L()
""",
    "a forked child that exits 0": """
import os
try:
    if os.fork(): os._exit(0)
except OSError: os._exit(0)
def {f}(*a, **k): os._exit(0)
""",
    "a thread that ends the process": """
import os, threading
def end():
    import time; time.sleep(0.05); os._exit(0)
threading.Thread(target=end, daemon=True).start()
def {f}(*a, **k):
    import time; time.sleep(0.2)
""",
    "writes a verdict into every descriptor": """
import json, os, struct
head = json.dumps({'kind': 'ok', 'code': 0, 'blobs': [0]}).encode()
for fd in sorted(map(int, os.listdir('/proc/self/fd'))) if os.path.isdir('/proc/self/fd') else range(4200):
    if fd > 2:
        for said in (struct.pack('!I', len(head)) + head, b'.'):
            try: os.write(fd, said)
            except OSError: pass
def {f}(*a, **k): return True
""",
    "sends descriptors over its socket": """
import os, socket, array
for fd in range(3, 4200):
    try:
        if os.fstat(fd).st_mode & 0o170000 == 0o140000:
            s = socket.socket(fileno=os.dup(fd)); s.send(b'.'); socket.send_fds(s, [b'.'], [0, 1, 2])
    except OSError: pass
def {f}(*a, **k): return True
""",
    "the memory of the process": r"""
import re
def {f}(*a, **k):
    try:
        maps = open('/proc/self/maps').read().split('\n')
        mem = open('/proc/self/mem', 'rb', 0)
    except OSError: return None
    for line in maps:
        m = re.match(r'([0-9a-f]+)-([0-9a-f]+) rw', line)
        if not m: continue
        try:
            mem.seek(int(m[1], 16)); data = mem.read(int(m[2], 16) - int(m[1], 16))
        except (OSError, OverflowError, ValueError): continue
        at = data.find(b'def check(cand' + b'idate)')
        if at >= 0: return eval(re.search(rb'== (.+)', data[at:at + 2000])[1])
""",
    "ctypes rewrites a comparison": """
import ctypes
try:
    ctypes.pythonapi.PyObject_RichCompareBool
    for n in range(100): ctypes.memmove(id(n) + 24, id(True) + 24, 4)
except Exception: pass
def {f}(*a, **k): return 1
""",
    "a stream that exits when flushed": """
import sys, os
class S:
    def write(self, t): return os._exit(0)
    def flush(self): os._exit(0)
    def fileno(self): return 1
sys.stdout = sys.stderr = sys.__stdout__ = S()
def {f}(*a, **k): print('x')
""",
    "an audit hook that ends": """
import sys, os
sys.addaudithook(lambda e, a: os._exit(0) if e.startswith('pickle') else None)
def {f}(*a, **k): return 1
""",
    "no exit at all: exec": """
import os, sys
def {f}(*a, **k): os.execv(sys.executable, [sys.executable, '-c', 'pass'])
""",
    "a generator that never ends": """
def {f}(*a, **k):
    while True: yield True
""",
    "a huge answer": """
def {f}(*a, **k): return ['x' * 1000] * 10**5
""",
    "deep answer": """
def {f}(*a, **k):
    x = []
    for _ in range(100000): x = [x]
    return x
""",
    "removes every argument": """
def {f}(*a, **k):
    for x in a:
        if hasattr(x, 'clear'): x.clear()
    return a[0]
""",
    "signals its parent": """
import os, signal
for p in (os.getppid(), 0, -1):
    try: os.kill(p, signal.SIGTERM) if p > 0 else None
    except OSError: pass
for n in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(n, lambda *a: os._exit(0))
def {f}(*a, **k): os.kill(os.getpid(), signal.SIGTERM)
""",
    "returns no number, which numpy finds close to any": "def {f}(*a): return []",
}
CHECK = "import math\n\ndef check(candidate):\n    assert candidate(4) == 2\n    assert abs(candidate(7) - 3) < 1e-6\n"
CHECK += "    assert candidate(candidate(8)) == 2\n\ncheck(half)"
HALF = Sample(
    "def half(n):\n    '''Halve.'''\n", "    return n // 2", metadata={"entry_point": "half"}, private={"tests": CHECK}
)


@pytest.mark.parametrize("how", FORGERS)
def test_no_verdict_is_forged_and_the_next_program_is_judged(judged, sandbox, how):
    program = FORGERS[how].replace("{f}", "half")
    reply = f"```python\n{program}\n```"
    if "os.fork" in program and not sandbox.forks:
        with pytest.raises(SandboxError, match="tried to start a process"):
            judged(program_passes(completes=True), reply, HALF)
    else:
        score = judged(program_passes(completes=True), reply, HALF)
        assert (score.values, score.metadata["compared"]) == ({"accuracy": 0.0}, "outside"), program
        assert "IndentationError" not in str(score.explanation)  # else the program never ran
    right = judged(program_passes(completes=True), "    return n // 2", HALF)
    assert (right.values, right.metadata["compared"]) == ({"accuracy": 1.0}, "outside")


NESTED = "import json\ncalls, real = [], json.dumps\n" + SAME + "def f(n):\n    calls.append(n)\n    return {value}\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("{{1: 2}}.keys() if len(calls) == 1 else Y()", "real(value, separators=(',', ':'))"),
        ("Y()", "'[' + '[' * 975 + ']' * 975 + ',-1,null]'"),
        ("Y()", "'[' + '[' * 960 + ']' * 960 + ',-1,null]'"),
    ],
)
def test_a_program_cannot_have_its_tests_run_beside_it(judged, value, text):
    """By an answer that cannot be passed back to it, however it is spelled."""
    sample = task("assert f(f(1)) == 2")
    program = (
        f"{NESTED.replace('{value}', value.replace('{{', '{').replace('}}', '}'))}json.dumps = lambda value: {text}"
    )
    score = judged(SCORER, f"```python\n{program}\n```", sample)
    assert (score.values, score.metadata["compared"]) == ({"accuracy": 0.0}, "outside"), score.explanation
    assert "cannot be passed back" in str(score.explanation)


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_official_task_is_passed_by_a_value_equal_to_everything(judged, shared_data: Path):
    to_sample = load_bundled("humaneval").to_sample
    with (shared_data / "humaneval/test.jsonl").open(encoding="utf-8") as lines:
        samples = [to_sample(record) for record in map(json.loads, lines)]
    assert len(samples) == 164
    for sample in samples:
        entry = sample.metadata["entry_point"]
        for how in ("equal to everything", "a list equal to everything"):
            reply = f"```python\n{FORGERS[how].replace('{f}', entry)}\n```"
            score = judged(program_passes(completes=True), reply, sample, cpu_s=4.0)
            assert score.values == {"accuracy": 0.0}, (sample.id, how)
            assert score.metadata["compared"] == "outside"


def test_a_forger_is_marked_if_tests_run_with_the_program(judged):
    reference = "class Node:\n    pass\n\ndef f(node):\n    pass"
    sample = task("assert f(Node()) == 3", reference=reference)
    score = judged(SCORER, f"```python\nclass Node: pass\n{SAME}\ndef f(node): return Y()\n```", sample)
    assert (score.values, score.metadata["compared"]) == ({"accuracy": 1.0}, "inside")
    assert "__eq__" in score.metadata["suspicious"]

"""Programs judged by their tests: every right one passes, every wrong one fails in its own way, and none can cheat."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.core.errors import SandboxError
from evalscope_pytest.sandbox.jail import InterpreterJail
from evalscope_pytest.sandbox.pool import SandboxHandle
from evalscope_pytest.sandbox.protocol import Result
from evalscope_pytest.scoring.programs import called_function, program_passes

HEAD = 'def half(n: int) -> int:\n    """ Return half of n, rounded down. """\n'
TESTS = "def check(candidate):\n    assert candidate(4) == 2\n    assert candidate(7) == 3\n\ncheck(half)"
SAMPLE = Sample(HEAD, "return n // 2", metadata={"entry_point": "half"}, private={"tests": TESTS})
SCORER = program_passes(completes=True)


def fenced(code: str) -> str:
    return f"```python\n{code}\n```"


@pytest.mark.parametrize(
    "reply",
    [
        "def half(n): return n // 2",
        "    return n // 2\n",
        "return n // 2",
        "    x = n\n    return x // 2",
        "x = n\nreturn x // 2",
        "x = n\n    return x // 2",  # the first line trimmed
        "if n < 0:\n        return -1\n    return n // 2",
        "if n:\n    return n // 2\nreturn 0",
        "if n:\n    return n // 2",
        "from math import floor\n\ndef half(n):\n    return floor(n / 2)",
        "def helper(n):\n    return n // 2\n\ndef half(n):\n    return helper(n)\n\nif __name__ == '__main__':\n    x",
        "def half(n):\n    return below(n)\n\nif __name__ == '__main__':\n    x\n\ndef below(n):\n    return n // 2",
        "def half(n):\n    return n // 2\n\nif '__main__' == __name__:\n    half(int(input()))",
        "def half(n):\n    return n // 2\n\nif (__name__ == '__main__'):\n    main()",
        "def half(n):\n    return n // 2\n\ndef main():\n    print(half(4))\n\nmain()",
        "half = lambda n: n // 2",
        "import pickle\n\nclass P: pass\n\ndef half(n):\n    pickle.loads(pickle.dumps(P()))\n    return n // 2",
        "def half(n):\n    print('x' * 3_000_000)\n    return n // 2",
    ],
)
def test_a_function_or_its_body_in_any_indentation(judged, reply):
    for form in (reply, fenced(reply), f"Sure:\n{fenced(reply)}\nDone."):
        score = judged(SCORER, form, SAMPLE)
        assert score.values == {"accuracy": 1.0}, (form, score.explanation)


@pytest.mark.parametrize("head", ["def half(n):\n", "def half(n):  # rounded down\n    # of a whole number\n\n"])
def test_a_head_without_a_docstring_is_completed_too(judged, head):
    sample = Sample(head, metadata={"entry_point": "half"}, private={"tests": TESTS})
    for reply in ("    return n // 2", "def half(n):\n    return n // 2"):
        assert judged(SCORER, fenced(reply), sample).values == {"accuracy": 1.0}
    assert judged(SCORER, fenced("def half(n):\n    return n"), sample).values == {"accuracy": 0.0}


def test_a_wrong_program_that_prints_as_much_as_is_kept_is_wrong(judged):
    body = "print('x' * (1 << 21))\nraise ValueError('y' * 19_000)"
    score = judged(SCORER, body, SAMPLE)
    assert (score.values, score.metadata["status"]) == ({"accuracy": 0.0}, "failed")


def test_processor_time_of_processes_that_it_started_counts_while_it_runs(judged, sandbox):
    if not sandbox.forks:
        pytest.skip("programs cannot start processes")
    spin = "if not os.fork():\n            for _ in range(10**6): pass\n            os._exit(0)\n        os.wait()"
    score = judged(SCORER, fenced(f"import os\ndef half(n):\n    while True:\n        {spin}"), SAMPLE, cpu_s=0.5)
    assert score.metadata["status"] == "timeout"
    # By the limit of CPU time: that of the wall, 65 s, is far off.


CHEATS = {
    "empty body": "pass",
    "constant changed": "return n // 3",
    "exits": "import sys\nsys.exit(0)",
    "exits at once": "import os\nos._exit(0)",
    "says it passed": "print('ok'); print('passed')\nraise SystemExit",
    "breaks assert": "import builtins\nbuiltins.AssertionError = SystemExit",
    "exits at the end": "import atexit, os\natexit.register(os._exit, 0)\nreturn None",
    "replaces the tests": "import builtins\nbuiltins.exec = lambda *a: None\nreturn None",
}


@pytest.mark.parametrize("body", CHEATS.values(), ids=CHEATS)
@pytest.mark.parametrize("at_import", [False, True], ids=["called", "imported"])
def test_what_does_not_do_the_task_does_not_pass(judged, body, at_import):
    indented = body.replace("\n", "\n    ")
    reply = f"def half(n):\n    {indented}"
    if at_import:
        reply = f"def half(n):\n    return None\n\n{body.replace('return', 'result =')}"
    score = judged(SCORER, fenced(reply), SAMPLE)
    assert score.values == {"accuracy": 0.0}
    assert score.metadata["status"] == "failed"
    assert score.explanation


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        ("while True: pass", {"timeout"}),
        ("return len(b'.' * (3 << 30))", {"oom"}),
        ("import ctypes; ctypes.string_at(0)", {"crashed"}),
        ("while True: print('flood' * 1000)", {"output_limit"}),
    ],
    ids=["loops", "3 GB", "crashes", "floods"],
)
def test_what_goes_too_far_fails_and_says_how(judged, body, statuses):
    score = judged(SCORER, fenced(f"def half(n):\n    {body}"), SAMPLE)
    assert score.values == {"accuracy": 0.0}
    assert score.metadata["status"] in statuses
    assert judged(SCORER, "return n // 2", SAMPLE).values == {"accuracy": 1.0}


def test_a_fork_bomb_fails_if_processes_may_start_and_has_no_verdict_elsewhere(judged, sandbox):
    bomb = fenced("def half(n):\n    import os\n    while True: os.fork()")
    if sandbox.forks:
        score = judged(SCORER, bomb, SAMPLE)
        assert score.values == {"accuracy": 0.0}
        assert score.metadata["status"] in {"failed", "timeout", "oom"}  # pages that they share count for each
    else:
        with pytest.raises(SandboxError, match="tried to start a process"):
            judged(SCORER, bomb, SAMPLE)
    assert judged(SCORER, "return n // 2", SAMPLE).values == {"accuracy": 1.0}


def test_a_right_program_that_starts_processes_is_right_or_has_no_verdict(judged, sandbox):
    body = "import subprocess\nreturn int(subprocess.run(['expr', str(n), '/', '2'], capture_output=True).stdout)"
    if sandbox.forks:
        assert judged(SCORER, body, SAMPLE).values == {"accuracy": 1.0}
    else:
        with pytest.raises(SandboxError, match=r"tried to start a process: refused by the sandbox \(landlock\)"):
            judged(SCORER, body, SAMPLE)


def test_a_refusal_the_program_gets_over_changes_nothing(judged):
    body = (
        "import os\ntry:\n    os.close(os.open('x', os.O_CREAT)); os.chmod('x', 0)\nexcept OSError: pass\nreturn n // 2"
    )
    assert judged(SCORER, body, SAMPLE).values == {"accuracy": 1.0}


def test_a_program_that_could_forge_its_verdict_is_marked(judged):
    score = judged(SCORER, "import sys\n\ndef half(n):\n    sys._getframe()\n    return n // 2", SAMPLE)
    assert score.values == {"accuracy": 1.0}
    assert score.metadata["suspicious"] == ["_getframe"]


def test_the_reply_is_cut_at_the_end_of_exemplars(judged):
    scorer = program_passes(marks=("[BEGIN]", "[DONE]"), stop="assert ")
    reply = "[BEGIN]\ndef half(n):\n    return n // 2\nassert half(4) == 3\n[DONE]\nNext task: [BEGIN]\n1 +"
    assert judged(scorer, reply, SAMPLE).values == {"accuracy": 1.0}


@pytest.mark.parametrize(
    "imports",
    [
        "import no_such_module",
        "from no_such_module import anything",
        "import math\nimport no_such_module",
        "def check(candidate):\n    import no_such_module",
    ],
)
def test_a_module_the_tests_need_and_the_sandbox_lacks_is_an_error(judged, imports):
    sample = Sample(HEAD, metadata={"entry_point": "half"}, private={"tests": f"{imports}\n\ncheck(half)"})
    with pytest.raises(SandboxError, match="import no_such_module"):
        judged(SCORER, "return n // 2", sample)
    own = judged(SCORER, "import another_module\nreturn n // 2", SAMPLE)
    assert "another_module" in str(own.explanation)


def test_a_broken_sandbox_is_not_a_verdict(monkeypatch, sandbox):
    monkeypatch.setattr(InterpreterJail, "run", lambda self, program: Result("sandbox_error", detail="it broke"))

    async def score() -> object:
        return await SCORER.bind(sandbox=sandbox).score("return n // 2", SAMPLE)

    with pytest.raises(SandboxError, match="it broke"):
        asyncio.run(score())


def test_the_function_a_reference_is_known_by_is_the_one_its_tests_call():
    code = "def helper(a):\n    return a\n\ndef wanted (a):\n    return helper(a)"
    assert called_function(code, "assert set(wanted([1])) == {1}") == "wanted"
    assert called_function("x = 1", "assert x == 1") == ""


@pytest.mark.real_data
def test_official_solutions_pass_and_their_mutants_do_not(judged, shared_data: Path):
    with (shared_data / "humaneval/test.jsonl").open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines][::8]
    for record in records:
        tests = f"{record['test']}\ncheck({record['entry_point']})"
        sample = Sample(record["prompt"], metadata={"entry_point": record["entry_point"]}, private={"tests": tests})
        for reply, right in {record["canonical_solution"]: 1.0, "    return None\n": 0.0}.items():
            assert judged(SCORER, reply, sample).values["accuracy"] == right, record["task_id"]


def test_verdicts_are_the_same_however_many_run_at_once(sandbox: SandboxHandle):
    replies = ["return n // 2", "return n // 3", "while True: pass", "import os\nos._exit(0)"] * 4
    judge = SCORER.bind(sandbox=sandbox, timeout_s=0.3)

    async def all_at_once() -> list[str]:
        scores = await asyncio.gather(*(judge.score(reply, SAMPLE) for reply in replies))
        return [score.metadata["status"] for score in scores]

    assert asyncio.run(all_at_once()) == ["ok", "failed", "timeout", "failed"] * 4

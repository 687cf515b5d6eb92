"""Programs in other languages: whole functions in any dress, against the tests' own idea of where they end."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.scoring.programs import language_passes
from evalscope_pytest.scoring.programs.languages import LANGUAGES, unavailable

SCORER = language_passes()
# The sum of two numbers, as a whole function: right, wrong, and one that ends the program before its tests.
SUMS = {
    "cpp": ("long add(long x, long y) {{\n    {}\n}}", "return x + y;", "return x - y;", "std::exit(0);"),
    "java": (
        "class Problem {{\n    public static long add(long x, long y) {{\n        {}\n    }}\n}}",
        "return x + y;",
        "return x - y;",
        "System.exit(0); return 0;",
    ),
    "js": ("function add(x, y) {{\n    {}\n}}", "return x + y;", "return x - y;", "process.exit(0);"),
    "lua": ("local function add(x, y)\n    {}\nend", "return x + y", "return x - y", "os.exit(0)"),
    "php": ("<?php\nfunction add($x, $y) {{\n    {}\n}}", "return $x + $y;", "return $x - $y;", "exit(0);"),
    "pl": ("sub add {{\n    my ($x, $y) = @_;\n    {}\n}}", "return $x + $y;", "return $x - $y;", "exit 0;"),
    "rb": ("def add(x, y)\n    {}\nend", "x + y", "x - y", "exit!(0)"),
    "rs": ("fn add(x: isize, y: isize) -> isize {{\n    {}\n}}", "x + y", "x - y", "std::process::exit(0)"),
    "sh": ("add() {{\n    {}\n}}", "echo $(($1 + $2))", "echo $(($1 - $2))", "kill -9 $$"),
}
MAINS = {
    "cpp": "\n\nint main() {\n    return 1;\n}",
    "rs": "\n\nfn main() {\n    panic!();\n}",
}


@pytest.mark.real_data
@pytest.mark.parametrize("language", sorted(SUMS))
def test_an_official_task_in_each_language_there_is(judged, sandbox, shared_data: Path, language):
    async def missing() -> str:
        return await unavailable(language, sandbox)

    if reason := asyncio.run(missing()):
        pytest.skip(reason)
    folder = shared_data / f"multiple_humaneval/humaneval-{language}"
    with (folder / "test.jsonl").open(encoding="utf-8") as lines:
        record = next(r for r in map(json.loads, lines) if r["name"] == "HumanEval_53_add")
    sample = load_bundled("multiple_humaneval").to_sample(record, f"humaneval-{language}")
    whole, right, wrong, exits = SUMS[language]
    label = LANGUAGES[language].label
    for body, accuracy in {right: 1.0, wrong: 0.0, exits: 0.0}.items():
        reply = f"So:\n\n```{label}\n{whole.format(body)}{MAINS.get(language, '')}\n```"
        score = judged(SCORER, reply, sample, cpu_s=20)
        assert score.values["accuracy"] == accuracy, (body, score.explanation)


def test_a_language_that_is_not_there_is_reported_by_name(sandbox, monkeypatch):
    assert "rkt: programs in this language are not run" in asyncio.run(_unavailable("rkt", sandbox))
    monkeypatch.setattr(type(sandbox), "forks", False)
    assert asyncio.run(_unavailable("cpp", sandbox)).startswith("C++: its programs start processes")


async def _unavailable(language, sandbox) -> str:
    return await unavailable(language, sandbox)


def test_a_body_alone_is_put_behind_its_head():
    prompt, tests = "int twice(int n) {\n", "}\nint main() {\n    assert(twice(1) == 2);\n}\n"
    source = LANGUAGES["cpp"].program(prompt, "    return 2 * n;", tests, "MARK")
    assert "int twice(int n) {\n    return 2 * n;\n}\nint main" in source
    assert source.rstrip().endswith('std::puts("MARK");\n}')


def test_imports_of_the_prompt_are_kept():
    sample = Sample("import java.util.*;\nclass Problem {\n    static int one() {\n")
    code = "class Problem {\n    static int one() { return 1; }\n}"
    tests = "    }\n    public static void main(String[] args) {\n    }\n\n}"
    source = LANGUAGES["java"].program(sample.question, code, tests, "MARK")
    assert source.startswith("import java.util.*;\nclass Problem")
    assert source.count("{") == source.count("}")

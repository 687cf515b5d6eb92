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
from evalscope_pytest.scoring.read.code import code_of

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
    "ts": ("function add(x: number, y: number): number {{\n    {}\n}}", "return x + y;", "return x - y;", "return 0;"),
    "cs": (
        "class Problem {{\n    public static long Add(long x, long y) {{\n        {}\n    }}\n}}",
        "return x + y;",
        "return x - y;",
        "Environment.Exit(0); return 0;",
    ),
    "go": ("func add(x int, y int) int {{\n    {}\n}}", "return x + y", "return x - y", 'panic("")'),
    "rkt": ("(define (add x y)\n    {})", "(+ x y)", "(- x y)", "(exit 0)"),
    "r": ("add <- function(x, y) {{\n    {}\n}}", "x + y", "x - y", "quit('no', 0)"),
    "scala": (
        "object Problem {{\n    def add(x : Long, y : Long) : Long = {{\n        {}\n    }}\n}}",
        "x + y",
        "x - y",
        "sys.exit(0)",
    ),
    "swift": ("func add(x: Int, y: Int) -> Int {{\n    {}\n}}", "return x + y", "return x - y", "fatalError()"),
    "d": ("long add(long x, long y) {{\n    {}\n}}", "return x + y;", "return x - y;", "assert(0);"),
    "jl": ("function add(x::Int64, y::Int64)::Int64\n    {}\nend", "x + y", "x - y", "exit(0)"),
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
    assert "cobol: programs in this language are not run" in asyncio.run(_unavailable("cobol", sandbox))
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


def test_every_language_of_the_benchmark_is_known_and_says_what_to_install(sandbox):
    known = {name.partition("-")[2] for name in load_bundled("multiple_mbpp").dataset.subsets}
    assert set(LANGUAGES) == known == set(SUMS)
    missing = [reason for name in sorted(known) if (reason := asyncio.run(_unavailable(name, sandbox)))]
    assert all("Install " in reason or "does not allow" in reason for reason in missing)


GO = """package add_test

import (
    "testing"
    "fmt"
)

// Add
func add(x int, y int) int {
"""


def test_a_program_in_go_has_its_package_once_and_the_imports_of_both():
    code = 'package main\nimport (\n    "fmt"\n    "sort"\n)\n\nfunc add(x int, y int) int {\n    return x + y\n}'
    source = LANGUAGES["go"].program(GO, code, "}\nfunc TestAdd(t *testing.T) {\n}\n", "MARK")
    assert source.count("package ") == source.count('"fmt"') == source.count("func add") == 1
    assert source.index("package add_test") < source.index('import "sort"') < source.index("func add")


@pytest.mark.parametrize(
    ("language", "prompt", "reply"),
    [
        (
            "js",
            "function add(x, y){\n",
            "```js\nfunction add(x, y){\n}\n```\nNo:\n```js\n{}\n```\nUse:\n```js\nadd(1)\n```",
        ),
        (
            "cpp",
            "long add(long x) {\n",
            "```cpp\nlong add(long x)\n{\n}\n```\n```cpp\n{}\n```\n```cpp\nreturn add(1);\n```",
        ),
    ],
)
def test_the_last_block_that_defines_the_function_counts(language, prompt, reply):
    right = {"js": "function add(x, y){\n  return x + y;\n}", "cpp": "long long add(long x) {\n    return x;\n}"}[
        language
    ]
    text = reply.replace("{}", right, 1) if language == "cpp" else reply.replace("js\n{}", f"js\n{right}")
    known = LANGUAGES[language]
    assert code_of(text, (known.label, *known.labels), known.definitions(prompt, text)).strip() == right


def test_what_tests_in_perl_compare_with(sandbox):
    source = """
    use Test::Deep;
    my @same = ([[1, "a"], ["1.0", "a"]], [{ k => [undef] }, { k => [undef] }], [[], []], [3, 3]);
    my @other = ([[1], [1, 2]], [{ k => 1 }, { l => 1 }], [[], {}], ["a", "b"], [undef, 0], [[1], 1]);
    for (@same) { die "same" unless eq_deeply(@$_) }
    for (@other) { die "other" if eq_deeply(@$_) }
    print "through";
    """
    known = LANGUAGES["pl"]
    files = {"program.pl": source, **dict(known.files)}
    result = sandbox.run(argv=("/bin/sh", "-c", known.command), files=files)
    if "not found" in result.stderr:
        pytest.skip("there is no Perl")
    assert result.stdout == "through", result.stderr

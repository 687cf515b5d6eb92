"""The budget of the code: sizes, types, docstrings, small files. Ruff counts complexity and arguments."""

from __future__ import annotations

import re
import statistics

from tests import house

FUNCTION_MEDIAN, FUNCTION_P95, FUNCTION_MAX = 10, 40, 60
FILE_MAX = 500
SMALL_FILE = 60

# Functions of more than six parameters, each with the reason. The list only gets shorter.
MANY_ARGUMENTS = {
    "evalscope_pytest/judge/rubric.py:compared": "benchmark authors call it with keywords",
    "evalscope_pytest/perf/tester.py:run": "authors of load tests call it with keywords",
}
# Files under 60 lines with one importer, each with the reason. The list only gets shorter.
STRATEGIES = {
    # One of several interchangeable parts, chosen by a table.
    "evalscope_pytest/models/anthropic_api.py": "a kind of model, chosen by models/factory.py",
    "evalscope_pytest/wire/openai_simple.py": "a dialect",
    "suites/instruction/ifbench/repeat.py": "a group of instructions in the registry",
    "suites/instruction/ifbench/sentence.py": "a group of instructions in the registry",
    "suites/instruction/ifeval/case.py": "a group of instructions in the registry",
    "suites/instruction/ifeval/combination.py": "a group of instructions in the registry",
    "suites/instruction/ifeval/content.py": "a group of instructions in the registry",
    "suites/instruction/ifeval/keywords.py": "a group of instructions in the registry",
}
# A benchmark's rule beside its file: tests import it without loading the benchmark.
RULES = re.compile(r"suites/\w+/(?:\w+/)?(?!test_)\w+\.py")
# Small files that join their importer when their room is next rebuilt.
TO_MERGE = {
    "evalscope_pytest/arena/after_run.py": "keeps what a run loads at its end out of the listing of benchmarks",
    "evalscope_pytest/plugin/hookspecs.py": "pytest wants hook specifications in a module of their own",
    "evalscope_pytest/sandbox/suspicion.py": "joins the program scorers when they move into sandbox/",
}


def test_functions_are_short():
    lengths = [house.length(f) for source in house.sources() for f in house.functions(source)]
    assert statistics.median(lengths) <= FUNCTION_MEDIAN
    assert house.percentile(lengths, 95) <= FUNCTION_P95
    long = [
        f"{source.name}:{f.lineno} {f.name}, {house.length(f)} lines"
        for source in house.sources()
        for f in house.functions(source)
        if house.length(f) > FUNCTION_MAX
    ]
    assert not long, f"Functions of more than {FUNCTION_MAX} lines. Split them:\n" + "\n".join(long)


def test_files_are_at_most_500_lines():
    long = {source.name: source.lines for source in house.sources() if source.lines > FILE_MAX}
    assert not long


def test_everything_has_types():
    untyped = [
        f"{source.name}:{f.lineno} {f.name}: {', '.join(missing)}"
        for source in house.sources("evalscope_pytest")
        for f in house.functions(source)
        if (missing := house.untyped(f))
    ]
    assert not untyped


def test_everything_public_has_a_docstring():
    missing = [f"{s.name}: {name}" for s in house.sources("evalscope_pytest") for name in house.undocumented(s)]
    assert not missing


def test_functions_take_at_most_six_arguments():
    many = {
        f"{source.name}:{f.name}"
        for source in house.sources()
        for f in house.functions(source)
        if len(house.arguments(f)) > 6
    }
    assert many == set(MANY_ARGUMENTS), "Bundle parameters; remove from MANY_ARGUMENTS what is mended."


def test_no_file_switches_the_limits_off():
    switched_off = [
        f"{source.name}:{number}"
        for source in house.sources()
        for number, line in enumerate(source.text.splitlines(), 1)
        if re.search(r"# noqa: [^#]*\b(?:C901|PLR0913)\b", line)
        and not any(key.startswith(f"{source.name}:") for key in MANY_ARGUMENTS)
    ]
    assert not switched_off


def test_a_small_file_with_one_importer_is_a_strategy_among_siblings():
    found = house.importers()
    small = {
        source.name
        for source in house.sources()
        if source.lines < SMALL_FILE and len(found[source.name]) == 1 and not source.is_package
    }
    known = set(STRATEGIES) | set(TO_MERGE)
    surprising = {name for name in small - known if not RULES.fullmatch(name)}
    assert not surprising, "Merge each into its only importer, or name the siblings it is a strategy among."
    assert known <= small, f"No longer small, or no longer with one importer; remove: {sorted(known - small)}"

"""Bundled benchmarks are found by file name, without importing any of them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from evalscope_pytest.benchmarks.bundled import bundled_dir, bundled_files, load_bundled
from evalscope_pytest.core.errors import ConfigError


def test_files_are_found_without_importing_them() -> None:
    code = (
        "import sys; from evalscope_pytest.benchmarks.bundled import bundled_files; files = bundled_files();"
        "assert 'gsm8k' in files, files; print([m for m in sys.modules if 'test_' in m or '.suites.' in m])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_a_file_is_named_after_its_benchmark() -> None:
    files = bundled_files()
    assert files["mmlu"] == bundled_dir() / "knowledge" / "test_mmlu.py"
    assert set(files.values()) == set(bundled_dir().rglob("test_*.py"))


def test_a_family_is_one_file_whose_functions_are_named_after_the_benchmarks() -> None:
    files = bundled_files()
    family = bundled_dir() / "knowledge" / "test_bhasha_bench_family.py"
    names = [name for name, file in files.items() if file == family]
    assert len(names) == 8
    assert [load_bundled(name).function.__name__ for name in names] == [f"test_{name}" for name in names]
    alone = [name for name, file in files.items() if not file.stem.endswith("_family")]
    assert [files[name].name for name in alone] == [f"test_{name}.py" for name in alone]


def test_a_benchmark_is_imported_once() -> None:
    assert load_bundled("arc") is load_bundled("arc")
    assert load_bundled("arc").file == bundled_files()["arc"]


def test_its_description_is_the_files_docstring() -> None:
    assert load_bundled("gsm8k").description.startswith("Grade-school maths")


def test_an_unknown_name_names_the_closest() -> None:
    with pytest.raises(ConfigError, match=r"no bundled benchmark is named 'gsm8'. Did you mean 'gsm8k'"):
        load_bundled("gsm8")


def test_importing_all_suites_loads_nothing_heavy() -> None:
    code = (
        "import sys; from evalscope_pytest.benchmarks.bundled import bundled_files, load_bundled;"
        "[load_bundled(n) for n in bundled_files()];"
        "heavy = {'torch', 'datasets', 'modelscope', 'openai', 'sympy', 'math_verify', 'yaml', 'aiohttp', 'langdetect',"
        "'nltk', 'jieba', 'asyncio'}; print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_they_have_one_name_however_they_are_collected(pytester: pytest.Pytester) -> None:
    """pytest and the finder import the same module: scorers and caches exist once."""
    file = bundled_files()["demo_math"]
    pytester.makepyfile(
        watching="""
        import sys

        def pytest_collection_finish():
            print("named", sorted(m for m in sys.modules if m.endswith("test_demo_math")))
        """
    )
    result = pytester.runpytest_subprocess(
        str(file), "--collect-only", "-q", "-p", "watching", "-p", "no:cacheprovider"
    )
    assert "named ['evalscope_pytest.suites.demo.test_demo_math']" in result.outlines

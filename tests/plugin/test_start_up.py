"""What pytest does to this package's modules when a run starts."""

import os
import subprocess
import sys

LOADERS = """
import sys, pytest
# -p marks the package for rewriting, as pytest does with one that is installed from a wheel.
code = pytest.main([*sys.argv[1:], "-q", "-p", "evalscope_pytest", "-p", "no:cacheprovider"])
loaders = {name: type(getattr(module, "__loader__", None)).__name__ for name, module in sys.modules.items()}
print("REWRITTEN", *(name for name, loader in loaders.items() if loader == "AssertionRewritingHook"))
print("LOADED", sum(name.startswith("evalscope_pytest.") for name in sys.modules))
sys.exit(code)
"""


def _rewritten(folder, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", LOADERS, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = dict(line.split(" ", 1) for line in done.stdout.splitlines() if line.startswith(("REWRITTEN ", "LOADED ")))
    assert int(lines["LOADED"]) > 100
    return set(lines["REWRITTEN"].split())


def test_pytest_rewrites_no_module_of_this_package_but_every_test_file(tmp_path):
    (tmp_path / "own.jsonl").write_text('{"question": "2 + 2?", "answer": "4"}\n')
    (tmp_path / "test_own.py").write_text(
        "from evalscope_pytest import Sample, benchmark, local\n"
        "@benchmark('own', dataset=local('own.jsonl'),"
        " to_sample=lambda record: Sample(input=record['question'], target=record['answer']))\n"
        "def test_own(sample, output):\n"
        "    assert output.text\n"
    )
    rewritten = _rewritten(tmp_path, "test_own.py", "--eval-model=mock")
    assert "test_own" in rewritten
    # Python imports these before the plugin can put its finder in place.
    assert {name for name in rewritten if name.startswith("evalscope_pytest")} <= {
        "evalscope_pytest",
        "evalscope_pytest.lazy",
        "evalscope_pytest.plugin",
        "evalscope_pytest.version",
    }


def test_bundled_benchmarks_are_rewritten_as_test_files(tmp_path):
    assert "evalscope_pytest.suites.demo.test_demo_math" in _rewritten(
        tmp_path, "--eval-model=mock", "--eval-limit=1", "--eval-datasets=demo_math"
    )

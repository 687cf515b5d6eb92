"""What the documentation shows works, and every option it names is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from evalscope_pytest.benchmarks.bundled import bundled_dir, bundled_files
from evalscope_pytest.config.options import cli_options, pytest_options

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^`([\w/]+\.(?:py|jsonl|yaml))`[^\n]*:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYTEST_OPTION = re.compile(r"(?<![\w-])--(?:no-)?eval-[a-z-]+")


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def files_of(page: str) -> dict[str, str]:
    """Return the files a page shows, by the name above each."""
    return dict(FILE.findall(text_of(page)))


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    around = ("EVALSCOPE_", "PYTEST_", "FORCE_COLOR", "PY_COLORS", "COLUMNS", "CI")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(around)}
    return subprocess.run([sys.executable, *words], cwd=folder, env=clean, capture_output=True, text=True, timeout=240)


def test_the_readmes_benchmark_runs(tmp_path):
    files = files_of("README.md")
    assert set(files) == {"capitals.jsonl", "test_capitals.py"}
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    done = run(tmp_path, "-m", "pytest", "-p", "no:cacheprovider", "test_capitals.py", "--eval-model=mock")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 correct" in done.stdout


def test_the_readmes_benchmark_has_fifteen_lines():
    first, _, _ = files_of("README.md")["test_capitals.py"].partition('\n@benchmark("capitals_polite"')
    assert len(first.strip().splitlines()) <= 15


def test_the_readmes_python_runs(tmp_path):
    (script,) = (code for kind, code in BLOCK.findall(text_of("README.md")) if kind == "python" and "run_task" in code)
    done = run(tmp_path, "-c", script)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "1.0"


def test_the_readme_fits_two_hundred_lines():
    assert len(text_of("README.md").splitlines()) <= 200


def test_the_readme_names_and_counts_the_bundled_benchmarks():
    text = text_of("README.md")
    table = text.partition("## Bundled benchmarks")[2].partition("\n## ")[0]
    folders = Counter(file.relative_to(bundled_dir()).parts[0] for file in bundled_files().values())
    counts = {folder: int(count) for folder, count in re.findall(r"docs/benchmarks/(\w+)\.md\) (\d+)", table)}
    assert counts == {folder: count for folder, count in folders.items() if folder != "demo"}
    examples = [row.split("|")[2] for row in table.splitlines() if row.startswith("| [")]
    named = {name.strip() for row in examples for name in re.split("[,;]", row)}
    assert named <= set(bundled_files())
    (deselected,) = set(re.findall(r"(\d+) deselected", text))
    assert int(deselected) == len(bundled_files()) - folders["demo"]
    assert f"collected {int(deselected) + 41} items / {deselected} deselected / 41 selected" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_option_named_is_there(page):
    known = {form for o in pytest_options() for form in (o.flag, f"--no-{o.flag[2:]}")}
    text = page.read_text(encoding="utf-8")
    assert set(PYTEST_OPTION.findall(text)) - known == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_flag_of_the_command_is_there(page):
    known = {form for o in cli_options() for form in (o.flag, f"--no-{o.flag[2:]}")}
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.lstrip().startswith("evalscope-pytest eval ")]
    named = {flag for line in lines for flag in re.findall(r"(?<!\S)--[a-z][a-z-]+", line.partition(" -- ")[0])}
    assert named - known == set()


@pytest.mark.slow
def test_the_page_on_writing_benchmarks_shows_files_that_run(tmp_path):
    for name, content in files_of("docs/writing-benchmarks.md").items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    files = ["test_sums.py", "test_written_out.py", "test_shapes.py", "test_smoke.py"]
    mock = run(tmp_path, "-m", "pytest", *files, "--eval-model=mock")
    assert mock.returncode == 0, mock.stdout + mock.stderr
    assert re.search(r"= (?=.*32 correct)(?=.*4 wrong)(?=.*2 passed).* in [0-9.]+s =", mock.stdout), mock.stdout
    judged = run(tmp_path, "-m", "pytest", "test_kind.py", "--eval-model=mock", "--eval-judge-model-args=model_id=mock")
    assert re.search(r"= 4 correct, 4 partial in", judged.stdout), judged.stdout
    composed = run(tmp_path, "-m", "pytest", "test_composed.py", "--eval-model=mock")
    assert re.search(r"= 8 correct in", composed.stdout), composed.stdout
    parrot = run(tmp_path, "-m", "pytest", "test_sums.py", "--eval-model=parrot", "--eval-type=custom")
    assert "4 wrong" in parrot.stdout, parrot.stdout
    own = run(tmp_path, "-m", "pytest", "test_own_tests.py")
    assert own.returncode == 0, own.stdout

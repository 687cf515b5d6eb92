"""The files written by docs/generate.py agree with the code."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from evalscope_pytest.benchmarks.bundled import bundled_files
from evalscope_pytest.config.legacy import UNDOCUMENTED
from evalscope_pytest.config.setting import settings_of
from evalscope_pytest.config.task import TaskConfig

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), DOCS.parent / "README.md"])
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]+)?\)")


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_benchmark_but_the_arena_has_an_example():
    examples = (DOCS / "benchmarks.md").read_text().count("<summary>Example</summary>")
    assert examples == len(bundled_files()) - 1


@pytest.mark.parametrize(
    "page", ["parameters.md", "benchmarks.md", "perf.md", "../evalscope_pytest/config/option_table.py"]
)
def test_page_is_up_to_date(generator, page):
    assert (DOCS / page).read_text(encoding="utf-8") == generator.PAGES[page](), "run: python docs/generate.py"


def test_every_available_parameter_is_in_one_group(generator):
    grouped = [name for names in generator.GROUPS.values() for name in names.split()]
    assert sorted(grouped) == sorted(set(settings_of(TaskConfig)) - UNDOCUMENTED)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS.parent)))
def test_links_lead_to_files_that_are_there(page):
    targets = [target for target, _ in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []

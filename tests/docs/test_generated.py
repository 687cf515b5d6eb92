"""The files written by docs/generate.py agree with the code."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest

from evalscope_pytest.benchmarks.bundled import bundled_files
from evalscope_pytest.config.legacy import UNDOCUMENTED
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.config.setting import settings_of
from evalscope_pytest.config.task import TaskConfig

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), DOCS.parent / "README.md"])
SETTINGS = {*(field.name for field in fields(DatasetArgs)), "allow_inclusion"}
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]+)?\)")


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_benchmark_but_the_arena_has_an_example():
    pages = [page.read_text() for page in (DOCS / "benchmarks").glob("*.md")]
    assert sum(page.count("<summary>Example</summary>") for page in pages) == len(bundled_files()) - 1


def test_there_is_a_page_for_each_subject_and_no_other(generator):
    pages = {page for page in generator.PAGES if page.startswith("benchmarks/")}
    assert {f"benchmarks/{page.name}" for page in (DOCS / "benchmarks").glob("*.md")} == pages


def test_a_benchmark_leads_to_every_section_on_its_scores():
    page = (DOCS / "benchmarks" / "reasoning.md").read_text()
    (bbh,) = re.findall(r"\n## bbh\n(.*?)\n## ", page, re.DOTALL)
    assert "[BIG-Bench Hard](../differences.md#big-bench-hard)" in bbh


def test_differences_name_benchmarks_that_are_there():
    """The first column of a table names benchmarks or settings: one that is gone leaves no row behind."""
    text = (DOCS / "differences.md").read_text()
    named = set(re.findall(r"^\| `(\w+_\w+)`", text, re.MULTILINE))
    assert named - set(bundled_files()) <= SETTINGS


def test_every_page_is_up_to_date(generator):
    old = [page for page, write in generator.PAGES.items() if (DOCS / page).read_text(encoding="utf-8") != write()]
    assert old == [], "run: python docs/generate.py"


def test_every_available_parameter_is_in_one_group(generator):
    grouped = [name for names in generator.GROUPS.values() for name in names.split()]
    assert sorted(grouped) == sorted(set(settings_of(TaskConfig)) - UNDOCUMENTED)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS.parent)))
def test_links_lead_to_files_that_are_there(page):
    targets = [target for target, _ in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []

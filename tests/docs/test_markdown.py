"""The pages are Markdown that renders: tables are whole, links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _prose(page: Path) -> list[str]:
    """Return the lines of a page, those of code blocks empty."""
    lines, fence = [], ""
    for line in page.read_text(encoding="utf-8").splitlines():
        mark = re.match(r"`{3,}", line.strip())
        inside = bool(fence)
        if mark and not fence:
            fence = mark.group()
        elif line.strip() == fence:
            fence = ""
        lines.append("" if inside or mark else line)
    return lines


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_tables_have_a_head_and_as_many_cells_in_each_row(page: Path) -> None:
    lines = ["", *_prose(page), ""]
    cells = 0
    for number, (before, line, after) in enumerate(zip(lines, lines[1:], lines[2:], strict=False), 1):
        if not line.startswith("|"):
            continue
        found = len(re.findall(r"(?<!\\)\|", line))
        if not before.startswith("|"):
            assert re.fullmatch(r"\|[ :|-]+\|", after), f"{page.name}:{number}: a row without a table: {line[:60]}"
            cells = found
        assert found == cells, f"{page.name}:{number}: {found - 1} cells, not {cells - 1}: {line[:60]}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_that_are_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", "\n".join(_prose(page))):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        found = page.parent / name if name else page
        assert found.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in _anchors(found), f"{page.name} links to {target}, a heading that is not there"


def _anchors(page: Path) -> set[str]:
    titles = (line.lstrip("#").strip().lower() for line in _prose(page) if line.startswith("#"))
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


@pytest.mark.parametrize(
    "page",
    [
        "CONTRIBUTING.md",
        "docs/where-to-change.md",
        *(f"docs/design/{p.name}" for p in (ROOT / "docs/design").iterdir()),
    ],
)
def test_files_of_this_repository_that_a_page_names_exist(page: str) -> None:
    text = "\n".join(_prose(ROOT / page))
    for name in re.findall(r"`([a-z_]+/[\w/]+(?:\.py|\.md|/))`", text):
        folders = (ROOT, ROOT / "evalscope_pytest", *(p for p in (ROOT / "evalscope_pytest").iterdir() if p.is_dir()))
        assert any((folder / name).exists() for folder in folders), f"{page} names {name}"

"""The examples of docs/sandbox.md run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.sandbox.battery import REPO


def test_the_pages_examples_run(tmp_path, jailed):
    page = (REPO / "docs" / "sandbox.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 4
    (tmp_path / "test_page.py").write_text("\n".join(blocks))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_page.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert "5 passed" in done.stdout, done.stdout + done.stderr

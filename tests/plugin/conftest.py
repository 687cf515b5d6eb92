"""Runs of the plugin as users start them: a folder with test files, a real server, pytest."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

# Runs in this process take these modules as they find them: pytester forgets what a run itself has imported, and to
# import them again and again costs half a second each time. What `openai` sends with raises errors that others, which
# stay, know by their classes: it must not be imported twice.
import anyio._backends._asyncio  # noqa: F401
import openai.resources.chat.completions  # noqa: F401
import pytest

import evalscope_pytest.models.openai_sdk
import tests.forking.modules  # noqa: F401

from .project import Project, solve

evalscope_pytest.models.openai_sdk._http_client()  # imports the rest of what it sends with


@pytest.fixture(autouse=True)
def nothing_from_around(monkeypatch):
    """Neither the session that runs these tests, its user's settings nor its terminal reach the runs they start."""
    for name in list(os.environ):
        if name.startswith(("EVALSCOPE_", "PYTEST_XDIST", "PYTEST_ADDOPTS")) or name in ("CI", "BUILD_NUMBER"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:syrupy")  # warns if a run of workers ends early, and keeps one session
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def project(pytester) -> Project:
    return Project(pytester)


@pytest.fixture
def first_reply_awaited(project, monkeypatch):
    """Runs send no more than the first few requests before the first reply, however long a slow machine takes for it.

    Otherwise they wait a second, and what a wrong key costs would depend on the machine.
    """
    monkeypatch.setattr("evalscope_pytest.engine.client.FIRST_REPLY_S", 600.0)
    worker = "if 'PYTEST_XDIST_WORKER' in os.environ:\n    client.FIRST_REPLY_S = 600.0"
    project.write("conftest.py", f"import os\nfrom evalscope_pytest.engine import client\n{worker}\n")


@pytest.fixture
def unheard() -> Iterator[str]:
    """An address where nothing listens."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{silent.getsockname()[1]}"


@pytest.fixture
def served(project, openai_server):
    """A project whose runs ask a server that solves the sums."""
    openai_server.answer = solve
    project.model = "served"
    project.options = [f"--eval-api-url={openai_server.url}"]
    project.server = openai_server
    return project

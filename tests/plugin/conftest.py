"""Runs of the plugin as users start them: a folder with test files, a real server, pytest."""

from __future__ import annotations

import os

import pytest

# Runs in this process take these modules as they find them: pytester forgets what a run itself has imported, and to
# import them again and again costs half a second each time.
import evalscope_pytest.engine.evaluation
import evalscope_pytest.models.mock_llm
import evalscope_pytest.models.openai_api
import evalscope_pytest.plugin.arguments
import evalscope_pytest.plugin.main
import evalscope_pytest.plugin.reporting
import evalscope_pytest.scoring.matching  # noqa: F401

from .project import Project, solve


@pytest.fixture(autouse=True)
def nothing_from_around(monkeypatch):
    """Neither the session that runs these tests nor its user's settings reach the runs they start."""
    for name in list(os.environ):
        if name.startswith(("EVALSCOPE_", "PYTEST_XDIST", "PYTEST_ADDOPTS")):
            monkeypatch.delenv(name)


@pytest.fixture
def project(pytester) -> Project:
    return Project(pytester)


@pytest.fixture
def served(project, openai_server):
    """A project whose runs ask a server that solves the sums."""
    openai_server.answer = solve
    project.model = "served"
    project.options = [f"--eval-api-url={openai_server.url}"]
    project.server = openai_server
    return project

"""Fixtures of the project's own tests."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.servers.fixtures import (  # noqa: F401
    anthropic_server,
    decision_server,
    openai_server,
    responses_server,
    vector_server,
)

# What a test finds depends neither on chance nor on how fast the machine is. To look for what it has not found yet:
# pytest --hypothesis-profile=explore
settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", settings.get_profile("steady"), derandomize=False, print_blob=True)
settings.load_profile("steady")

os.environ.pop("GITHUB_STEP_SUMMARY", None)  # runs of tests would add theirs to that of the job

# Golden prompts hold examples in the form of doctests, which pytest would run from any ``test*.txt``.
collect_ignore_glob = ["*/__snapshots__/*"]

REPO = Path(__file__).resolve().parent.parent
SHARED = REPO.parent / "shared"


# The garbage collector searches what tests make, not what all tests of a process are made of: a whole collection of the
# suite's heap takes seconds, a run of pytest in this process and a load test each begin one, and `gc.unfreeze` at their
# end would undo the freeze for all later tests.
_freeze, gc.freeze, gc.unfreeze = gc.freeze, lambda: None, lambda: None


def pytest_collection_finish() -> None:
    """Exempt what was collected from searches for garbage."""
    gc.collect()
    _freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Exempt what a file's tests left: libraries that they were the first to import."""
    yield
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
        _freeze()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The official records, or a skip that says where they would be."""
    folder = Path(os.environ.get("EVALSCOPE_PYTEST_DATA", SHARED / "data"))
    if not folder.is_dir():
        pytest.skip(f"no official records at {folder} (set EVALSCOPE_PYTEST_DATA)")
    return folder


@pytest.fixture(scope="session")
def parity() -> Path:
    """EvalScope's real messages and scores on real records, or a skip."""
    folder = SHARED / "parity"
    if not folder.is_dir():
        pytest.skip(f"no parity references at {folder}")
    return folder


@pytest.fixture(scope="session")
def parity_media() -> Path:
    """EvalScope's real messages and scores on records with media, or a skip."""
    folder = SHARED / "parity_media"
    if not folder.is_dir():
        pytest.skip(f"no parity references at {folder}")
    return folder


@pytest.fixture(scope="session")
def parity_text() -> Path:
    """EvalScope's real messages and scores on small records of text benchmarks, or a skip."""
    folder = SHARED / "parity_text"
    if not folder.is_dir():
        pytest.skip(f"no parity references at {folder}")
    return folder


@pytest.fixture(autouse=True)
def forgotten_keys():
    """Forget the keys a test made known: they are masked process-wide, also in the records the next test compares."""
    from evalscope_pytest.core import secret

    before = set(secret._known)
    yield
    secret._known.clear()
    secret._known.update(before)

"""The fixtures ordinary tests share with benchmarks. All of them live as long as the session."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest

from .state import RUN, TASK

if TYPE_CHECKING:
    from ..config.task import TaskConfig
    from ..engine.handle import ModelHandle


@pytest.fixture(scope="session")
def task_config(pytestconfig: pytest.Config) -> TaskConfig:
    """The configuration of this run."""
    from ..config.task import TaskConfig

    return pytestconfig.stash.get(TASK, None) or TaskConfig()


@pytest.fixture(scope="session")
def model(pytestconfig: pytest.Config) -> ModelHandle:
    """The model under evaluation: ``model.generate(...)`` blocks in a test function, is awaited in an async one."""
    run = pytestconfig.stash.get(RUN, None)
    if run is None:
        pytest.skip("needs a model: --eval-model=MODEL (--eval-model=mock needs none)")
    return run.model


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object:
    """Run an ordinary ``async def`` test that asks for the model, where no async plugin has claimed it."""
    run = pyfuncitem.config.stash.get(RUN, None)
    if run is None or "model" not in pyfuncitem.fixturenames or not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    if any(pyfuncitem.get_closest_marker(name) for name in ("asyncio", "anyio", "trio")):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    run.thread.submit(pyfuncitem.obj(**arguments)).result()
    return True

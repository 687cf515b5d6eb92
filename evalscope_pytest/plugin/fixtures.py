"""The fixtures that ordinary tests share with benchmarks; all have session scope."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from ..config.task import TaskConfig
    from ..engine.handle import ModelHandle
    from ..engine.judging import JudgeHandle
    from ..perf.tester import LoadTester
    from ..run.assembly import Run
    from ..sandbox.pool import SandboxHandle

# On pytest's config: the configuration once it is read, and the run if there is a model.
TASK: pytest.StashKey[TaskConfig] = pytest.StashKey()
RUN: pytest.StashKey[Run] = pytest.StashKey()

T = TypeVar("T")

_AWAITED = {"judge", "load", "model", "sandbox"}


@pytest.fixture(scope="session")
def task_config(pytestconfig: pytest.Config) -> TaskConfig:
    """The configuration of this run."""
    from ..config.task import TaskConfig

    return pytestconfig.stash.get(TASK, None) or TaskConfig()


@pytest.fixture(scope="session")
def model(pytestconfig: pytest.Config) -> ModelHandle:
    """The model under evaluation: ``model.generate(...)`` blocks in a test function, is awaited in an async one."""
    return _run_of(pytestconfig).model


@pytest.fixture(scope="session")
def judge(pytestconfig: pytest.Config) -> JudgeHandle:
    """The judges: ``judge.grade(...)`` and ``judge.compare(...)`` block in a test function, else they are awaited."""
    run = _run_of(pytestconfig)
    if not run.judges.config.models:
        pytest.skip("needs a judge: --eval-judge-model-args model_id=NAME,api_url=URL")
    return run.judges.handle


@pytest.fixture(scope="session")
def sandbox(pytestconfig: pytest.Config) -> SandboxHandle:
    """Runs untrusted code: ``sandbox.run(...)`` blocks in a test function, is awaited in an async one."""
    from ..config.task import TaskConfig
    from ..run.resources import Sandboxes

    if (run := pytestconfig.stash.get(RUN, None)) is not None:
        return _made(run.sandboxes.handle)
    sandboxes = Sandboxes(pytestconfig.stash.get(TASK, None) or TaskConfig(), _workers(pytestconfig))
    pytestconfig.add_cleanup(sandboxes.close)
    return _made(sandboxes.handle)


@pytest.fixture(scope="session")
def load(pytestconfig: pytest.Config) -> LoadTester:
    """Load-tests the model's service: ``load.run(...)`` blocks in a test function, is awaited in an async one."""
    run = pytestconfig.stash.get(RUN, None)
    if run is None or not run.spec.is_service or not run.spec.api_url:
        pytest.skip("needs a model service: --eval-model=MODEL --eval-api-url=URL")
    from .loads import NAME, Measurements

    measurements: Measurements = pytestconfig.pluginmanager.getplugin(NAME)
    return _made(measurements.tester)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object:
    """Run an ordinary ``async def`` test that uses these fixtures, unless an async plugin has claimed it."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj) or not _AWAITED & set(pyfuncitem.fixturenames):
        return None
    if any(pyfuncitem.get_closest_marker(name) for name in ("asyncio", "anyio", "trio")):
        return None
    from .pytest_private import argument_names

    arguments = {name: pyfuncitem.funcargs[name] for name in argument_names(pyfuncitem)}
    run = pyfuncitem.config.stash.get(RUN, None)
    if run is None:
        import asyncio

        asyncio.run(pyfuncitem.obj(**arguments))
    else:
        run.thread.submit(pyfuncitem.obj(**arguments)).result()
    return True


def _run_of(config: pytest.Config) -> Run:
    """Return the run, or skip the test that needs it."""
    run = config.stash.get(RUN, None)
    if run is None:
        pytest.skip("needs a model: --eval-model=MODEL (--eval-model=mock needs none)")
    return run


def _made(make: Callable[[], T]) -> T:
    """Return a fixture, or fail the test that needs it with the message alone."""
    from ..core.errors import UsageError

    try:
        return make()
    except UsageError as error:
        message = str(error)
    pytest.fail(message, pytrace=False)  # outside of the handler: no "exception during handling"


def _workers(config: pytest.Config) -> int:
    """Return the number of processes that run the tests."""
    given: dict[str, int] = getattr(config, "workerinput", {})
    return given.get("workercount", 1)

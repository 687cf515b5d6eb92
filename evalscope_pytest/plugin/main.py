"""Ties the plugin's parts to pytest's life cycle, once a run evaluates something."""

from __future__ import annotations

import json
from functools import partial

import pytest

from ..config.sources import check_ini_names, from_mapping
from ..core.errors import EvalError
from ..models.factory import create
from ..models.spec import Model, ModelSpec
from ..run.assembly import Run
from ..run.process import Driver, Interruption, Process
from .collection import check_expressions
from .fixtures import RUN, TASK
from .loads import NAME, LoadReports, Measurements
from .masking import Masking
from .protocol import SampleLoop, SampleProtocol
from .pytest_private import unknown_ini_keys
from .reporting import Reporting, Rerun
from .samples import Feed, Samples, StateSender
from .terminal import waiting, warn
from .workers import Controller, check_distribution, distributes


def configure(config: pytest.Config) -> None:
    """Make the run, if there is a model, and register the hooks of this process's part in it."""
    process = _process(config)
    task = config.stash.get(TASK, None)
    if task is None or not task.eval_type:
        return
    register = config.pluginmanager.register
    register(Masking(config), "evalscope_masking")
    if not process.is_worker:
        _check_words(config)
    if task.dry_run:
        config.option.collectonly = True
    run = config.stash[RUN] = Run(task, process, _driver(config))
    config.add_cleanup(run.close_sandboxes)
    controls = not process.is_worker and distributes(config)
    if controls:
        check_distribution(config, task.eval_batch_size)
    if not process.is_worker:
        register(Reporting(run, config), "evalscope_reporting")
        register(LoadReports(run, config), "evalscope_load_reports")
        register(Rerun(config, task), "evalscope_rerun")
    feed = Feed(run)
    here: Controller | Samples = Controller(run, config) if controls else Samples(run, config, feed)
    register(here, "evalscope_controller" if controls else "evalscope_samples")
    register(Signals(Interruption(here, patient=process.is_worker)), "evalscope_signals")
    if not controls:
        register(Measurements(run, config), NAME)
        protocol = SampleProtocol(run, config, feed)
        register(protocol, "evalscope_protocol")
        if isinstance(here, Samples) and process.is_worker:
            register(StateSender(here), "evalscope_states")
        else:
            register(SampleLoop(protocol), "evalscope_loop")


def _process(config: pytest.Config) -> Process:
    """Return this process's part in the run, and stash the configuration that a worker gets from its controller."""
    given = getattr(config, "workerinput", {}).get("evalscope")
    if not given:
        return Process()
    values = json.loads(given)
    config.stash[TASK] = from_mapping(values.pop("task"), given=values.pop("given"))
    return Process(**values)


def _check_words(config: pytest.Config) -> None:
    """Refuse a wrong ``-k`` or ``-m``, and a misspelled ini key: every plugin and conftest has registered its own."""
    try:
        check_expressions(config.option.keyword, config.option.markexpr)
        check_ini_names(unknown_ini_keys(config), config.inipath)
    except EvalError as error:
        raise pytest.UsageError(str(error)) from None


def _driver(config: pytest.Config) -> Driver:
    """Return pytest's options as plain values, its terminal and outcomes as callbacks."""
    option = config.option
    return Driver(
        listing=bool(option.collectonly),
        one_at_a_time=bool(config.getoption("usepdb", False) or config.getoption("trace", False)),
        may_stop=bool(config.getvalue("maxfail")),
        keywords=option.keyword,
        create=partial(_created, config),
        warn=partial(warn, config),
        waiting=partial(waiting, config),
        skip_signals=(pytest.skip.Exception,),
        fail_signals=(AssertionError, pytest.fail.Exception),
        exit_signals=(pytest.exit.Exception,),
    )


def _created(config: pytest.Config, spec: ModelSpec) -> Model:
    """Return the model that a plugin or conftest makes of the settings, or else this package's own."""
    made: Model | None = config.hook.pytest_eval_model_factory(config=config, spec=spec)
    return made or create(spec)


class Signals:
    """Hooks that hand Ctrl-C and SIGTERM to the run for as long as a session lasts."""

    def __init__(self, interruption: Interruption) -> None:
        self._interruption = interruption
        self.insist = interruption.insist

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Take the signals over."""
        self._interruption.take_over()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Ignore them while the reports are written."""
        self._interruption.over = True

    def pytest_unconfigure(self) -> None:
        """Give the signals back."""
        self._interruption.give_back()

"""Makes pytest the driver of a run: its options as plain values, its terminal and outcomes as callbacks."""

from __future__ import annotations

from functools import partial

import pytest

from ..models.factory import create
from ..models.protocol import Model
from ..models.spec import ModelSpec
from ..run.process import Driver
from .loading import waiting_for


def driver_of(config: pytest.Config) -> Driver:
    """Return the driver of the runs of this pytest process."""
    option = config.option
    return Driver(
        listing=bool(option.collectonly),
        one_at_a_time=bool(config.getoption("usepdb", False) or config.getoption("trace", False)),
        may_stop=bool(config.getvalue("maxfail")),
        keywords=option.keyword,
        create=partial(_created, config),
        warn=partial(_warn, config),
        waiting=partial(waiting_for, config),
        skip_signals=(pytest.skip.Exception,),
        fail_signals=(AssertionError, pytest.fail.Exception),
        exit_signals=(pytest.exit.Exception,),
    )


def _created(config: pytest.Config, spec: ModelSpec) -> Model:
    """Return the model that a plugin or conftest makes of the settings, or else this package's own."""
    made: Model | None = config.hook.pytest_eval_model_factory(config=config, spec=spec)
    return made or create(spec)


def _warn(config: pytest.Config, line: str) -> None:
    if (reporter := config.pluginmanager.getplugin("terminalreporter")) is not None:
        reporter.ensure_newline()
        reporter.write_line(line, yellow=True)

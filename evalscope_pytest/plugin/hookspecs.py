"""Hooks a conftest or another plugin can implement to take part in an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ..core.values import SampleResult
    from ..models.factory import ModelSpec
    from ..models.spec import Model
    from ..report.model import Report


@pytest.hookspec(firstresult=True)
def pytest_eval_model_factory(config: pytest.Config, spec: ModelSpec) -> Model | None:
    """Return the model under evaluation, or None to leave it to the next plugin and the built-in providers."""


@pytest.hookspec
def pytest_eval_sample_done(result: SampleResult) -> None:
    """A sample is finished and recorded. Called in the process that ran it, in item order."""


@pytest.hookspec
def pytest_eval_report(report: Report) -> None:
    """A benchmark's report was written. Called once for each, in the process that talks to the terminal."""

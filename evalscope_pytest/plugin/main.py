"""Ties the plugin's parts to pytest's life cycle, once a run evaluates something."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from xdist.workermanage import parse_tx_spec_config

from ..config.sources import from_mapping, to_mapping
from ..core.errors import EvalError
from .collection import expand, heed_marks, plan_of
from .conclusion import check_requirements
from .masking import Masking
from .nodes import SampleItem
from .protocol import SampleLoop, SampleProtocol
from .rerun import Rerun, keep_errored
from .run import Process, Run
from .state import RUN, TASK
from .streams import Routing
from .workers import OWN_SCHEDULER, LookAheadScheduling, WorkerQueue, check_distribution, distributes

# Samples make much that dies at once, and next to nothing in cycles. Three pairs of runs over 20,000 samples: 1 to 15 %
# less CPU, on a noisy machine.
PATIENT_COLLECTOR = (20_000, 20, 50)
USAGE_ERROR = "evalscope_usage_error"


def configure(config: pytest.Config) -> None:
    """Make the run, if there is a model, and register the hooks of this process's part in it."""
    process = Process()
    if given := getattr(config, "workerinput", {}).get("evalscope"):
        values = json.loads(given)
        config.stash[TASK] = from_mapping(values.pop("task"))
        process = Process(**values)
    task = config.stash.get(TASK, None)
    if task is None or not task.eval_type:
        return
    config.pluginmanager.register(Masking(config), "evalscope_masking")
    if task.dry_run:
        config.option.collectonly = True
    run = config.stash[RUN] = Run(config, task, process)
    controls = not process.is_worker and distributes(config)
    if controls:
        check_distribution(config, task.eval_batch_size)
    if not process.is_worker:
        from .reporting import Reporting

        config.pluginmanager.register(Reporting(run), "evalscope_reporting")
        config.pluginmanager.register(Rerun(config), "evalscope_rerun")
    if controls:
        config.pluginmanager.register(Controller(run), "evalscope_controller")
    else:
        config.pluginmanager.register(Samples(run), "evalscope_samples")
        protocol = SampleProtocol(run)
        config.pluginmanager.register(protocol, "evalscope_protocol")
        if not process.is_worker:
            config.pluginmanager.register(SampleLoop(protocol), "evalscope_loop")


class Samples:
    """Collects and feeds samples, in the process that runs them."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._routing = Routing()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Load the selected benchmarks."""
        try:
            with collector_paused():
                expand(self._run, session, items)
            if self._run.task.rerun == "errors":
                keep_errored(config, items)
        except EvalError as error:
            self._refuse(session, items, error)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Fix what will run, and check what can be checked before anything is asked."""
        run = self._run
        heed_marks(session.items)
        run.benchmarks = plan_of(run, session.items)
        try:
            check_requirements(run)
            if not session.config.option.collectonly and run.benchmarks:
                run.previous  # noqa: B018 - read now: a record that cannot be read is no surprise for later
                if not run.process.is_worker:
                    run.begin()
                elif run.process.is_first:
                    run.plan.save(run.work_dir)
        except EvalError as error:
            self._refuse(session, session.items, error)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Any:
        """Start the look-ahead for as long as items run."""
        run = self._run
        run.expect(session.items, WorkerQueue.find(session.config))
        if any(isinstance(i, SampleItem) for i in session.items) and not session.config.option.collectonly:
            self._routing.start(captured=session.config.getoption("capture") != "no")
            gc.freeze()  # items live to the end: searching them for garbage again and again only costs time
        thresholds = gc.get_threshold()
        gc.set_threshold(*PATIENT_COLLECTOR)
        try:
            return (yield)
        finally:
            gc.set_threshold(*thresholds)
            self._routing.stop()
            run.close()

    def _refuse(self, session: pytest.Session, items: list[pytest.Item], error: EvalError) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is None:
            raise pytest.UsageError(str(error)) from None
        # A worker tells its controller, which has the terminal and the exit code.
        output[USAGE_ERROR] = str(error)
        items.clear()


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector from searching a heap that only grows."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Controller:
    """What the process does that controls xdist's workers."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Find out, before any worker is started, whether the records can be kept."""
        try:
            self._run.work_dir  # noqa: B018
        except EvalError as error:
            raise pytest.UsageError(str(error)) from None

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Hand the run's configuration to a worker, over its private channel."""
        run = self._run
        values = {
            "task": to_mapping(run.task, reveal_secrets=True),
            "worker": node.gateway.id,
            "workers": len(node.nodemanager.specs),
            "session": run.session,
            "work_dir": str(run.work_dir.root),
        }
        node.workerinput["evalscope"] = json.dumps(values)

    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> LookAheadScheduling | None:
        """Distribute samples in a way that fits look-ahead, unless whole files are to stay together."""
        if config.option.dist not in OWN_SCHEDULER:
            return None
        workers = min(len(parse_tx_spec_config(config)), self._run.task.eval_batch_size)
        return LookAheadScheduling(config, log, queue=self._run.queue(workers), workers=workers)

    def pytest_xdist_node_collection_finished(self, node: Any, ids: Any) -> None:
        """Learn what will run."""
        self._run.load_plan()

    def pytest_testnodedown(self, node: Any, error: Any) -> None:
        """Take over what a worker found wrong with the command line."""
        output = getattr(node, "workeroutput", None) or {}
        self._run.usage_error = self._run.usage_error or output.get(USAGE_ERROR, "")

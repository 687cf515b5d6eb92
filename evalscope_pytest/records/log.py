"""``logs/eval_log.log``: what the package reports while it runs, keys masked."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from ..core.secret import redact
from ..core.terminal import visible
from .atomic import cannot_write
from .layout import WorkDir

LOGGER = "evalscope_pytest"


class _Redacted(logging.Formatter):
    """Masks secrets in the finished text, tracebacks included, and what a terminal that shows the file would obey."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(redact(super().format(record)), keep="\n\t")


@dataclass(frozen=True, slots=True)
class EvalLog:
    """The open log of a run."""

    handler: logging.Handler
    level_before: int

    def close(self) -> None:
        """Stop logging to the work_dir."""
        logger = logging.getLogger(LOGGER)
        logger.removeHandler(self.handler)
        logger.setLevel(self.level_before)
        self.handler.close()


def open_log(workdir: WorkDir, *, debug: bool = False) -> EvalLog:
    """Send the package's log to the work_dir, until it is closed.

    Raises:
        StoreError: The file cannot be made.
    """
    path = workdir.logs / "eval_log.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise cannot_write(path, error) from error
    handler.setFormatter(_Redacted("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.DEBUG if debug else logging.INFO)
    logger = logging.getLogger(LOGGER)
    opened = EvalLog(handler, logger.level)
    logger.addHandler(handler)
    if logger.getEffectiveLevel() > handler.level:
        logger.setLevel(handler.level)
    return opened

"""``logs/eval_log.log``: what the package reports while it runs, keys masked."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TextIO

from ..core.secret import redact
from ..core.terminal import visible
from .atomic import cannot_write, own_file, own_folder
from .layout import WorkDir

LOGGER = "evalscope_pytest"


class _Redacted(logging.Formatter):
    """Masks secrets in the finished text, tracebacks included, and what a terminal that shows the file would obey."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(redact(super().format(record)), keep="\n\t")


class _File(logging.StreamHandler[TextIO]):
    """Writes to the log's file. What cannot be written is left out, since it is not a record."""

    def handleError(self, record: logging.LogRecord) -> None:
        pass

    def close(self) -> None:
        with suppress(OSError, ValueError):
            self.stream.close()
        super().close()


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
        own_folder(path.parent)
        handler = _File(open(path, "a", encoding="utf-8", errors="backslashreplace", opener=own_file))  # noqa: SIM115
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

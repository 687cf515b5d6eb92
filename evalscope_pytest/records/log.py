"""``logs/eval_log.log``: what the package reports while it runs, keys masked."""

from __future__ import annotations

import logging

from ..core.secret import redact
from .atomic import cannot_write
from .layout import WorkDir

LOGGER = "evalscope_pytest"


class _Redacted(logging.Formatter):
    """Masks secrets in the finished text, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def open_log(workdir: WorkDir, *, debug: bool = False) -> logging.Handler:
    """Send the package's log to the work_dir until `close_log`.

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
    logger.addHandler(handler)
    if logger.getEffectiveLevel() > handler.level:
        logger.setLevel(handler.level)
    return handler


def close_log(handler: logging.Handler) -> None:
    """Stop what `open_log` began."""
    logging.getLogger(LOGGER).removeHandler(handler)
    handler.close()

"""One run at a time in a work_dir: a lock the kernel frees when its holder dies."""

from __future__ import annotations

import json
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

from ..core.errors import UsageError
from .atomic import own_file
from .layout import WorkDir, unusable

log = logging.getLogger(__name__)


@contextmanager
def locked(workdir: WorkDir) -> Iterator[None]:
    """Hold the work_dir for this run. The workers of a run go without: their controller holds it.

    Raises:
        UsageError: Another run has it, and the message names its process; or the lock is not a file.
    """
    try:
        import fcntl  # not on Windows, where two runs in one directory remain the user's own care
    except ImportError:
        yield
        return
    path = workdir.root / ".lock"
    try:
        opened = open(path, "a+", encoding="utf-8", opener=own_file)  # noqa: SIM115 - closed below
    except OSError as error:
        raise unusable(path, error) from error
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = _holder(file)
            raise UsageError(
                f"work_dir is in use: {workdir.root} by process {holder.get('pid', '?')} on {holder.get('host', '?')} "
                f"since {holder.get('since', '?')}. Wait for it, or choose another --eval-work-dir."
            ) from error
        except OSError as error:  # a network file system without locks: better without one than no run at all
            log.warning("%s cannot be locked (%s): see to it that no other run writes there", workdir.root, error)
        since = datetime.now(timezone.utc).isoformat(timespec="seconds")
        try:
            file.truncate(0)
            file.write(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}))
            file.flush()
        except OSError as error:
            raise unusable(path, error) from error
        yield  # the file stays: removing it would let two runs lock two files of one name


def _holder(file: Any) -> dict[str, Any]:
    file.seek(0)
    try:
        known = json.loads(file.read())
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}

"""``--api local``: serves a local model for the time of the measurement, with transformers' continuous batching.

The server is a process of its own: what it computes takes nothing from the client's stamps but cores.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..core.errors import ConfigError, ModelError

START_S = 600.0
STOP_S = 10.0
# Without a GPU the size of the key-value cache has to be said.
_CPU = ("--device", "cpu", "--cb-block-size", "32", "--cb-num-blocks", "1024", "--cb-max-batch-tokens", "256")


@contextmanager
def served(model: str, *, port: int = 0, words: Sequence[str] = ()) -> Iterator[str]:
    """Start ``transformers serve`` for a model, give its address, and end it.

    Args:
        port: Where it listens; 0 for any free port.
        words: Further options of ``transformers serve``; without any, sizes that fit a machine without a GPU.

    Raises:
        ConfigError: There is no such program, or no such model.
        ModelError: It did not start.
    """
    program = shutil.which("transformers", path=str(Path(sys.executable).parent)) or shutil.which("transformers")
    if program is None:
        raise ConfigError("--api local needs transformers serve: pip install 'transformers[serving]' torch")
    port = port or _free_port()
    options = list(words) or ([] if shutil.which("nvidia-smi") else list(_CPU))
    command = [program, "serve", model, "--host", "127.0.0.1", "--port", str(port), "--continuous-batching", *options]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603  the user's own words
            command, stdout=log, stderr=subprocess.STDOUT, env=_environment(), start_new_session=True
        )
        try:
            if not _starts(process, port):
                log.seek(0)
                said = log.read().decode("utf-8", "replace").strip()[-600:]
                raise ModelError(f"transformers serve did not start with {model}: {said or 'it said nothing'}")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            _end(process)


def _environment() -> dict[str, str]:
    """Return this process's environment; without a GPU one thread an operation, as more would fight the client."""
    return {"OMP_NUM_THREADS": "1", **os.environ} if not shutil.which("nvidia-smi") else dict(os.environ)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _starts(process: subprocess.Popen[bytes], port: int) -> bool:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the server and what it started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(STOP_S)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        return

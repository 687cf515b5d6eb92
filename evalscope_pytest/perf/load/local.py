"""``--api local`` and ``local_vllm``: serve a model here for the time of the measurement.

The first takes transformers' continuous batching, the second vLLM.

The server is a separate process: its work costs the client's stamps only cores.
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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import ConfigError, ModelError

START_S = 600.0
STOP_S = 10.0


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that serves a model by ``PROGRAM serve MODEL --host HOST --port PORT`` and answers at ``/health``.

    Attributes:
        always: Further options.
        without_gpu: Options for a machine without a GPU, unless the user gave some.
        install: Package to install if the program is missing.
    """

    program: str
    always: tuple[str, ...]
    without_gpu: tuple[str, ...]
    install: str


ENGINES: Mapping[str, Engine] = {
    "local": Engine(
        "transformers",
        ("--continuous-batching",),
        # The size of the key-value cache has no default.
        ("--device", "cpu", "--cb-block-size", "32", "--cb-num-blocks", "1024", "--cb-max-batch-tokens", "256"),
        "'transformers[serving]' torch",
    ),
    "local_vllm": Engine("vllm", (), (), "vllm"),
}


@contextmanager
def served(model: str, api: str = "local", *, port: int = 0, words: Sequence[str] = ()) -> Iterator[str]:
    """Serve a model for the duration of a ``with`` block, and yield its address.

    Args:
        api: A name in `ENGINES`.
        port: Where it listens; 0 for any free port.
        words: Further options; by default those for a machine without a GPU, if there is none.

    Raises:
        ConfigError: The program is not installed.
        ModelError: It did not start.
    """
    engine = ENGINES[api]
    name = engine.program
    program = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if program is None:
        raise ConfigError(f"--api {api} needs {name} serve: pip install {engine.install}")
    port = port or _free_port()
    options = list(words) or ([] if shutil.which("nvidia-smi") else list(engine.without_gpu))
    command = [program, "serve", model, "--host", "127.0.0.1", "--port", str(port), *engine.always, *options]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603  the user's own words
            command, stdout=log, stderr=subprocess.STDOUT, env=_environment(), start_new_session=True
        )
        try:
            if not _starts(process, port):
                log.seek(0)
                said = log.read().decode("utf-8", "replace").strip()[-600:]
                raise ModelError(f"{name} serve did not start with {model}: {said or 'it said nothing'}")
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
    """End the server and its child processes."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(STOP_S)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        return

"""Runs load testers against `perf_server` or `perf_flood`, each on a separate core if there are two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SERVER_CORE, CLIENT_CORE = 0, 1


@dataclass(frozen=True)
class Seen:
    """Figures of a client, next to those of the server."""

    client: dict
    server: dict


def pinned(core: int, command: list[str]) -> list[str]:
    several = (os.cpu_count() or 1) > 1
    return ["taskset", "-c", str(core), *command] if several else command


@contextmanager
def server(*options: str, script: str = "perf_server.py") -> Iterator[str]:
    command = pinned(SERVER_CORE, [sys.executable, str(HERE / script), *options])
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


def get(url: str) -> dict:
    with urllib.request.urlopen(url) as reply:
        return json.load(reply)


def prompts(folder: Path, count: int) -> Path:
    path = folder / "prompts.txt"
    path.write_text("".join(f"What is {n} plus {n}?\n" for n in range(count)))
    return path


def ours(url: str, *options: str, number: int) -> Seen:
    """Run ``evalscope-pytest perf`` once and return its only level."""
    with tempfile.TemporaryDirectory() as folder:
        data = prompts(Path(folder), number + 1)
        get(f"{url}/reset")
        command = [sys.executable, "-m", "evalscope_pytest", "perf", "--url", f"{url}/v1", "--model", "m",
                   "-n", str(number), "--dataset", "line_by_line", "--dataset-path", str(data), "--no-test-connection",
                   "--outputs-dir", folder, "--no-timestamp", *options]  # fmt: skip
        done = subprocess.run(pinned(CLIENT_CORE, command), capture_output=True, text=True, cwd=folder)
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        seen = get(f"{url}/stats")
        summary = json.loads((Path(folder) / "perf" / "m" / "summary.json").read_text())
        return Seen(summary["results"][0], seen)


def evalscope(program: str, url: str, *options: str, number: int) -> Seen:
    """Run ``evalscope perf`` of another environment; its figures in seconds, under our names."""
    with tempfile.TemporaryDirectory() as folder:
        data = prompts(Path(folder), number)
        get(f"{url}/reset")
        command = [program, "perf", "--url", f"{url}/v1/chat/completions", "--api", "openai", "--model", "m",
                   "--number", str(number), "--dataset", "line_by_line", "--dataset-path", str(data), "--stream",
                   "--no-test-connection", "--outputs-dir", folder, *options]  # fmt: skip
        done = subprocess.run(pinned(CLIENT_CORE, command), capture_output=True, text=True, cwd=folder)
        seen = get(f"{url}/stats")
        found = next(iter(sorted(Path(folder).rglob("benchmark_summary.json"))), None)
        if found is None:
            sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
        return Seen(json.loads(found.read_text()), seen)

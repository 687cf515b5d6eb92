"""Removes what a program left, whatever it made of it."""

from __future__ import annotations

import shutil
import subprocess


def remove_tree(path: str) -> None:
    """Remove a folder, also one that is locked up or nested deeper than the interpreter's own stack."""
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        return
    except (OSError, RecursionError):
        for command in (["chmod", "-R", "u+rwx", path], ["rm", "-rf", path]):
            subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603

"""Jails whose working directory is a temporary folder of this machine."""

from __future__ import annotations

import os
import tempfile

from . import host
from .inside.clearing import remove_tree
from .inside.confinement import Layers
from .jail import INSIDE, InterpreterJail, interpreter


def jail_in_scratch(
    name: str, *, readable: tuple[str, ...] = (), files: bool, calls: bool, forks: bool
) -> InterpreterJail:
    """Start a forking interpreter with a folder of its own; see `Layers` for the arguments.

    Raises:
        SandboxError: It did not start.
    """
    user = host.throwaway_user()
    scratch = os.path.realpath(tempfile.mkdtemp(prefix="evalscope-box-"))
    try:
        # Landlock decides what may be read; the right to pass closed folders adds nothing to it.
        read_all = user is not None and any(
            map(host.closed_to_others, (*host.interpreter_folders(), os.path.dirname(scratch)))
        )
        if user is not None:
            os.chown(scratch, user, user)
        layers = Layers(scratch, readable, user, read_all, files=files, calls=calls, forks=forks)
        return InterpreterJail(name, interpreter(str(INSIDE.parent), layers), scratch, remove=scratch)
    except BaseException:
        remove_tree(scratch)
        raise

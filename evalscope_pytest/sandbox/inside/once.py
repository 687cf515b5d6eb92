"""Runs one program in a place that takes only commands and files: ``python -s -c ... FOLDER`` in a container."""

from __future__ import annotations

import base64
import json
import os
import shutil
import sys

from . import kernel
from .confinement import Confinement, Layers
from .frames import Frame
from .program import prepare_interpreter
from .seccomp import supported
from .zygote import Runner, order_of, reply

RESULT_MARK = "EVALSCOPE-RESULT "


def main() -> None:
    """Run the program in ``order.json`` and print how it ended, on a line that begins with `RESULT_MARK`."""
    folder = sys.argv[1]
    sys.path.remove(folder)
    with open(os.path.join(folder, "order.json"), "rb") as file:
        order = json.loads(file.read())
    blobs, source, left = _taken(folder, order["blobs"], apart=bool(order["header"].get("apart")))
    os.environ.clear()
    os.environ.update(order["environment"])
    layers = Layers(**{**order["layers"], "calls": supported()})
    _fresh(layers)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER)
    prepare_interpreter()
    runner = Runner(Confinement(layers), source)
    ended = runner.run(order_of(Frame(order["header"], blobs, left)))
    runner.close()
    answer = reply(ended, clean=True)
    written = {"header": answer.header, "blobs": [base64.b64encode(blob).decode() for blob in answer.blobs]}
    print(RESULT_MARK + json.dumps(written))  # noqa: T201 - the protocol


def _taken(folder: str, count: int, *, apart: bool) -> tuple[list[bytes], int, int]:
    """Return the blobs of an order, and the open file and length of the last one if it is for another process.

    The files are removed: the program could read them.
    """
    blobs, source, left = [], -1, 0
    for number in range(count):
        path = os.path.join(folder, f"{number}.blob")
        if apart and number == count - 1:
            source = os.open(path, os.O_RDONLY)
            left = os.fstat(source).st_size
        else:
            with open(path, "rb") as file:
                blobs.append(file.read())
        os.unlink(path)
    return blobs, source, left


def _fresh(layers: Layers) -> None:
    """Make the working directory anew: the container may have had a program before."""
    shutil.rmtree(layers.scratch, ignore_errors=True)
    os.makedirs(layers.scratch)
    if layers.uid is not None:
        os.chown(layers.scratch, layers.uid, layers.uid)

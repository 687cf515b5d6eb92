"""Runs a single program, where nothing but commands and files get in: ``python -s -c ... FOLDER`` in a container."""

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
from .zygote import order_of, reply, watched

SAID = "EVALSCOPE-RESULT "


def main() -> None:
    """Run the program in ``order.json`` and print how it ended, on a line that begins with `SAID`."""
    folder = sys.argv[1]
    sys.path.remove(folder)
    with open(os.path.join(folder, "order.json"), "rb") as file:
        order = json.loads(file.read())
    blobs = []
    for number in range(order["blobs"]):
        with open(os.path.join(folder, f"{number}.blob"), "rb") as file:
            blobs.append(file.read())
    os.environ.clear()
    os.environ.update(order["environment"])
    layers = Layers(**{**order["layers"], "calls": supported()})
    _fresh(layers)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER)
    prepare_interpreter()
    ended = watched(order_of(Frame(order["header"], blobs)), Confinement(layers))
    answer = reply(ended, clean=True)
    said = {"header": answer.header, "blobs": [base64.b64encode(blob).decode() for blob in answer.blobs]}
    print(SAID + json.dumps(said))  # noqa: T201 - the protocol


def _fresh(layers: Layers) -> None:
    """Make the working directory anew: the container may have had a program before."""
    shutil.rmtree(layers.scratch, ignore_errors=True)
    os.makedirs(layers.scratch)
    if layers.uid is not None:
        os.chown(layers.scratch, layers.uid, layers.uid)

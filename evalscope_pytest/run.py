"""Starts an evaluation by the path of this file, as EvalScope does: ``python evalscope_pytest/run.py --model M ...``.

A script only: ``import evalscope_pytest.run`` finds the package `run/` beside it.
"""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    # Python looks for modules beside this file first, and would take the package's own `collections` for the standard
    # library's.
    _here = os.path.dirname(os.path.realpath(__file__))
    if os.path.realpath(os.getcwd()) == _here and "--help" not in sys.argv and "-h" not in sys.argv:
        # The pytest that is started looks for modules in the current folder, and would take the same one.
        sys.stderr.write(f"ERROR: evaluations cannot run in {_here}, the package's own folder. Go to another.\n")
        sys.exit(4)
    sys.path[:] = [os.path.dirname(_here) if os.path.realpath(folder) == _here else folder for folder in sys.path]

    from evalscope_pytest.cli.main import main

    sys.exit(main(["eval", *sys.argv[1:]]))

"""``python -m evalscope_pytest.run``: the command ``evalscope-pytest eval``."""

from __future__ import annotations

import sys

from ..cli.main import main

sys.exit(main(["eval", *sys.argv[1:]]))

"""``python -m evalscope_pytest`` is the command ``evalscope-pytest``."""

import sys

from evalscope_pytest.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Media in records of benchmarks that send text alone."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

log = logging.getLogger("evalscope_pytest")
_MEDIA = re.compile(r"(?:image|video|audio)(?:s|_path|[ _]?\d{1,3})?")


def log_unsent(record: Mapping[str, Any], instead: str) -> None:
    """Log the media of a record, which are not sent.

    Args:
        instead: The benchmark that sends them.
    """
    named = [str(name) for name, value in record.items() if _MEDIA.fullmatch(str(name)) and value not in (None, "", [])]
    if named:
        log.warning("%s: text alone is sent; for the rest use %s", ", ".join(named), instead)

"""Data sets of load tests: one file for each kind; `load_conversations` finds one by name."""

from .load import CONVERSATIONS, NAMES, TIMED, load_conversations
from .options import DataOptions, Details, Pictures, details_of, keys_of
from .prompts import Shape, checked_query, shaped

__all__ = [
    "CONVERSATIONS",
    "NAMES",
    "TIMED",
    "DataOptions",
    "Details",
    "Pictures",
    "Shape",
    "checked_query",
    "details_of",
    "keys_of",
    "load_conversations",
    "shaped",
]

"""What is sent: one file for each kind of data set; `load_conversations` finds it by name."""

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

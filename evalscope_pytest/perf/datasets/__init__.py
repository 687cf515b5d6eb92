"""What is sent: one file for each kind of data set; `load_conversations` finds it by name."""

from .details import Details, keys_of, parse_details
from .load import NAMES, TIMED, load_conversations
from .options import DataOptions, Pictures
from .shape import read_query, shaped

__all__ = [
    "NAMES",
    "TIMED",
    "DataOptions",
    "Details",
    "Pictures",
    "keys_of",
    "load_conversations",
    "parse_details",
    "read_query",
    "shaped",
]

"""What is sent: one file for each kind of data set; `load_conversations` finds it by name."""

from .load import NAMES, load_conversations
from .options import DataOptions

__all__ = ["NAMES", "DataOptions", "load_conversations"]

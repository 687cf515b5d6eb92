"""How requests are written and replies read: one file for each interface; `find` finds it by name."""

from ..data.prompts import Prompt
from .choose import APIS, find, interface_of
from .interface import Interface, UnsendableError
from .said import Said

__all__ = ["APIS", "Interface", "Prompt", "Said", "UnsendableError", "find", "interface_of"]

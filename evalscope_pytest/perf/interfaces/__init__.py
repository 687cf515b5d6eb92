"""How requests are written and replies read: one file for each interface; `find` finds it by name."""

from .choose import APIS, find, interface_of
from .interface import Interface, UnsendableError

__all__ = ["APIS", "Interface", "UnsendableError", "find", "interface_of"]

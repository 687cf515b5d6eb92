"""The parser of the commands' arguments."""

from __future__ import annotations

import argparse
from typing import NoReturn

from .errors import ConfigError, closest

_UNKNOWN = "unrecognized arguments: "


class Parser(argparse.ArgumentParser):
    """A parser whose mistakes are `ConfigError`, with the option that is closest to an unknown one."""

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments.

        Raises:
            ConfigError: Always.
        """
        raise ConfigError(f"{message}.{self._near(message)} {self.prog} --help shows all options.")

    def _near(self, message: str) -> str:
        """Return a sentence with the closest option, after a blank; nothing if no option is close."""
        words = message.removeprefix(_UNKNOWN).split() if message.startswith(_UNKNOWN) else []
        flag = next((word.partition("=")[0] for word in words if word.startswith("--")), "")
        found = closest(flag, (known for known in self._option_string_actions if known.startswith("--")))
        return f" {found}" if flag and found.startswith("Did you mean") else ""

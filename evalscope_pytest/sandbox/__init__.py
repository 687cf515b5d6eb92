"""Runs code nobody trusts: one protocol, a file for each way to isolate, a probe that each must pass."""

from .protocol import Limits as Limits
from .protocol import Program as Program
from .protocol import Result as Result

"""The wire formats of services: one file for each dialect. No connection and no clock in here.

Evaluations (`models`) and load tests (`perf`) use the same files. Dialects are found by name in `wire.dialects`.
"""

from .prompt import Prompt
from .stamped import Delta

__all__ = ["Delta", "Prompt"]

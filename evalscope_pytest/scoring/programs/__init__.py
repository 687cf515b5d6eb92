"""Scorers that run the program in a reply: they find it, put it together with its tests, and judge how it ended."""

from .contest import contest_answer as contest_answer
from .languages import language_passes as language_passes
from .passing import called_function as called_function
from .passing import program_passes as program_passes

"""Arena: several models' replies to the same questions, compared pair by pair, and ratings of the models."""

from ..config.schema import ARENA as BENCHMARK

__all__ = ["BENCHMARK"]

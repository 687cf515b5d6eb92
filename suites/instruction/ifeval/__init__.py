"""IFEval: instructions a program can verify (Zhou et al. 2023, arXiv:2311.07911), one function each."""

from .scorer import ifeval

__all__ = ["ifeval"]

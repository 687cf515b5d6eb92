"""Scorers, one file each; answer extraction; aggregation of scores over samples."""

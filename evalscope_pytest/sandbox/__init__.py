"""Runs code nobody trusts: one protocol, a file for each way to isolate, a probe that each must pass."""

"""Calls of functions: reading them out of a reply, and comparing them with what the Berkeley leaderboard accepts."""

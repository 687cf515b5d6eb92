"""Runs samples ahead of the reader: look-ahead, limiter, retry, cancellation. Has never heard of pytest."""

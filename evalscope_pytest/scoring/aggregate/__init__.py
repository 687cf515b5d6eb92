"""Aggregating the scores of samples into the figures of a subset."""

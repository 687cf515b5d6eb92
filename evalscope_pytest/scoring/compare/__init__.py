"""Comparing a value read from a reply with the target: numbers, formulas, sets, number words."""

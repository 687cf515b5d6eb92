"""Fault cases of docs/design/reliability.md, each test named after its case."""

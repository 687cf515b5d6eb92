"""Load tests of model services: what the server did, and when the client could not tell (docs/design/perf.md)."""

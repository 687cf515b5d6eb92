"""Loopback services for tests: real HTTP on 127.0.0.1, scripted replies and faults, everything recorded."""

"""Generating load: when requests are sent, over which connections, and how replies are parsed."""

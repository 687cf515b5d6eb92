"""The `evalscope-pytest` command: a thin front that calls pytest."""

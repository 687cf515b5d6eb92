"""``evalscope-pytest perf``: its options, its plan, and what it runs."""

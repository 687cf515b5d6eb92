"""A benchmark: its definition, the decorator that makes one, its prompts, and a run's overrides of both."""

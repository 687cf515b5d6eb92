"""What a user can set, from where, and what it becomes. ``TaskConfig`` is the single source."""

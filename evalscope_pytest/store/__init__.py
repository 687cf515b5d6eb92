"""Data on disk: the journal, the work_dir layout, rows, resume."""

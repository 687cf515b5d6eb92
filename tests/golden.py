"""Kinds of golden files, which syrupy keeps in `__snapshots__` beside the tests: ``--snapshot-update`` writes them."""

from __future__ import annotations

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode


class Text(SingleFileSnapshotExtension):
    """A text file for each test."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


class Html(Text):
    """A page for each test."""

    file_extension = "html"


class Json(Text):
    """A JSON file for each test."""

    file_extension = "json"

"""Faults are tried on runs of the plugin, as its own tests are."""

from __future__ import annotations

from tests.plugin.conftest import first_reply_awaited, nothing_from_around, project, served  # noqa: F401

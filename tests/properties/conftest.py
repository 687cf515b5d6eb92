"""Findings are tried on runs of the plugin where they need one."""

from __future__ import annotations

from tests.plugin.conftest import nothing_from_around, project, served  # noqa: F401

"""Tests of the reports: numbers, tables, gates, page."""

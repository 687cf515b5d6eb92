"""Tests of the records: journal, compacting, resume, layout."""

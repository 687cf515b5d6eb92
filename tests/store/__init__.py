"""Tests of the records: journal, folding, resume, layout."""

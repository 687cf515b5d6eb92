"""Tests of wire formats."""

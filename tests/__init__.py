"""Tests of evalscope-pytest; they mirror the package."""

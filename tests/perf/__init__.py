"""Tests of the load tester, against real servers on 127.0.0.1."""

"""Warnings about records become lines for the user, one for each kind."""

from __future__ import annotations

import logging

from evalscope_pytest.run.process import warnings_noted


def test_warnings_of_one_kind_are_one_line() -> None:
    notes: list[str] = []
    log = logging.getLogger("evalscope_pytest.datasets.hub")
    with warnings_noted("mine", notes):
        for number in range(1200):
            log.warning("%s lacks a picture", number)
        log.warning("mine: offline; using the files downloaded earlier to /data\x1b[31m")
        log.info("nothing to see")
    log.warning("later")
    assert notes == [
        "mine: 0 lacks a picture (1,199 more like this)",
        "mine: offline; using the files downloaded earlier to /data\\x1b[31m",
    ]


def test_lines_are_few_and_short() -> None:
    notes: list[str] = []
    with warnings_noted("mine", notes):
        for number in range(100):
            logging.getLogger("evalscope_pytest").warning(f"kind {number} " + "x" * 9999)
    assert len(notes) == 20
    assert max(map(len, notes)) < 320

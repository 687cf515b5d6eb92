"""The log of a run."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from evalscope_pytest.core.errors import StoreError
from evalscope_pytest.core.secret import Secret
from evalscope_pytest.store.layout import WorkDir
from evalscope_pytest.store.progress import LOGGER, open_log


def test_the_packages_log_is_written_without_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # pytest would capture the lone surrogate as well, and cannot send it from a worker of xdist.
    monkeypatch.setattr(logging.getLogger(LOGGER), "propagate", False)
    before = logging.getLogger(LOGGER).level
    key = Secret("canary-in-a-log")
    logger = logging.getLogger(LOGGER + ".models")
    log = open_log(WorkDir(tmp_path))
    try:
        logger.info("asking with %s and %s, 中文 \ud800", key, key.reveal())
        logger.debug("too much")
        try:
            raise ValueError(f"failed with {key.reveal()}")
        except ValueError:
            logger.exception("stopped")
    finally:
        log.close()
    logger.info("after the end")
    text = (tmp_path / "logs" / "eval_log.log").read_text(encoding="utf-8")
    assert "INFO evalscope_pytest.models: asking with *** and ***, 中文" in text
    assert "Traceback" in text
    assert not any(word in text for word in ("canary", "too much", "after the end"))
    assert logging.getLogger(LOGGER).level == before


def test_debug_shows_more(tmp_path: Path) -> None:
    log = open_log(WorkDir(tmp_path), debug=True)
    logging.getLogger(LOGGER).debug("details")
    log.close()
    assert "details" in (tmp_path / "logs" / "eval_log.log").read_text()


def test_a_log_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "logs").touch()
    with pytest.raises(StoreError, match="eval_log"):
        open_log(WorkDir(tmp_path))

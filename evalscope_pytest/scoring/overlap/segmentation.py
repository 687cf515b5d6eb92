"""Chinese text as words, with jieba."""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
from functools import lru_cache
from pathlib import Path
from stat import S_ISDIR
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jieba

# jieba's time grows with the square of a run of characters it does not know: lines are cut into pieces of this length.
PIECE = 500
# Maximum number of characters of a text that are compared.
MOST_COMPARED = 1 << 17
# It needs up to 10 us a character: what a text has beyond this many is left out.
LONGEST = 20_000


def is_chinese(text: str) -> bool:
    """Return whether there is a Chinese character in ``text``."""
    return not text.isascii() and any("\u4e00" <= character <= "\u9fa5" for character in text)


@lru_cache(maxsize=32)  # BLEU and ROUGE ask for the same texts
def chinese_words(text: str) -> tuple[str, ...]:
    """Split ``text`` into words, in order; those of other languages, and white space, are among them."""
    cutter = _cutter()
    found: list[str] = []
    for line in text[:LONGEST].splitlines(keepends=True):
        for start in range(0, len(line), PIECE):
            found.extend(cutter.cut(line[start : start + PIECE]))
    return tuple(found)


@lru_cache(maxsize=1)
def _cutter() -> jieba.Tokenizer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own source, and of pkg_resources, which a session may turn into errors
        import jieba

    # It reports its start on stderr, and adds its own handler to do so.
    logging.getLogger("jieba").setLevel(logging.ERROR)
    cutter = jieba.Tokenizer()
    cutter.tmp_dir = _own_folder()
    return cutter


def _own_folder() -> str:
    """Return the folder for jieba's compiled dictionary, which it trusts: one that nobody else can write to."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir(), f"evalscope-pytest-{user}")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return tempfile.mkdtemp(prefix="evalscope-pytest-")
    ours = S_ISDIR(found.st_mode) and found.st_uid == user and not found.st_mode & 0o022
    return str(folder) if ours else tempfile.mkdtemp(prefix="evalscope-pytest-")

"""Chinese words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.scoring.overlap import MOST_CUT, chinese_words, is_chinese
from tests.cost import takes_at_most


def test_words_are_cut_and_white_space_is_kept():
    assert chinese_words("中国的首都是北京\n是的 OK") == (
        "中国",
        "的",
        "首都",
        "是",
        "北京",
        "\n",
        "是",
        "的",
        " ",
        "OK",
    )


@pytest.mark.parametrize(
    ("text", "expected"), [("中", True), ("a中", True), ("abc", False), ("かな", False), ("", False)]
)
def test_chinese_is_known_by_its_characters(text, expected):
    assert is_chinese(text) is expected


@given(st.text(alphabet="中国的首都龘ab1 \n。", max_size=40))
def test_no_character_is_lost(text):
    assert "".join(chinese_words(text)) == text


def test_a_long_line_without_punctuation_takes_bounded_time():
    assert sum(map(len, chinese_words("龘" * 200_000))) == MOST_CUT
    takes_at_most(5, lambda: chinese_words("龘" * 200_000))


SEGMENT = "import sys, evalscope_pytest.scoring.overlap as s; print(len(s.chinese_words(sys.argv[1])))"


def _segment(temporary: Path) -> subprocess.CompletedProcess[str]:
    # Without compiled files, Python compiles jieba's source, which it has warnings about.
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPYCACHEPREFIX": f"{temporary}-compiled"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", SEGMENT, "北京是首都"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.mark.slow
def test_jieba_says_nothing_and_keeps_its_dictionary_in_a_folder_of_the_users_own(tmp_path):
    done = _segment(tmp_path)
    assert (done.stdout.strip(), done.stderr) == ("3", "")
    (folder,) = tmp_path.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert [file.name for file in folder.iterdir()] == ["jieba.cache"]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "getuid"), reason="POSIX permissions")
def test_a_dictionary_in_a_folder_others_can_write_to_is_not_used(tmp_path):
    folder = tmp_path / f"evalscope-pytest-{os.getuid()}"
    folder.mkdir()
    folder.chmod(0o777)
    (folder / "jieba.cache").write_bytes(b"not ours")
    assert _segment(tmp_path).stdout.strip() == "3"
    assert (folder / "jieba.cache").read_bytes() == b"not ours"

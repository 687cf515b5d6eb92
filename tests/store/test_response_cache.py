"""Replies kept across runs: what is stored, what is found, and what trouble with the file comes to."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalscope_pytest.core.canonical import digest
from evalscope_pytest.core.errors import UsageError
from evalscope_pytest.core.secret import Secret
from evalscope_pytest.core.values import ModelOutput, ToolCall, Usage
from evalscope_pytest.store.response_cache import FILE, ResponseCache, _document, _reply, worth_keeping
from tests.waiting import wait_until

KEY = digest("a question")


@pytest.fixture
def opened():
    """Makes caches, and closes them."""
    made = []

    def open_cache(folder):
        made.append(ResponseCache(folder))
        return made[-1]

    yield open_cache
    for cache in made:
        cache.close()


def sql(folder, *statement):
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        return connection.execute(*statement).fetchall()


def test_a_reply_is_found_at_once_and_in_another_run(opened, tmp_path):
    said = ModelOutput(
        "4 \ud800\u2028", "two and two", "max_tokens", Usage(5, 3, 1, 2), "served", 1.5, 0.2, 3, [{"token": "4"}]
    )
    expected = ModelOutput("4 \ud800\u2028", "two and two", "max_tokens", Usage(5, 3, 1, 2), "served", cached=True,
                           logprobs=[{"token": "4"}])  # fmt: skip
    cache = opened(tmp_path / "made" / "here")
    assert cache.find(KEY) is None
    cache.keep(KEY, said)
    assert cache.find(KEY) == expected
    cache.close()
    assert opened(tmp_path / "made" / "here").find(KEY) == expected


def test_what_waits_is_written_within_a_moment(opened, tmp_path):
    cache, other = opened(tmp_path), opened(tmp_path)
    cache.keep(KEY, ModelOutput("4"))
    wait_until(lambda: other.find(KEY))
    assert other.find(KEY).text == "4"
    assert cache.find(KEY) == other.find(KEY)


text = st.text(st.characters(), max_size=20)
counts = st.builds(Usage, *[st.integers(0, 1 << 40)] * 2, *[st.none() | st.integers(0, 1 << 40)] * 3)
outputs = st.builds(
    ModelOutput, text, text, st.sampled_from(["stop", "max_tokens", "model_length", "tool_calls"]),
    st.none() | counts, text, logprobs=st.none() | st.lists(st.dictionaries(text, st.floats(allow_nan=False,
    allow_infinity=False)), max_size=2), cached=st.just(True),
    tool_calls=st.lists(st.builds(ToolCall, text, text, text), max_size=2).map(tuple),
)  # fmt: skip


@given(outputs)
@settings(deadline=None)
def test_any_reply_comes_back_as_it_was(output):
    assert _reply(_document(output)) == output


@given(st.none() | st.text(max_size=50) | st.binary(max_size=20) | st.integers())
def test_a_row_that_is_no_reply_is_none(row):
    assert _reply(row) is None


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ('"text":"4"', '"text":4'),
        ('"stop"', '"whatever"'),
        ('"usage":null', '"usage":{"input_tokens":-1,"output_tokens":2}'),
        ('"usage":null', '"usage":{"tokens":1}'),
        ('"text"', '"extra":1,"text"'),
        ('"logprobs":null', '"logprobs":' + "[" * 100_000),
    ],
)
def test_an_unreadable_row_is_a_miss_and_is_replaced(now, then, opened, tmp_path):
    cache = opened(tmp_path)
    cache.keep(KEY, ModelOutput("4"))
    cache.close()
    assert sql(tmp_path, "UPDATE replies SET reply = replace(reply, ?, ?) RETURNING reply LIKE ?", (now, then, "%4%"))
    cache = opened(tmp_path)
    assert cache.find(KEY) is None
    cache.keep(KEY, ModelOutput("5"))
    cache.close()
    assert opened(tmp_path).find(KEY).text == "5"


@pytest.mark.parametrize(
    ("output", "kept"),
    [
        (ModelOutput("4"), True),
        (ModelOutput("4", stop_reason="max_tokens"), True),
        (ModelOutput("", "I thought for", "max_tokens"), True),
        (ModelOutput(" \n"), False),
        (ModelOutput("4", stop_reason="unknown"), False),
        (ModelOutput("4", stop_reason="content_filter"), False),
        (ModelOutput("4" * (1 << 20) + "4"), False),
    ],
)
def test_only_what_the_model_would_say_again_is_kept(output, kept, opened, tmp_path):
    assert worth_keeping(output) is kept
    cache = opened(tmp_path)
    cache.keep(KEY, output)
    assert (cache.find(KEY) is not None) is kept


def test_keys_are_masked_wherever_they_stand(opened, tmp_path):
    key = Secret("canary-5fD9xQ2-not-a-word").reveal()
    cache = opened(tmp_path)
    cache.keep(KEY, ModelOutput(f"the key is {key}", f"{key}?", model=key, logprobs=[{key: key}]))
    cache.close()
    assert key.encode() not in (tmp_path / FILE).read_bytes()
    assert opened(tmp_path).find(KEY).text == "the key is ***"


FILLS = """
import sys, time
from pathlib import Path
from evalscope_pytest.core.canonical import digest
from evalscope_pytest.core.values import ModelOutput
from evalscope_pytest.store.response_cache import ResponseCache

cache = ResponseCache(Path(sys.argv[1]))
who = sys.argv[2]
print("open", flush=True)
for i in range(int(sys.argv[3])):
    cache.keep(digest(who, i), ModelOutput(f"{who} {i} " + "x" * 500))
    assert cache.find(digest(who, i))
    time.sleep(0.001)
cache.close()
"""


def start(folder, who, count):
    return subprocess.Popen([sys.executable, "-c", FILLS, str(folder), who, str(count)], stdout=subprocess.PIPE)


def test_processes_may_make_and_fill_it_at_the_same_time(opened, tmp_path):
    processes = [start(tmp_path / "new", str(n), 200) for n in range(6)]
    assert [p.wait(180) for p in processes] == [0] * 6
    for process in processes:
        process.stdout.close()
    assert sql(tmp_path / "new", "SELECT count(*) FROM replies") == [(1200,)]
    assert sorted(f.name for f in (tmp_path / "new").iterdir()) == [FILE]


def test_a_killed_process_leaves_it_whole(opened, tmp_path):
    process = start(tmp_path, "k", 100_000)
    process.stdout.readline()
    cache = opened(tmp_path)
    wait_until(lambda: cache.find(digest("k", 0)))
    time.sleep(0.1)  # in the middle of something
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert cache.find(digest("k", 0)).text.startswith("k 0 ")
    cache.keep(KEY, ModelOutput("4"))
    cache.close()
    assert sql(tmp_path, "PRAGMA integrity_check") == [("ok",)]
    assert opened(tmp_path).find(KEY).text == "4"


def foreign(folder):
    sql(folder, "CREATE TABLE others (x)")


def newer(folder):
    ResponseCache(folder).close()
    sql(folder, "PRAGMA user_version = 7")


def garbage(folder):
    (folder / FILE).write_bytes(b"not a database " * 1000)


def cut(folder):
    cache = ResponseCache(folder)
    for i in range(100):
        cache.keep(digest(i), ModelOutput("x" * 1000))
    cache.close()
    with open(folder / FILE, "r+b") as file:
        file.truncate(5000)


def half_a_cache(folder):
    ResponseCache(folder).close()
    sql(folder, "ALTER TABLE replies DROP COLUMN created_at")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (foreign, "another program"),
        (newer, "its schema is 7, not 1"),
        (garbage, "not a database"),
        (cut, "malformed"),
        (half_a_cache, "created_at"),
    ],
)
def test_a_file_that_is_no_cache_is_refused_and_left_as_it_is(damage, reason, tmp_path):
    damage(tmp_path)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(UsageError) as caught:
        ResponseCache(tmp_path)
    assert str(tmp_path / FILE) in str(caught.value)
    assert reason in str(caught.value)
    assert "--eval-response-cache" in str(caught.value)
    assert (tmp_path / FILE).read_bytes() == before


def test_a_place_that_cannot_be_written_to_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot be written to: .*replies\.sqlite .*Choose another directory"):
        ResponseCache(tmp_path / "file")
    (tmp_path / FILE).mkdir()
    with pytest.raises(UsageError, match="unable to open"):
        ResponseCache(tmp_path)


def test_damage_while_it_is_open_is_told_once_and_ends_nothing(opened, tmp_path, caplog):
    cache = opened(tmp_path)
    sql(tmp_path, "DROP TABLE replies")
    for i in range(3):
        assert cache.find(digest(i)) is None
        cache.keep(digest(i), ModelOutput("4"))
        assert cache.find(digest(i)).text == "4", "what waits needs no file"
    cache.close()
    told = [record.message for record in caplog.records]
    assert ["read" in m for m in told] == [True, False]
    assert ["written" in m for m in told] == [False, True]


def test_one_who_writes_for_long_does_not_keep_readers_waiting(opened, tmp_path):
    cache = opened(tmp_path)
    cache.keep(KEY, ModelOutput("4"))
    cache.close()
    cache = opened(tmp_path)
    with sqlite3.connect(tmp_path / FILE, isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE replies SET reply = ''")
        cache.keep(digest("b"), ModelOutput("5"))
        for _ in range(100):
            assert cache.find(KEY).text == "4"
        time.sleep(0.2)  # its writer waits by now
        cache.keep(digest("c"), ModelOutput("6"))
        closing = threading.Thread(target=cache.close)
        closing.start()
        writer.execute("ROLLBACK")
    writer.close()
    closing.join()
    assert [opened(tmp_path).find(digest(name)).text for name in "bc"] == ["5", "6"]


def test_readers_wait_for_no_writer(tmp_path, opened):
    first = opened(tmp_path)
    first.keep(KEY, ModelOutput(text="yes"))
    first.close()
    cache = opened(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("DELETE FROM replies")
        found = cache.find(KEY)
        writer.execute("ROLLBACK")
    assert found is not None
    assert found.text == "yes"

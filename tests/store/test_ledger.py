"""The record of what was spent: shared by processes, and whole whatever ends them."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import StoreError
from evalscope_pytest.core.spending import Account, Spent
from evalscope_pytest.store.ledger import Ledger, Worth, last_refusal, spent_in

ACCOUNT = Account("m", "adding", "model", "m")
JUDGE = Account("m", "adding", "judge", "j")
ONE = Spent(requests=1, input=10, output=20, longest=20)


def within(limit: int):
    return lambda paid, held, request: paid.tokens + held.tokens + request.tokens <= limit


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spending.jsonl"


def test_what_one_process_appends_another_reads(path):
    one, other = Ledger(path, "s"), Ledger(path, "s")
    one.add(ACCOUNT, ONE)
    other.add(ACCOUNT, ONE)
    other.add(JUDGE, ONE)
    one.refresh()
    assert one.spent == other.spent == {ACCOUNT: ONE + ONE, JUDGE: ONE}
    assert one.paid == Worth(90)
    assert spent_in(path) == one.spent


def test_a_ledger_that_does_not_follow_reads_when_it_is_refreshed(path):
    writer, other = Ledger(path, "s", follows=False), Ledger(path, "s", follows=False)
    writer.add(ACCOUNT, ONE)
    other.add(ACCOUNT, ONE)
    assert writer.spent == {}
    writer.refresh()
    writer.refresh()
    assert writer.spent == {ACCOUNT: ONE + ONE}


def test_reservations_of_all_processes_count_until_they_are_settled(path):
    one, other = Ledger(path, "s"), Ledger(path, "s")
    first = one.reserve(ACCOUNT, ONE, within(60))
    assert first
    assert other.reserve(ACCOUNT, ONE, within(60))
    assert one.reserve(ACCOUNT, ONE, within(60)) == ""
    one.add(ACCOUNT, Spent(requests=1, input=1), first)
    assert one.reserve(ACCOUNT, Spent(output=29), within(60))
    assert one.paid == Worth(1)
    assert one.held == Worth(59)


def test_a_released_reservation_costs_nothing_and_a_lost_one_its_most(path):
    ledger = Ledger(path, "s")
    ledger.release(ledger.reserve(ACCOUNT, ONE, within(100)))
    assert (ledger.paid, ledger.held) == (Worth(0), Worth(0))
    ledger.lose(ACCOUNT, ONE, ledger.reserve(ACCOUNT, ONE, within(100)))
    assert (ledger.paid, ledger.held) == (Worth(30), Worth(0))
    assert ledger.lost == {ACCOUNT: ONE}
    assert ledger.spent == {}


RESERVE = """
import sys, os
from pathlib import Path
from evalscope_pytest.core.spending import Account, Spent
from evalscope_pytest.store.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]), sys.argv[2])
print(ledger.reserve(Account("m", "adding", "model", "m"), Spent(requests=1, input=10, output=20), lambda *_: True))
sys.stdout.flush()
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("session", ["this", "earlier"])
def test_the_reservation_of_a_killed_process_is_lost_at_its_most(session, path):
    done = subprocess.run(
        [sys.executable, "-c", RESERVE, str(path), session], capture_output=True, text=True, check=False
    )
    assert done.returncode == -9
    ledger = Ledger(path, "this")
    assert ledger.reserve(ACCOUNT, ONE, within(59)) == ""
    assert (ledger.paid, ledger.held) == (Worth(30), Worth(0))
    assert ledger.reserve(ACCOUNT, ONE, within(60))
    again = Ledger(path, "this")
    again.refresh()
    assert again.paid == Worth(30)


@pytest.mark.parametrize(
    "torn", ['{"account":["m","adding"', '{"spent":{"input":5},"account":["m","a","model","m"]}', "\0\0"]
)
@pytest.mark.parametrize("follows", [True, False])
def test_a_torn_line_does_not_spoil_the_next(torn, follows, path):
    Ledger(path, "s").add(ACCOUNT, ONE)
    with open(path, "a") as file:
        file.write(torn)
    Ledger(path, "s", follows=follows).add(ACCOUNT, ONE)
    ledger = Ledger(path, "s")
    ledger.refresh()
    assert ledger.spent[ACCOUNT] == ONE + ONE


@pytest.mark.parametrize(
    "line",
    ["", "null", "[]", "5", "{}", "{" * 5000, '{"spent":{"input":-5},"account":["m","a","model","m"]}',
     '{"spent":{"input":1.5},"account":["m","a","model","m"]}', '{"spent":{},"account":["m","a","owner","m"]}',
     '{"spent":{"input":%s},"account":["m","a","model","m"]}' % ("9" * 400),
     '{"spent":5,"account":["m","a","model","m"]}', '{"spent":{},"account":["m"]}', '{"held":{},"id":[]}', "\xff"],
)  # fmt: skip
def test_a_damaged_line_counts_as_nothing(line, path):
    path.write_text(f"{line}\n", encoding="latin-1")
    ledger = Ledger(path, "s")
    ledger.add(ACCOUNT, ONE)
    assert ledger.spent == {ACCOUNT: ONE}
    assert ledger.damaged == (1 if line else 0)
    assert spent_in(path) == {ACCOUNT: ONE}


def test_the_first_refusal_of_a_run_stays_and_those_of_others_do_not_count(path):
    Ledger(path, "earlier").refuse("before")
    ledger = Ledger(path, "s")
    ledger.refresh()
    assert ledger.refusal == ""
    ledger.refuse("now")
    Ledger(path, "s").refuse("too late")
    ledger.refresh()
    assert ledger.refusal == "now"
    assert last_refusal(path) == "now"
    assert last_refusal(path.with_name("none")) == ""


def test_nothing_is_written_through_a_symbolic_link(path, tmp_path):
    (tmp_path / "target").write_text("")
    path.symlink_to(tmp_path / "target")
    with pytest.raises(StoreError, match="a symbolic link is in its place"):
        Ledger(path, "s").add(ACCOUNT, ONE)
    assert (tmp_path / "target").read_text() == ""


def test_refreshing_makes_no_file(path):
    Ledger(path, "s").refresh()
    assert not path.exists()


@pytest.mark.parametrize("follows", [True, False])
def test_a_long_file_becomes_its_sums_and_goes_on(follows, path):
    ledger = Ledger(path, "s", follows=follows)
    ledger.compact()
    assert not path.exists()
    for _ in range(1000):
        ledger.add(ACCOUNT, ONE)
    ledger.lose(JUDGE, ONE)
    ledger.refuse("used up")
    dead = Ledger(path, "another")
    dead.reserve(ACCOUNT, ONE, within(10**9))
    ledger.compact()
    assert len(path.read_text().splitlines()) == 4
    assert last_refusal(path) == "used up"
    ledger.add(ACCOUNT, ONE)
    for found in (ledger, Ledger(path, "s"), Ledger(path, "new")):
        found.refresh()
        assert found.spent[ACCOUNT].requests == 1001
        assert found.lost == {JUDGE: ONE, ACCOUNT: ONE}
        assert found.paid == Worth(30 * 1003)
        assert found.damaged == 0
    assert spent_in(path, 1)[ACCOUNT].requests == 1000


def _spend(path: Path, limit: int) -> None:
    ledger = Ledger(path, "s")
    while name := ledger.reserve(ACCOUNT, ONE, within(limit)):
        ledger.add(ACCOUNT, ONE, name)


def test_processes_that_spend_at_once_use_the_limit_and_never_pass_it(path):
    workers = [multiprocessing.get_context("spawn").Process(target=_spend, args=(path, 3000)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    ledger = Ledger(path, "s")
    ledger.refresh()
    assert (ledger.paid, ledger.held, ledger.damaged) == (Worth(3000), Worth(0), 0)
    worst = paid = held = 0
    open_: dict[str, int] = {}
    for entry in map(json.loads, path.read_text().splitlines()):  # at no time was more than the limit promised
        if "held" in entry:
            open_[entry["id"]] = 30
        else:
            held -= open_.pop(entry["id"])
            paid += 30
        held = sum(open_.values())
        worst = max(worst, paid + held)
    assert worst == 3000
    assert os.path.getsize(path) > 0


@given(st.lists(st.tuples(st.sampled_from(["add", "hold", "free", "lose", "settle"]), st.integers(0, 50)), max_size=40))
def test_any_sequence_keeps_to_the_limit_and_is_read_back_equal(tmp_path_factory, steps):
    path = tmp_path_factory.mktemp("ledger") / "spending.jsonl"
    ledger, held = Ledger(path, "s"), []
    for step, tokens in steps:
        most = Spent(requests=1, output=tokens)
        if step in ("add", "hold"):
            name = ledger.reserve(ACCOUNT, most, within(100))
            held += [(name, tokens)] if name else []
        elif held:
            name, reserved = held.pop()
            if step == "free":
                ledger.release(name)
            elif step == "lose":
                ledger.lose(ACCOUNT, Spent(requests=1, output=reserved), name)
            else:
                ledger.add(ACCOUNT, Spent(requests=1, output=min(tokens, reserved)), name)
        assert ledger.paid.tokens + ledger.held.tokens <= 100
        assert ledger.held.tokens == sum(reserved for _, reserved in held)
    if path.exists():
        again = Ledger(path, "s")
        again.refresh()
        assert (again.spent, again.lost, again.held) == (ledger.spent, ledger.lost, ledger.held)

"""Cases 1 to 12: what is recorded stays recorded, whatever happens to the process, the disk and the files."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from evalscope_pytest.core.errors import StoreError
from evalscope_pytest.store.atomic import write_atomic
from evalscope_pytest.store.journal import Journal, entries
from evalscope_pytest.store.layout import WorkDir
from tests.plugin.project import kept
from tests.plugin.recorded import recorded_in, wait_for_records
from tests.plugin.test_resume import asked
from tests.store.results import MODEL, record, scored
from tests.waiting import wait_until

SOAK = Path(__file__).resolve().parents[2] / "bench" / "kill_resume.py"


def test_case_01_kill_9_at_random_moments_loses_nothing_and_asks_nothing_twice():
    done = subprocess.run(
        [sys.executable, str(SOAK), "--cycles=6", "--samples=150", "--seed=3"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "150 samples, 150 scored" in done.stdout
    assert "recorded and asked again: 0" in done.stdout


@pytest.fixture
def killed(served):
    """A run of 30 samples that was killed with some of them recorded: its directory, its journal, how many."""
    served.benchmark(count=30)
    served.server.hold_from(12)
    process = served.start("--eval-model=served", "test_adding.py", "--eval-batch-size=2")
    wait_until(lambda: len(served.server.requests) == 14)
    wait_for_records(served, 12)
    process.kill()
    process.communicate()
    (work_dir,) = (served.path / "outputs").iterdir()
    (journal,) = (work_dir / "journal").glob("*main*.jsonl")
    served.server.forget()
    served.server.let_go()
    return work_dir, journal, len(list(entries(journal)))


def test_case_02_torn_last_line_is_ignored_and_its_sample_asked_again(killed, served):
    work_dir, journal, recorded = killed
    whole = journal.read_bytes()
    journal.write_bytes(whole[: whole[:-1].rindex(b"\n") + 200])
    run = served.run(f"--eval-use-cache={work_dir}")
    assert (run.code, run.counts) == (0, {"correct": 30}), run.out
    assert len(served.server.requests) == 30 - (recorded - 1)
    assert "damaged" not in run.out, "it is what any killed process leaves"


def test_case_03_nuls_and_garbage_are_set_aside_with_one_warning(killed, served):
    work_dir, journal, recorded = killed
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[1] = b"\0" * len(lines[1][:-1]) + b"\n"
    lines[3] = lines[3][:50] + b"\xff\xfe" + lines[3][52:]
    journal.write_bytes(b"".join(lines))
    run = served.run(f"--eval-use-cache={work_dir}")
    assert (run.code, run.counts) == (0, {"correct": 30}), run.out
    assert len(served.server.requests) == 30 - (recorded - 2)
    assert (work_dir / "journal" / "quarantine.jsonl").read_bytes() == lines[1] + lines[3]
    shown = [line for line in run.out.splitlines() if "damaged" in line and line.startswith("eval:")]
    assert len(shown) == 1
    assert f"2 damaged records were set aside in {work_dir}/journal/quarantine.jsonl" in shown[0]
    assert (work_dir / "logs" / "eval_log.log").read_text().count("damaged") == 1


@pytest.mark.parametrize("processes", [0, 2])
def test_case_04_of_duplicate_records_the_last_counts_once(processes, killed, served):
    work_dir, journal, recorded = killed
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines + lines[:5] + lines[2:4]))
    run = served.run(f"--eval-use-cache={work_dir}", "-n", processes)
    assert run.counts == {"correct": 30}, run.out
    assert len(served.server.requests) == 30 - recorded
    report = json.loads((work_dir / "reports" / "served" / "adding.json").read_text())
    assert report["execution_summary"]["succeeded"] == 30
    reviews = (work_dir / "reviews" / "served" / "adding_default.jsonl").read_text().splitlines()
    assert [json.loads(row)["index"] for row in reviews] == list(range(30))


@pytest.mark.parametrize(
    ("processes", "option", "why"),
    [
        (0, "--eval-generation-config=temperature=0.5", "generation_config.temperature was not set, is 0.5"),
        (
            2,
            '--eval-dataset-args={"adding": {"system_prompt": "Add."}}',
            "adding: system_prompt was not set, is 'Add.'",
        ),
    ],
)
def test_case_05_records_of_another_configuration_are_not_used_and_it_says_why(processes, option, why, killed, served):
    work_dir, _, recorded = killed
    run = served.run(f"--eval-use-cache={work_dir}", option, "-n", processes)
    assert (run.code, run.counts) == (0, {"correct": 30}), run.out
    assert len(served.server.requests) == 30
    assert f"which holds {recorded} answers" in run.out
    assert f"answers recorded with other settings are not used again: {why}" in run.out
    served.server.forget()
    old = served.run(f"--eval-use-cache={work_dir}")
    assert old.code == 0
    assert len(served.server.requests) == 30 - recorded, "they are kept for whoever asks with the old settings"


@pytest.mark.parametrize(
    ("options", "change"),
    [
        (["--eval-batch-size=1"], {}),
        (["--eval-limit=20"], {}),
        (["--eval-seed=7", '--eval-dataset-args={"adding": {"shuffle": true}}'], {}),
        (["-n2", "--eval-batch-size=16"], {}),
        ([], {"subsets": True}),
    ],
)
def test_case_05_whatever_else_changes_finished_samples_are_not_asked_again(options, change, killed, served):
    work_dir, journal, recorded = killed
    before = {entry.row.index for entry in entries(journal)}
    if change:  # other samples come first
        rows = (served.path / "adding.jsonl").read_text().splitlines(keepends=True)
        served.write("adding.jsonl", "".join(reversed(rows)))
    run = served.run(f"--eval-use-cache={work_dir}", *options)
    assert run.code == 0, run.out
    assert not before & set(asked(served.server))
    assert len(served.server.requests) == (20 if "--eval-limit=20" in options else 30) - recorded


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"needs the right to mount a tmpfs: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


LONG = "def test_{name}(sample, output):\n    return output.text.split()[0] == sample.target"
LIMIT = """
import resource
def pytest_collection_finish():  # what is written before the first sample is small
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
"""


def long_replies(served, count=200):
    """Have every reply take 20 kB on the disk."""
    solve = served.server.answer
    served.benchmark(count=count, body=LONG.format(name="adding"))
    served.server.answer = lambda messages: solve(messages) + " because " * 2500


@pytest.mark.parametrize("processes", [0, 2])
def test_case_06_full_disk_ends_the_run_at_once_and_what_was_recorded_is_intact(processes, small_disk, served):
    long_replies(served)
    served.server.hold_from(80)  # the run ends while it waits for these
    served.options += [f"--eval-work-dir={small_disk}", "--eval-no-timestamp"]
    run = served.spawn("--eval-model=served", "test_adding.py", "--eval-batch-size=4", "-n", processes)
    assert run.code == 3, run.out
    assert f"cannot write {small_disk}/" in run.out
    assert f"No space left on device (0 bytes free in {small_disk}" in run.out
    assert "INTERNALERROR" not in run.out
    assert "Traceback" not in run.out
    assert len(served.server.requests) < 100, "it goes on paying for what it cannot record"
    assert not served.server.held_in_vain
    recorded = recorded_in(small_disk)
    assert 3 < len(recorded) < 60
    assert run.counts.get("correct", 0) <= len(recorded), "a sample was reported before it was on the disk"
    assert run.out.count("No space left on device") == 1, "it is a whole paragraph"

    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    served.server.forget()
    served.server.let_go()
    again = served.run(f"--eval-use-cache={small_disk}")
    assert (again.code, again.counts) == (0, {"correct": 200}), again.out
    assert not recorded & set(asked(served.server))


@pytest.mark.parametrize("processes", [0, 2])
def test_case_06_a_file_that_may_not_grow_is_a_full_disk_for_anyone(processes, served):
    long_replies(served)
    served.server.hold_from(80)  # the run ends while it waits for these
    served.write("conftest.py", LIMIT)
    run = served.spawn("--eval-model=served", "test_adding.py", "--eval-batch-size=4", "-n", processes)
    assert run.code == 3, run.out
    assert "File too large (" in run.out
    assert " bytes free in " in run.out
    assert "run the same command with --eval-use-cache" in run.out
    assert "INTERNALERROR" not in run.out
    assert len(served.server.requests) < 100
    assert not served.server.held_in_vain
    served.server.let_go()
    (served.path / "conftest.py").unlink()
    recorded = recorded_in(run.work_dir)
    assert 3 < len(recorded) < 60
    assert run.counts.get("correct", 0) <= len(recorded), "a sample was reported before it was on the disk"
    assert run.out.count("File too large (") == 1, "it is a whole paragraph"
    served.server.forget()
    again = served.run(f"--eval-use-cache={run.work_dir}")
    assert (again.code, again.counts) == (0, {"correct": 200}), again.out
    assert not recorded & set(asked(served.server))


def test_case_07_a_failed_sync_is_final(tmp_path, monkeypatch):
    synced = []

    def fail_once(fd):
        synced.append(fd)
        if len(synced) == 1:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fdatasync", fail_once)
    told = []
    journal = Journal(WorkDir(tmp_path), session="s1", worker="main", model=MODEL, on_failure=told.append)
    journal.append(scored(0))
    with pytest.raises(StoreError, match="Input/output error"):
        journal.sync()
    with pytest.raises(StoreError):
        journal.append(scored(1))
    journal.close()
    assert len(synced) == 1, "after a failed fsync the kernel may have dropped the pages: a second one proves nothing"
    assert len(told) == 1


def test_case_07_a_run_whose_disk_fails_ends_at_once(served):
    served.benchmark(count=200)
    served.server.hold_from(150)  # the run ends while it waits for these
    served.write(
        "conftest.py",
        "import errno, os\ndef fail(fd): raise OSError(errno.EIO, os.strerror(errno.EIO))\nos.fdatasync = fail",
    )
    run = served.spawn("--eval-model=served", "test_adding.py", "--eval-batch-size=4")
    assert run.code == 3, run.out
    assert "Input/output error (" in run.out
    assert "INTERNALERROR" not in run.out
    assert len(served.server.requests) < 190
    assert not served.server.held_in_vain


@pytest.fixture
def read_only(small_disk):
    (small_disk / "outputs").mkdir()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    return small_disk / "outputs"


@pytest.mark.parametrize("options", [[], ["-n2"], ["--eval-no-timestamp"]])
def test_case_08_read_only_work_dir_is_refused_before_the_first_request(options, read_only, served):
    served.benchmark()
    run = served.run(f"--eval-work-dir={read_only}", *options)
    assert run.code == 4, run.out
    assert "work_dir cannot be written to" in run.out
    assert "Read-only file system" in run.out
    assert "--eval-work-dir" in run.out
    assert not served.server.requests


def test_case_08_a_file_in_the_place_of_the_work_dir_is_refused_before_the_first_request(served):
    served.benchmark()
    served.write("outputs", "not a folder")
    run = served.run()
    assert run.code == 4, run.out
    assert "work_dir cannot be written to" in run.out
    assert not served.server.requests


@pytest.mark.parametrize("processes", [0, 2])
def test_case_09_the_second_run_in_a_work_dir_is_refused_and_the_first_goes_on(processes, served):
    served.benchmark(count=40)
    served.server.hold_from(0)
    options = ["--eval-work-dir=here", "--eval-no-timestamp"]
    first = served.start("--eval-model=served", "test_adding.py", *options)
    wait_until(lambda: served.server.requests)
    second = served.run(*options, "-n", processes)
    assert not served.server.held_in_vain, "it does not wait for the first"
    served.server.let_go()
    assert second.code == 4
    assert f"in use: {served.path / 'here'} by process {first.pid} on " in second.out
    assert "choose another --eval-work-dir" in second.out
    done = served.finish(first)
    assert (done.code, done.counts) == (0, {"correct": 40}), done.out
    assert served.server.duplicates == 0


def test_case_10_a_lock_is_free_once_its_holder_is_killed(killed, served):
    work_dir, *_ = killed
    assert json.loads((work_dir / ".lock").read_text())["pid"]
    assert served.run(f"--eval-use-cache={work_dir}").code == 0


WRITE = """
import os, sys, signal
from pathlib import Path
from evalscope_pytest.store import atomic
os.replace = lambda *names: os.kill(os.getpid(), signal.SIGKILL)
atomic.write_atomic(Path(sys.argv[1]), b"new")
"""


def test_case_11_a_report_is_the_old_or_the_new_one(tmp_path):
    report = tmp_path / "report.json"
    write_atomic(report, b"old")
    died = subprocess.run([sys.executable, "-c", WRITE, str(report)])
    assert died.returncode == -signal.SIGKILL
    assert report.read_bytes() == b"old"
    write_atomic(report, b"newer")
    assert report.read_bytes() == b"newer"


CLOCK = """
import itertools, time
real, calls = time.time, itertools.count()
time.time = lambda: real() - 60 * next(calls)  # set back a minute each time somebody looks
"""


def test_case_12_durations_are_not_negative_although_the_clock_is_set_back(served):
    served.benchmark(count=12)
    served.write("conftest.py", CLOCK)
    run = served.spawn("--eval-model=served", "test_adding.py", "--durations=3", "-vv", "--junitxml=junit.xml")
    assert (run.code, run.counts) == (0, {"correct": 12}), run.out
    times = [value for row in run.rows() for value in _numbers_under(row, "time")]
    times += [value for row in run.rows("reviews") for value in _numbers_under(row, "time")]
    assert times
    assert min(times) >= 0
    assert 'time="-' not in "".join(c for c in (run.folder / "junit.xml").read_text().split("<testcase")[1:])


def _numbers_under(value, name):
    if isinstance(value, dict):
        own = [v for k, v in value.items() if k == name and isinstance(v, (int, float))]
        return own + [n for v in value.values() for n in _numbers_under(v, name)]
    return [n for v in value for n in _numbers_under(v, name)] if isinstance(value, list) else []


def test_a_run_in_one_go_and_one_that_was_carried_on_leave_the_same_files(killed, served):
    work_dir, *_ = killed
    carried_on = served.run(f"--eval-use-cache={work_dir}")
    assert kept(type(carried_on)(0, "", served.path, work_dir)) == kept(served.run())


def test_an_error_is_recorded_and_never_taken_for_an_answer(tmp_path):
    from evalscope_pytest.store.previous import Previous
    from tests.store.results import failed

    record(WorkDir(tmp_path), [scored(0), failed(1)])
    previous = Previous.load(WorkDir(tmp_path), "tiny-model")
    assert previous.find(scored(0).key)
    assert previous.find(failed(1).key) is None

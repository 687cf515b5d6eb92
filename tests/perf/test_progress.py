"""What is shown while a level runs."""

from __future__ import annotations

import io

from evalscope_pytest.perf.load.load_generator import Live
from evalscope_pytest.perf.load.load_point import LoadPoint
from evalscope_pytest.perf.load.session import Snapshot, combined, measure, take_snapshot
from evalscope_pytest.perf.output.progress import Progress, line_of

from .service import endpoint, workload
from .test_request import request

LEVEL = LoadPoint(concurrency=8, requests=500)
SEEN = Snapshot(4.0, 100, 2, 8, 1234.0, (0.1, 0.1, 0.5))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_line_says_how_far_how_fast_and_what_failed():
    line = line_of(LEVEL, SEEN)
    assert line == (
        "parallel_8: 100/500 done, 8 in flight, 25.0 req/s, 1,234 tok/s, TTFT 100/100 ms (p50/p99), 2 errors"
    )
    assert "4/60 s done" in line_of(LoadPoint(concurrency=8, duration_s=60), SEEN)


def test_a_terminal_gets_one_line_that_changes_and_goes():
    terminal = Terminal()
    shown = Progress(LEVEL, terminal)
    shown(SEEN)
    shown(SEEN)
    shown.close()
    assert "\n" not in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[2K")


def test_a_file_is_not_filled_with_lines():
    file = io.StringIO()
    shown = Progress(LEVEL, file)
    shown(SEEN)
    assert file.getvalue() == ""


def test_failures_are_counted_once_however_often_one_looks():
    live = Live(requests=[request(), request(error="HTTP 500: it broke")])
    assert [take_snapshot(live).failed for _ in range(3)] == [1, 1, 1]
    live.requests.append(request(error="x"))
    assert take_snapshot(live).failed == 2
    assert combined([take_snapshot(live), SEEN]).failed == 4


def test_a_run_is_looked_at_while_it_runs(service):
    seen: list[Snapshot] = []
    service.holds = lambda received: received.number >= 4 and (4, 2) not in [(s.done, s.in_flight) for s in seen]
    measure(endpoint(service.chat), workload(), LoadPoint(concurrency=2, requests=6), watch=seen.append)
    assert not service.held_in_vain
    assert (4, 2) in [(s.done, s.in_flight) for s in seen]

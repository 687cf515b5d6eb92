"""The scheduler of xdist's workers, driven without processes."""

from types import SimpleNamespace

import pytest

from evalscope_pytest.plugin.workers import LookAheadScheduling

ITEMS = [f"test_a.py::a[default-{n}]" for n in range(20)]


class Worker:
    """A worker of xdist as its scheduler sees it; one that has ended takes nothing more."""

    def __init__(self, name: str, *, ended: bool = False) -> None:
        self.gateway = SimpleNamespace(id=name, _io=None)
        self.shutting_down = False
        self.ended = ended
        self.got: list[int] = []

    def send_runtest_some(self, positions) -> None:
        if self.ended:
            raise OSError("cannot send to <Channel id=3 closed>")
        self.got += positions

    def shutdown(self) -> None:
        self.shutting_down = True


@pytest.fixture
def scheduling():
    config = SimpleNamespace(getvalue=lambda _: ["2*popen"], getoption=lambda _: None)
    log = SimpleNamespace(loadsched=lambda *_: None)
    return LookAheadScheduling(config, log, queue=8, workers=2, started=lambda _: {})


def test_a_worker_that_ended_before_it_got_items_loses_none_of_them(scheduling):
    """It may end as soon as it has collected: its disk failed, say. Its end is reported after that."""
    gone, left = Worker("gw0", ended=True), Worker("gw1")
    for worker in (gone, left):
        scheduling.add_node(worker)
    for worker in (gone, left):
        scheduling.add_node_collection(worker, ITEMS)
    scheduling.schedule()
    taken = scheduling.node2pending[gone][:]
    assert taken
    assert sorted([*taken, *left.got, *scheduling.pending]) == list(range(len(ITEMS)))
    assert scheduling.remove_node(gone) is None
    assert not scheduling.tests_finished

"""Plugins and conftest files that read reports are given every sample; nobody pays where none does."""

import json

import pytest

from evalscope_pytest.plugin.reports import readers

RECORDER = """
import json, pytest
seen = []
{hooks}
def pytest_sessionfinish(session):
    name = getattr(session.config, "workerinput", {{}}).get("workerid", "main")
    with open("seen-" + name + ".json", "w") as file:
        json.dump(seen, file)
"""
LOGREPORT = """
def pytest_runtest_logreport(report):
    seen.append([report.nodeid, report.when, report.outcome])
"""
MAKEREPORT = """
@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    assert item.funcargs == {} or not hasattr(item, "unit")
    reason = call.excinfo.exconly() if call.excinfo else ""
    seen.append([item.nodeid, call.when, report.outcome, reason])
    return report
"""
AROUND = """
@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    seen.append(["protocol", item.name])
    return (yield)
@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    seen.append(["setup", item.name])
    return (yield)
@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    seen.append(["call", item.name])
    return (yield)
@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    seen.append(["teardown", item.name])
    return (yield)
"""


def seen(project, who="main"):
    return json.loads((project.path / f"seen-{who}.json").read_text())


def record(project, *hooks):
    project.write("conftest.py", RECORDER.format(hooks="\n".join(hooks)))


def test_whoever_reads_reports_sees_set_up_call_and_teardown_of_every_sample(project):
    project.benchmark(count=3)
    record(project, LOGREPORT)
    assert project.run().counts == {"correct": 3}
    assert seen(project) == [
        [f"test_adding.py::adding[default-{i}]", when, "passed"]
        for i in range(3)
        for when in ("setup", "call", "teardown")
    ]


def test_whoever_makes_reports_sees_each_sample_and_why_it_failed(project):
    project.benchmark(count=2)
    record(project, MAKEREPORT)
    run = project.run("--eval-strict", "--eval-model-args=accuracy=0")
    assert run.counts == {"failed": 2}
    calls = [entry for entry in seen(project) if entry[1] == "call"]
    assert [entry[2] for entry in calls] == ["failed", "failed"]
    assert all("AssertionError: accuracy=0" in entry[3] for entry in calls)
    run = project.run("--eval-model-args=error_rate=1")
    assert run.counts == {"errors": 2}
    assert [entry[1:3] for entry in seen(project)] == [["setup", "failed"], ["teardown", "passed"]] * 2
    assert "RejectedError" in seen(project)[0][3]


def test_the_hooks_around_a_test_are_called_for_samples_too(project):
    project.benchmark(count=2)
    record(project, MAKEREPORT, AROUND)
    assert project.run().counts == {"correct": 2}
    steps = [entry[0] for entry in seen(project) if entry[-1] == "adding[default-1]"]
    assert steps == ["protocol", "setup", "call", "teardown"]


def test_a_plain_set_up_hook_of_theirs_is_for_ordinary_tests(project):
    project.benchmark(count=2, after="def test_beside(): pass")
    record(project, LOGREPORT, "def pytest_runtest_setup(item):\n    pytest.skip('never')")
    assert project.run().counts == {"correct": 2, "skipped": 1}


def test_workers_tell_all_of_it_to_a_reader_in_their_controller(project):
    project.benchmark(count=4)
    project.write(
        "watching.py",
        "class Watcher:\n"
        "    def __init__(self): self.seen = []\n"
        "    def pytest_runtest_logreport(self, report): self.seen.append([report.nodeid, report.when])\n"
        "    def pytest_sessionfinish(self):\n"
        "        import json\n"
        "        open('watched.json', 'w').write(json.dumps(self.seen))\n"
        "def pytest_configure(config):\n"
        "    if not hasattr(config, 'workerinput'):\n"
        "        config.pluginmanager.register(Watcher())\n",
    )
    run = project.spawn("-p", "watching", "-n2", ".", "--eval-model=mock", env={"PYTHONPATH": str(project.path)})
    assert run.counts == {"correct": 4}, run.out
    found = json.loads((project.path / "watched.json").read_text())
    wanted = [[f"test_adding.py::adding[default-{i}]", w] for i in range(4) for w in ("call", "setup", "teardown")]
    assert sorted(found) == sorted(wanted)


def test_skips_errors_and_marks_keep_their_counts(project):
    body = (
        "def test_adding(sample, output):\n    if sample.question.startswith('1 '): pytest.skip('not this')\n"
        "    if sample.question.startswith('2 '): raise ValueError('mine')\n    return 1.0"
    )
    project.benchmark(body=body, count=4, options="scorer=None")
    plain = project.run("--junitxml=plain.xml")
    record(project, LOGREPORT, MAKEREPORT)
    whole = project.run("--junitxml=whole.xml")
    assert (whole.code, whole.counts) == (plain.code, plain.counts)
    assert whole.counts == {"correct": 2, "failed": 1, "skipped": 1}
    assert "ValueError: mine" in whole.out


def test_nobody_pays_where_nobody_reads(project):
    project.benchmark(count=3)
    project.write(
        "conftest.py",
        "calls = []\n"
        "def pytest_runtest_setup(item): calls.append(item.name)\n"
        "def pytest_sessionfinish(): open('calls', 'w').write(str(calls))\n",
    )
    assert project.run().counts == {"correct": 3}
    assert (project.path / "calls").read_text() == "[]"


def test_pytest_html_and_allure_list_every_sample(project):
    pytest.importorskip("pytest_html")
    pytest.importorskip("allure_pytest")
    project.benchmark(count=3)
    run = project.spawn(".", "--eval-model=mock", "--html=page.html", "--alluredir=allure")
    assert run.code == 0, run.out
    assert all(f"adding[default-{i}]" in (project.path / "page.html").read_text() for i in range(3))
    assert len(list((project.path / "allure").glob("*-result.json"))) == 3


RERUNS = """
def pytest_addoption(parser):
    parser.addoption("--reruns", type=int)
    parser.addini("reruns", "as the plugin has it")
"""


def test_reruns_of_samples_are_refused_with_what_to_do_instead(served):
    served.benchmark(count=2)
    served.write("test_ordinary.py", "def test_fine(): pass")
    served.write("conftest.py", RERUNS)
    run = served.run("--reruns=2")
    assert run.code == 4
    assert "--reruns: 2 has no effect on samples of benchmarks" in run.out
    assert "--eval-rerun=errors" in run.out
    assert not served.server.requests
    assert served.run("--reruns=2", "-n2").code == 4
    assert served.run("--reruns=0").code == 0
    assert served.run("--reruns=2", "test_ordinary.py").code == 0
    assert "reruns are for ordinary tests" in served.run("-o", "reruns=2").out


def test_a_mark_that_asks_for_reruns_is_answered(project):
    project.write("pytest.ini", "[pytest]\nmarkers = flaky: run again")
    project.benchmark(count=2, marks="@pytest.mark.flaky(reruns=2)")
    assert "reruns are for ordinary tests" in project.run().out


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "xdist"])
def test_progress_and_table_count_the_same_when_a_run_stops_early(workers, project):
    project.benchmark("adding", count=3)
    project.benchmark("doubling", count=3)
    run = project.run("--eval-strict", "-x", "--eval-model-args=accuracy=0", *workers)
    assert run.code == 1
    for name in ("adding", "doubling"):
        requested = run.reports.get(name, {}).get("num", 0)
        if requested:
            assert f"{requested}/3  score 0.0000" in next(
                line for line in run.out.splitlines() if line.startswith(name)
            ), run.out
    reported = run.counts["failed"]
    recorded = sum(report["num"] for report in run.reports.values())
    if recorded > reported:
        assert "more ha" in run.out
        assert "The table counts them." in run.out


def test_the_channel_of_an_xdist_worker_reads_no_reports(request):
    class Interactor:
        __module__ = "__channelexec__"  # as execnet names the module that it runs in a worker

        def pytest_runtest_logreport(self, report):
            raise AssertionError("never called")

    channel = Interactor()
    manager = request.config.pluginmanager
    manager.register(channel, "channel")
    try:
        assert channel not in readers(request.config)
    finally:
        manager.unregister(channel)

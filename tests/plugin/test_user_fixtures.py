"""Fixtures of the user's own in benchmark bodies: wide scopes are set up once, narrow ones are refused."""

import pytest

LOG = """
import pathlib
LOG = pathlib.Path("events.log")
def log(event):
    with LOG.open("a") as file:
        file.write(event + "\\n")
"""
FIXTURES = (
    LOG
    + """
@pytest.fixture(scope="session")
def database():
    log("database up")
    yield {"factor": 1}
    log("database down")

@pytest.fixture(scope="module")
def table(database):
    log("table up")
    yield database["factor"]
    log("table down")
"""
)
USES_TABLE = """
def test_adding(sample, output, table):
    log("sample")
    return int(output.text) * table == int(sample.target)
"""


def events(project):
    return (project.path / "events.log").read_text().splitlines()


@pytest.mark.parametrize("processes", [0, 2])
def test_module_and_session_fixtures_are_set_up_once_and_torn_down(processes, project):
    project.benchmark(body=USES_TABLE, before=FIXTURES, count=5)
    project.write("test_later.py", LOG + "def test_later(): log('later')")
    if processes:
        run = project.run("-n", processes, "test_adding.py")
        assert events(project).count("database up") == events(project).count("database down") <= processes
        assert events(project).count("sample") == 5
    else:
        run = project.run()
        assert events(project) == [
            "database up", "table up", *["sample"] * 5, "table down", "later", "database down",
        ]  # fmt: skip
    assert run.code == 0, run.out
    assert run.counts["correct"] == 5


def test_a_fixture_is_not_set_up_when_none_of_its_samples_run(project):
    project.benchmark(body=USES_TABLE, before=FIXTURES)
    project.benchmark("doubling")
    assert project.run("-k", "doubling").counts == {"correct": 12, "deselected": 1}
    assert not (project.path / "events.log").exists()


def test_two_benchmarks_of_a_file_share_a_module_fixture(project):
    project.data("doubling", 3)
    again = """
@benchmark("doubling", dataset=local("doubling.jsonl"), to_sample=to_sample, scorer=exact_match())
async def test_doubling(sample, model, table, database):
    log("double")
    assert database["factor"] == table
    return await model.generate(sample)

def test_ordinary(table):
    log("ordinary")
"""
    project.benchmark(body=USES_TABLE, before=FIXTURES, after=again, count=2)
    assert project.run().counts == {"correct": 5, "passed": 1}
    assert events(project) == [
        "database up", "table up", *["sample"] * 2, *["double"] * 3, "ordinary", "table down", "database down",
    ]  # fmt: skip


def test_autouse_fixtures_of_a_conftest_run_around_samples(project):
    project.write(
        "conftest.py",
        "import pytest\n" + LOG + "@pytest.fixture(scope='session', autouse=True)\ndef world():\n"
        "    log('world up')\n    yield\n    log('world down')\n"
        "@pytest.fixture(scope='module', autouse=True)\ndef part(request):\n"
        "    log('part up ' + request.module.__name__)\n    yield\n    log('part down')\n"
        "@pytest.fixture(autouse=True)\ndef each():\n    log('each')\n",
    )
    body = "def test_adding(sample, output):\n    log('sample')\n    return output"
    project.benchmark(body=body, before=LOG, count=2)
    assert project.run().counts == {"correct": 2}
    assert events(project) == ["world up", "part up test_adding", "sample", "sample", "part down", "world down"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("narrow", ["'adding'", "function-scoped fixture 'narrow'", "scope='module' or 'session'"]),
        ("tmp_path", ["function-scoped fixture 'tmp_path'", "inside the body"]),
        ("request", ["function-scoped fixture 'request'"]),
        ("databse", ["'databse', which is not a fixture", "Did you mean 'database'"]),
        ("sampel", ["'sampel', which is not a fixture", "Did you mean 'sample'"]),
        ("judge", ["needs a judge model"]),
    ],
)
def test_what_a_body_cannot_be_given_is_refused_before_anything_is_asked(name, words, served):
    narrow = FIXTURES + "\n@pytest.fixture\ndef narrow():\n    return 1"
    served.benchmark(body=f"def test_adding(sample, output, {name}):\n    return output", before=narrow)
    run = served.run()
    assert run.code == 4
    assert all(word in run.out for word in words), run.out
    assert run.out.count("ERROR") == 1
    assert not served.server.requests
    assert run.work_dir is None


def test_a_fixture_that_fails_makes_its_samples_errors(project):
    broken = "@pytest.fixture(scope='module')\ndef table():\n    raise OSError('no table')"
    project.benchmark(body=USES_TABLE, before=LOG + broken, count=5)
    project.benchmark("doubling", count=2)
    run = project.run()
    assert run.code == 1
    assert run.counts == {"errors": 5, "correct": 2}
    assert "OSError: no table" in run.out
    assert run.score("doubling") == 1


def test_a_fixture_whose_teardown_fails_is_reported_and_the_scores_stand(project):
    broken = "@pytest.fixture(scope='module')\ndef table():\n    yield 1\n    raise OSError('still in use')"
    project.benchmark(body=USES_TABLE, before=LOG + broken, count=5)
    run = project.run()
    assert run.code == 1
    assert run.counts["correct"] == 5
    assert "OSError: still in use" in run.out
    assert run.score() == 1


def test_what_comes_after_samples_without_fixtures_is_started_ahead_as_ever(served):
    broken = "@pytest.fixture(scope='module')\ndef table():\n    raise OSError('no table')"
    served.benchmark(body=USES_TABLE, before=LOG + broken, count=5)
    served.benchmark("doubling", count=30)
    served.server.gather(8, after=1)
    served.server.latency_s = 0.03
    assert served.run().counts == {"errors": 5, "correct": 30}
    assert served.server.max_in_flight == 8


def test_usefixtures_counts_for_a_benchmark_too(project):
    body = "def test_adding(sample, output):\n    log('sample')\n    return output"
    project.benchmark(body=body, before=FIXTURES, count=2, marks="@pytest.mark.usefixtures('database')")
    assert project.run().counts == {"correct": 2}
    assert events(project) == ["database up", "sample", "sample", "database down"]


def test_the_configuration_is_a_fixture(project):
    project.benchmark(body="def test_adding(sample, output, task_config):\n    return task_config.seed == 7", count=2)
    assert project.run("--eval-seed=7").counts == {"correct": 2}


def test_a_fixture_may_ask_the_model(served):
    fixture = """
@pytest.fixture(scope="session")
def offset(model):
    return int(model.generate("1 + 1").text) - 2
"""
    body = "def test_adding(sample, output, offset):\n    return int(output.text) + offset == int(sample.target)"
    served.benchmark(body=body, before=fixture)
    assert served.run().counts == {"correct": 12}
    assert len(served.server.requests) == 13


TURNS = """
async def test_adding(sample, model, messages_of):
    first = [message.text for message in messages_of(sample)]
    then = [message.text for message in messages_of(replace(sample, input="more"))]
    number = sample.metadata["number"]
    return (first, then) == ([f"No. {number}, {{so}}.", f"Say {sample.input}!"], [first[0], "Say more!"])
"""


def test_a_body_makes_messages_of_further_samples_with_the_benchmarks_templates(project):
    project.benchmark(
        body=TURNS,
        before="from dataclasses import replace\n\ndef to_sample(record):\n"
        "    return Sample(record['question'], target=record['answer'], metadata={'number': record['answer']})",
        options='prompt="Say {question}!", system_prompt="No. {number}, {so}."',
        count=2,
    )
    assert project.run().counts["correct"] == 2

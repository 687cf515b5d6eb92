"""Ordinary tests beside benchmarks, with and without the model."""

MIXED = """
def test_sync(model):
    output = model.generate("1 + 1")
    assert output.text == "2"

async def test_async(model):
    first, second = await asyncio.gather(model.generate("2 + 2"), model.generate([Message("user", "3 + 3")]))
    assert (first.text, second.text) == ("4", "6")

@pytest.mark.parametrize("number", [4, 5])
def test_many(model, number, tmp_path, monkeypatch):
    assert model.generate([{"role": "user", "content": f"{number} + {number}"}], max_tokens=9).text == str(2 * number)

def test_wrong(model):
    assert model.generate("1 + 1").text == "three"

def test_plain():
    assert True

class TestGroup:
    def test_in_class(self, model):
        assert model.name == "served"

    async def test_async_in_class(self, model):
        assert (await model.generate("6 + 6")).text == "12"
"""


def test_they_use_the_model_sync_and_async_beside_a_benchmark_of_the_same_file(served):
    served.benchmark(before=MIXED)
    run = served.run()
    assert run.code == 1
    assert run.counts == {"correct": 12, "passed": 7, "failed": 1}
    assert "assert '2' == 'three'" in run.out
    assert "  - three" in run.out, "pytest's own comparison is there for ordinary tests"
    assert run.reports["adding"]["num"] == 12
    assert len(served.server.requests) == 12 + 7
    (limited, *_) = [r.body for r in served.server.requests if r.body.get("max_tokens")]
    assert limited["max_tokens"] == 9


def test_they_run_under_xdist_too(served):
    served.benchmark(before=MIXED)
    run = served.run("-n", "2", "--deselect=test_adding.py::test_wrong")
    assert run.code == 0, run.out
    assert run.counts == {"correct": 12, "passed": 7}
    assert len(served.server.requests) == 12 + 6


def test_a_session_without_benchmarks_writes_no_records(served):
    served.write("test_smoke.py", "def test_smoke(model):\n    assert model.generate('1 + 1').text == '2'")
    run = served.run()
    assert (run.code, run.counts) == (0, {"passed": 1})
    assert run.work_dir is None


def test_a_service_that_is_down_fails_the_test_that_asked(project, unheard):
    project.write("test_smoke.py", "def test_smoke(model):\n    model.generate('Hello')\ndef test_plain(): pass")
    run = project.run(f"--eval-api-url={unheard}/v1", "--eval-generation-config=retries=0", model="m")
    assert (run.code, run.counts) == (1, {"failed": 1, "passed": 1})
    assert unheard.removeprefix("http://") in run.out


def test_an_async_test_of_another_plugins_is_left_to_it(project):
    project.write(
        "conftest.py",
        """
import asyncio, inspect, pytest
@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if pyfuncitem.get_closest_marker("asyncio"):
        asyncio.run(pyfuncitem.obj(**{n: pyfuncitem.funcargs[n] for n in pyfuncitem._fixtureinfo.argnames}))
        return True
""",
    )
    project.write("pytest.ini", "[pytest]\nmarkers = asyncio: another loop")
    project.write(
        "test_smoke.py",
        """
import asyncio, pytest
@pytest.mark.asyncio
async def test_smoke(model):
    assert (await model.generate("Hello")).text is not None
    assert "evalscope" not in __import__("threading").current_thread().name
""",
    )
    assert project.run().counts == {"passed": 1}

"""What a conftest or another plugin can do: bring a model, hear of samples, take the reports."""

CONFTEST = """
import asyncio, json, pathlib, pytest
from evalscope_pytest import ModelOutput

class Engine:
    def __init__(self, spec):
        self.name, self.spec = spec.model, spec
        self.fingerprint = f"mine:{spec.model}"

    async def generate(self, request):
        await asyncio.sleep(0.001)
        a, _, b = request.messages[-1].content.partition(" + ")
        if a == "5":
            raise OSError("the engine stalls at five")
        return ModelOutput(str(int(a) + int(b)), model=self.name)

    async def close(self):
        pathlib.Path("closed").write_text("yes")

def pytest_eval_model_factory(config, spec):
    return Engine(spec) if spec.model == "mine" else None

def pytest_eval_sample_done(result):
    with open("done.jsonl", "a") as file:
        accuracy = result.score and result.score.values["accuracy"]
        file.write(json.dumps([result.benchmark, result.index, accuracy]) + "\\n")

def pytest_eval_report(report):
    with open("reports.txt", "a") as file:
        file.write(f"{report.dataset_name} {report.score}\\n")
"""


def test_a_conftest_brings_its_model_and_hears_of_everything(project):
    project.write("conftest.py", CONFTEST)
    project.benchmark(count=8)
    project.benchmark("doubling", count=3)
    run = project.run("--eval-type=custom", model="mine")
    assert (run.code, run.counts) == (1, {"correct": 10, "errors": 1}), run.out
    assert "1 x ModelError: OSError: the engine stalls at five" in run.out
    done = (project.path / "done.jsonl").read_text().splitlines()
    assert done[:2] == ['["adding", 0, 1.0]', '["adding", 1, 1.0]']
    assert '["adding", 5, null]' in done
    assert len(done) == 11
    assert (project.path / "reports.txt").read_text() == "adding 1.0\ndoubling 1.0\n"
    assert (project.path / "closed").exists()


def test_so_it_does_under_xdist(project):
    project.write("conftest.py", CONFTEST)
    project.benchmark(count=20)
    run = project.run("--eval-type=custom", "-n2", model="mine")
    assert run.counts == {"correct": 19, "errors": 1}, run.out
    assert len((project.path / "done.jsonl").read_text().splitlines()) == 20
    assert (project.path / "reports.txt").read_text() == "adding 1.0\n"


def test_a_model_nobody_brings_is_told(project):
    project.write("conftest.py", CONFTEST)
    project.benchmark()
    run = project.run("--eval-type=custom", model="another")
    assert run.code == 4
    assert "eval_type" in run.out
    assert "custom" in run.out


def test_a_provider_may_be_registered_under_a_name_of_its_own(project):
    project.write(
        "conftest.py",
        CONFTEST
        + """
from evalscope_pytest.models.factory import register
register("custom")(Engine)
""",
    )
    project.benchmark(count=3)
    assert project.run("--eval-type=custom", model="another").counts == {"correct": 3}


def test_a_hook_that_fails_is_an_internal_error_and_the_records_stand(project):
    project.write("conftest.py", "def pytest_eval_report(report):\n    raise RuntimeError('no dashboard')")
    project.benchmark(count=3)
    run = project.run()
    assert run.code != 0
    assert "no dashboard" in run.out
    assert run.score() == 1

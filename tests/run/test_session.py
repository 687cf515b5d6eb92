"""`Session`: an evaluation without pytest gives what the same evaluation gives under pytest."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import Sample, Score, benchmark, local
from evalscope_pytest.core.errors import ConfigError, UsageError
from evalscope_pytest.run import EvaluationError, Session
from evalscope_pytest.scoring import exact_match
from tests.servers.openai_server import OpenAIServer
from tests.servers.service import status

TASK = {"model": "mock", "model_args": {"accuracy": 0.6}, "datasets": ["demo_math", "demo_science"]}
ALONE = """
import json, sys
from evalscope_pytest.run import Session

with Session(json.loads(sys.argv[1])) as session:
    session.run()
print(session.table())
loaded = [name for name in sys.modules if name.partition(".")[0] in ("pytest", "_pytest", "xdist", "pluggy")]
assert not loaded, loaded
"""


@pytest.fixture(autouse=True)
def nothing_from_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("EVALSCOPE_", "PYTEST_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


def adding(
    body: Any = None, *, name: str = "adding", count: int = 6, folder: Path | None = None, **options: Any
) -> Any:
    """Return a benchmark of sums as an author writes it."""
    rows = [json.dumps({"question": f"{i} + {i}", "answer": str(2 * i)}) for i in range(count)]
    file = (folder or Path.cwd()) / f"{name}.jsonl"
    file.write_text("\n".join(rows) + "\n")

    async def ask(sample, model):
        return await model.generate(sample)

    def to_sample(record: Any) -> Sample:
        return Sample(record["question"], target=record["answer"])

    decorated = benchmark(name, dataset=local(str(file)), to_sample=to_sample, scorer=exact_match(), **options)
    return decorated(body or ask)


def mock(**settings: Any) -> dict[str, Any]:
    return {"model": "mock", **settings}


def run_alone(task: dict[str, Any]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", ALONE, json.dumps(task)], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_by_pytest(task: dict[str, Any]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--eval-task-config=-"],
        input=json.dumps(task), capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files(root: Path) -> dict[str, str]:
    """Return everything a run leaves but its log and lock, without what is measured in time."""
    left = (f for f in sorted(root.rglob("*")) if f.is_file() and f.name not in (".lock", "eval_log.log"))
    times = r'(?<="time": )[\d.e-]+|(?<="created": )[\d.e-]+|\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?'
    return {str(f.relative_to(root)): re.sub(times, "-", f.read_text()) for f in left}


@pytest.mark.parametrize("more", [{}, {"limit": 3, "repeats": 2}, {"thinking_metrics": True, "seed": 5}])
def test_records_and_reports_are_those_of_pytest_though_pytest_is_never_imported(
    more: dict[str, Any], tmp_path: Path
) -> None:
    task = {**TASK, **more, "no_timestamp": True, "work_dir": "out"}
    table = run_alone(task)
    alone = files(tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "alone")
    assert table.strip() in run_by_pytest(task)
    by_pytest = files(tmp_path / "out")
    assert {"configs/task_config.yaml", "reports/report.html", "reports/mock/demo_math.json"} < set(alone)
    assert alone == by_pytest


def test_a_service_gets_the_requests_that_pytest_sends(tmp_path: Path) -> None:
    with OpenAIServer(answer=lambda messages: "ANSWER: 4") as server:
        task = {**TASK, "model": "m", "api_url": server.url, "limit": 2, "no_timestamp": True, "work_dir": "out"}
        del task["model_args"]
        run_alone(task)
        sent = sorted(json.dumps(received.body) for received in server.requests)
        server.forget()
        (tmp_path / "out").rename(tmp_path / "alone")
        run_by_pytest(task)
        assert sent == sorted(json.dumps(received.body) for received in server.requests)
        assert len(sent) == 4


def test_a_run_of_pytest_is_carried_on_without_a_request(tmp_path: Path) -> None:
    task = {**TASK, "no_timestamp": True, "work_dir": "out"}
    run_by_pytest(task)
    before = files(tmp_path / "out")
    results: list[Any] = []
    with Session({**task, "use_cache": "out"}, on_sample=results.append) as session:
        reports = session.run()
    assert {name: report.score for name, report in reports.items()}.keys() == {"demo_math", "demo_science"}
    assert {name: text for name, text in files(tmp_path / "out").items() if "reviews" in name} == {
        name: text for name, text in before.items() if "reviews" in name
    }
    assert all(call.output.text for result in results for call in result.calls)


def test_own_benchmarks_run_beside_bundled_ones_and_each_result_is_handed_over_in_order() -> None:
    results: list[Any] = []
    with Session(mock(datasets=["demo_math"], limit=3), benchmarks=[adding()], on_sample=results.append) as session:
        assert session.prepare() == {"demo_math": 3, "adding": 3}
        reports = session.run()
    assert [report.score for report in reports.values()] == [1.0, 1.0]
    assert [(r.benchmark, r.index) for r in results] == [(n, i) for n in ("demo_math", "adding") for i in range(3)]


def test_more_samples_than_run_ahead_all_have_a_record() -> None:
    with Session(mock(eval_batch_size=2), benchmarks=[adding(count=1500)]) as session:
        assert session.run()["adding"].execution.succeeded == 1500  # type: ignore[union-attr]


def test_a_body_may_assert_fail_and_skip_as_under_pytest() -> None:
    async def choosy(sample, model):
        await model.generate(sample)
        if sample.input.startswith("0"):
            pytest.skip("trivial")
        if sample.input.startswith("1"):
            pytest.fail("never right")
        assert not sample.input.startswith("2"), "not this one"
        return Score(accuracy=1.0)

    with Session(mock(), benchmarks=[adding(choosy)]) as session:
        report = session.run()["adding"]
    assert report.score == 0.6  # 5 samples count, two are wrong


def test_a_body_may_end_the_whole_run() -> None:
    async def ending(sample, model):
        if sample.input.startswith("3"):
            pytest.exit("the licence has run out")
        return await model.generate(sample)

    with Session(mock(), benchmarks=[adding(ending)]) as session, pytest.raises(pytest.exit.Exception, match="licence"):
        session.run()


def test_an_authors_bug_ends_in_an_error_that_has_the_reports() -> None:
    async def broken(sample, model):
        return {}["nothing"] if sample.input.startswith("3") else await model.generate(sample)

    with Session(mock(), benchmarks=[adding(broken)]) as session, pytest.raises(EvaluationError) as error:
        session.run()
    assert "1 sample ended in errors" in str(error.value)
    assert error.value.exit_code == 1
    assert error.value.reports["adding"].execution.succeeded == 5  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"gate": ["adding>=0.9"]}, "gate adding>=0.9"),
        ({"strict": True}, "wrong, and the run is strict"),
    ],
)
def test_a_run_that_misses_its_aim_raises(settings: dict[str, Any], words: str) -> None:
    task = mock(model_args={"accuracy": 0.3}, **settings)
    with Session(task, benchmarks=[adding()]) as session, pytest.raises(EvaluationError, match=re.escape(words)):
        session.run()


@pytest.mark.parametrize("tolerance", [{"max_errors": 6}, {"ignore_errors": True}])
def test_errors_of_the_service_are_tolerated_as_far_as_the_user_says(tolerance: dict[str, Any]) -> None:
    with OpenAIServer("6") as server:
        server.fault_for = lambda received: status(400) if "1 + 1" in str(received.body) else None
        task = {"model": "m", "api_url": server.url}
        with Session(task, benchmarks=[adding()]) as session, pytest.raises(EvaluationError, match="1 sample ended"):
            session.run()
        with Session({**task, **tolerance}, benchmarks=[adding()]) as session:
            assert session.run()["adding"].execution.succeeded == 5  # type: ignore[union-attr]


def test_an_interrupted_run_reports_what_it_has_and_is_carried_on(tmp_path: Path) -> None:
    seen: list[Any] = []

    def interrupt(result: Any) -> None:
        seen.append(result)
        if len(seen) == 4:
            raise KeyboardInterrupt

    task = mock(work_dir="out", no_timestamp=True, eval_batch_size=1)
    own = adding(count=400)
    with Session(task, benchmarks=[own], on_sample=interrupt) as session, pytest.raises(KeyboardInterrupt):
        session.run()
    assert session.conclusion is not None
    recorded = session.conclusion.recorded
    assert 4 <= recorded <= 400
    with Session({**task, "use_cache": "out"}, benchmarks=[own]) as session:
        assert session.run()["adding"].execution.succeeded == 400  # type: ignore[union-attr]


def test_a_run_that_is_stopped_says_why() -> None:
    session = Session(
        mock(eval_batch_size=1), benchmarks=[adding(count=3000)], on_sample=lambda _: session.stop("enough")
    )
    with session, pytest.raises(EvaluationError, match="enough"):
        session.run()
    assert session.conclusion is not None
    assert session.conclusion.recorded < 3000


def test_a_dry_run_sends_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    with OpenAIServer(answer=lambda messages: "4") as server:
        task = {"model": "m", "api_url": server.url, "datasets": ["demo_math"], "dry_run": True}
        with Session(task) as session:
            assert session.run() == {}
            assert session.prepare() == {"demo_math": 21}
        assert not server.requests
    assert not (tmp_path / "outputs").exists()


def test_judge_and_progress_file_work_as_under_pytest(tmp_path: Path) -> None:
    task = mock(
        judge_model_args={"model_id": "mock"}, judge_strategy="llm", enable_progress_tracker=True, work_dir="out",
        no_timestamp=True,
    )  # fmt: skip
    with Session(task, benchmarks=[adding()]) as session:
        assert session.run()["adding"].score == 1.0
    progress = json.loads((tmp_path / "out" / "progress.json").read_text())
    assert progress["status"] == "completed"


def with_fixture() -> Iterator[Any]:
    async def wants(sample, model, database):
        return await model.generate(sample)

    yield adding(wants), "the fixture 'database'"

    @pytest.mark.skip(reason="not today")
    async def marked(sample, model):
        return await model.generate(sample)

    yield adding(marked), "the mark 'skip'"


def test_what_only_pytest_can_do_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    for own, words in with_fixture():
        with Session(mock(), benchmarks=[own]) as session, pytest.raises(UsageError, match=words):
            session.run()
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ({"datasets": ["demo_math"]}, "no model is given"),
        (mock(), "no benchmark is given"),
        (mock(datasets=["demo_maths"]), "demo_math"),
        (mock(datasets=["demo_math"], rerun="errors", use_cache="."), "needs pytest"),
        (mock(datasets=["demo_math"], gate=["perf:ttft_p99_ms<=5"]), "need pytest"),
        (mock(datasets=["demo_math"], dataset_args={"nosuch": {"limit": 1}}), "nosuch"),
        (mock(datasets=["demo_math"], gate=["gsm8k>=0.5"]), "gsm8k"),
    ],
)
def test_a_mistake_is_reported_before_anything_is_sent(task: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=re.escape(words)), Session(task) as session:
        session.run()
    assert not (tmp_path / "outputs").exists()


def test_what_is_no_benchmark_is_refused_and_so_are_two_of_one_name() -> None:
    with pytest.raises(ConfigError, match="does not decorate"):
        Session(mock(), benchmarks=[print])
    with pytest.raises(ConfigError, match="two benchmarks are called 'adding'"):
        Session(mock(), benchmarks=[adding(), adding()])


def test_a_session_runs_once() -> None:
    with Session(mock(), benchmarks=[adding()]) as session:
        session.run()
        with pytest.raises(UsageError, match="has run already"):
            session.run()


def test_a_key_of_the_environment_reaches_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALSCOPE_API_KEY", "sk-never-written-anywhere")
    with OpenAIServer(answer=lambda messages: f"4 {os.environ['EVALSCOPE_API_KEY']}") as server:
        session = Session({"model": "m", "api_url": server.url}, benchmarks=[adding()])
        with session:
            session.run()
    written = [f.read_text() for f in (tmp_path / "outputs").rglob("*") if f.is_file()]
    assert len(written) > 4
    assert not any("never-written" in text for text in written)


def test_a_mark_on_a_function_that_makes_samples_is_refused_as_one_on_a_body_is() -> None:
    file = Path.cwd() / "marked.jsonl"
    file.write_text('{"question": "1 + 1", "answer": "2"}\n')

    @pytest.mark.skip(reason="not today")
    @benchmark("marked", dataset=local(str(file)), scorer=exact_match())
    def test_marked(record: Any) -> Sample:
        return Sample(record["question"], target=record["answer"])

    with Session(mock(), benchmarks=[test_marked]) as session, pytest.raises(UsageError, match="has the mark 'skip'"):
        session.run()


def test_what_is_wrong_with_records_is_shown_with_the_run(tmp_path: Path) -> None:
    records = [{"question": "<image 2> Which?", "A": "a", "B": "b", "image_1": "a.png", "answer": "A"}] * 4
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    settings = {"general_vmcq": {"dataset_id": str(tmp_path / "mine.jsonl")}}
    with Session({"model": "mock", "datasets": ["general_vmcq"], "dataset_args": settings, "dry_run": True}) as session:
        session.prepare()
    assert session.notes == (
        "general_vmcq: <image 2> has no image_2: the mark is removed from '<image 2> Which?' (3 more like this)",
        "general_vmcq: image_1 is not sent, since no mark such as <image 1> names it in '<image 2> Which?' "
        "(3 more like this)",
    )

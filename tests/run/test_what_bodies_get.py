"""What a body may ask for besides the sample and the model: judge, sandbox, configuration, an output; nothing else."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import Message, Sample, Score
from evalscope_pytest.core.errors import UsageError
from evalscope_pytest.judge import Labels, Number
from evalscope_pytest.run import Session
from tests.servers.judge import JudgeServer, verdict
from tests.servers.openai_server import OpenAIServer
from tests.sessions import Ran, nothing_from_around, run, sums  # noqa: F401  autouse


@pytest.fixture
def judge_server() -> Iterator[JudgeServer]:
    with JudgeServer(verdict("A")) as server:
        yield server


def judged_by(server: JudgeServer, body: Any, **settings: Any) -> Ran:
    return run(sums(body, count=1), judge_model_args={"model_id": "j", "api_url": server.url}, **settings)


# The judge ----------------------------------------------------------------------------------------------------------


def test_a_body_has_a_reply_graded_against_question_and_reference(judge_server: JudgeServer) -> None:
    async def body(sample, model, judge):
        output = await model.generate(sample)
        return await judge.grade(output, question=sample.input, gold="zero")

    ran = judged_by(judge_server, body)
    (request,) = judge_server.requests
    prompt = request.body["messages"][-1]["content"]
    assert ran.report.score == 1.0
    assert all(text in prompt for text in ("0 + 0", "zero", "<<< "))
    assert ran.results[0].score is not None
    assert ran.results[0].score.metadata["judgements"][0]["verdict"] == "A"


def test_a_plain_body_waits_for_the_judge_as_for_the_model(judge_server: JudgeServer) -> None:
    def body(output, judge):
        return judge.grade(output.text)

    assert judged_by(judge_server, body).report.score == 1.0


def test_a_body_chooses_prompt_and_contract(judge_server: JudgeServer) -> None:
    judge_server.answer = verdict(4)

    async def body(sample, output, judge):
        return await judge.grade(output, prompt="Marks for {pred}?", contract=Number(0, 5, metric="marks", unit=5))

    ran = judged_by(judge_server, body)
    assert {m.identity.name: m.score for m in ran.report.metrics}["marks"] == 0.8
    assert judge_server.requests[0].body["messages"][-1]["content"].startswith("Marks for <<< ")


def test_a_body_compares_two_replies_in_both_orders(judge_server: JudgeServer) -> None:
    def answer(messages: list[dict[str, Any]]) -> str:
        shown = messages[-1]["content"]
        return verdict("A" if shown.index("\ngood\n") < shown.index("\nbad\n") else "B")

    judge_server.answer = answer

    async def body(sample, output, judge):
        won = await judge.compare("good", "bad", question=sample.input)
        lost = await judge.compare("bad", output.__class__("good"))
        return Score(won=won.values["win_rate"], lost=lost.values["win_rate"])

    ran = judged_by(judge_server, body)
    assert ran.results[0].score is not None
    assert ran.results[0].score.values == {"won": 1.0, "lost": 0.0}
    assert len(judge_server.requests) == 4


def test_a_body_may_ask_the_judge_anything(judge_server: JudgeServer) -> None:
    judge_server.answer = "seven"

    async def body(sample, output, judge):
        assert judge.names == ("j",)
        assert "j" in repr(judge)
        reply = await judge.generate([Message("user", "Name a number.")], temperature=0.5)
        return reply.text == "seven"

    assert judged_by(judge_server, body).report.score == 1.0
    assert judge_server.requests[0].body["temperature"] == 0.5


def test_a_verdict_that_a_body_did_not_get_is_its_samples_error(judge_server: JudgeServer) -> None:
    judge_server.answer = "no idea"

    async def body(sample, output, judge):
        return await judge.grade(output, contract=Labels({"A": {"accuracy": 1.0}}))

    (error,) = judged_by(judge_server, body).errors
    assert error[:2] == ("scoring", "JudgeError")


def test_a_body_that_wants_a_judge_is_refused_without_one(tmp_path: Path) -> None:
    async def body(sample, output, judge):
        return True

    with pytest.raises(UsageError, match="needs a judge"):
        run(sums(body))
    assert not (tmp_path / "outputs").exists()


# The sandbox --------------------------------------------------------------------------------------------------------


def sandboxed(body: Any, **settings: Any) -> Ran:
    """Run where nothing may isolate, too: what is under test is how a body reaches the sandbox."""
    return run(sums(body, count=2), allow_unsafe_code=True, **settings)


def test_a_body_runs_the_programs_that_a_model_wrote() -> None:
    async def body(sample, output, sandbox):
        result = await sandbox.run(f"def f():\n    return {output.text}", tests=f"assert f() == {sample.target}")
        return result.ok

    assert sandboxed(body).report.score == 1.0
    assert sandboxed(body, model_args={"reply": "1 / 0"}).report.score == 0.0


def test_a_plain_body_waits_for_its_program_and_reads_what_it_printed() -> None:
    def body(sample, output, sandbox):
        return sandbox.run("print(input())", stdin=f"{output.text}\n").stdout.strip() == sample.target

    assert sandboxed(body).report.score == 1.0


def test_an_unknown_option_of_the_sandbox_is_refused_with_the_closest_one() -> None:
    async def body(sample, output, sandbox):
        return (await sandbox.run("pass", stdn="x")).ok

    error = sandboxed(body).errors[0]
    assert "sandbox.run() has no argument 'stdn'. Did you mean 'stdin'?" in error[2]


# Configuration and output -------------------------------------------------------------------------------------------


def test_a_body_sees_the_runs_configuration_and_no_key() -> None:
    def body(sample, output, task_config):
        return Score(accuracy=1.0, answer=f"{task_config.limit} {task_config.api_key}")

    with OpenAIServer("0") as server:
        ran = run(sums(body), model="m", api_url=server.url, api_key="sk-never-shown-4711", limit=1)
    assert ran.answers == ["1 ***"]


def test_a_body_with_a_default_is_called_without_that_argument() -> None:
    def body(sample, output, least=0):
        return len(output.text) > least

    assert run(sums(body)).report.score == 1.0


def test_a_model_knows_its_name() -> None:
    async def body(sample, model):
        assert repr(model) == "<model mock>"
        return model.name == "mock"

    assert run(sums(body, count=1)).report.score == 1.0


def test_a_sample_keeps_what_only_the_scorer_may_see_out_of_prompt_and_records() -> None:
    def to_sample(record: Any) -> Sample:
        return Sample(record["question"], metadata={"level": "easy"}, private={"tests": "assert hidden-word"})

    def body(sample, output):
        return "hidden-word" in sample.private["tests"]

    ran = run(sums(body, to_sample=to_sample))
    assert ran.report.score == 1.0
    written = [file.read_text(errors="replace") for file in ran.work_dir.rglob("*") if file.is_file()]
    assert any("easy" in text for text in written)
    assert not any("hidden-word" in text for text in written)


def test_what_a_body_logs_is_not_mixed_into_another_samples_record(caplog: pytest.LogCaptureFixture) -> None:
    def body(sample, output):
        logging.getLogger("mine").warning("seen %s", sample.input)
        return output

    with caplog.at_level(logging.WARNING, "mine"):
        assert run(sums(body)).report.score == 1.0
    assert sorted(r.getMessage() for r in caplog.records if r.name == "mine") == [f"seen {i} + {i}" for i in range(3)]


def test_the_files_of_a_run_can_be_read_while_its_session_is_open() -> None:
    with Session({"model": "mock"}, benchmarks=[sums()]) as session:
        reports = session.run()
        (file,) = session.work_dir.root.glob("reports/mock/sums.json")
        assert json.loads(file.read_text())["num"] == reports["sums"].num == 3
        (rows,) = session.work_dir.root.glob("predictions/mock/*.jsonl")
        assert len(rows.read_text().splitlines()) == 3

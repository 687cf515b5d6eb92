"""Whole runs without pytest: what they refuse, what they note, what they carry on, and what they leave behind."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import FewShot, Message, Sample, Score, Scorer, TaskConfig, benchmark, local
from evalscope_pytest.core.errors import ConfigError, DatasetError, UsageError
from evalscope_pytest.judge import Labels, graded
from evalscope_pytest.run import Session
from tests.servers.openai_server import OpenAIServer
from tests.servers.service import status
from tests.sessions import Ran, nothing_from_around, run, sending, sums  # noqa: F401  autouse

JUDGED = graded("graded", "{question} {pred}", Labels({"A": {"accuracy": 1.0}, "B": {"accuracy": 0.0}}))


def solve(messages: list[dict[str, Any]]) -> str:
    return str(sum(map(int, re.findall(r"\d+", messages[-1]["content"]))))


def served(server: OpenAIServer, *own: Any, **settings: Any) -> Ran:
    settings = {"model": "m", "api_url": server.url, "work_dir": "out", "no_timestamp": True, **settings}
    return run(*(own or [sums()]), **settings)


def judged(name: str) -> Any:
    return sums(name=name, judge=JUDGED, scorer=None)


def elsewhere(name: str) -> Any:
    """Return a benchmark whose records are not there."""
    return benchmark(name, dataset=local(f"nowhere-{name}.jsonl"), to_sample=Sample, scorer=None)(sending())


# What a configuration may be ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["mapping", "object", "yaml", "json", "path"])
def test_a_configuration_may_have_any_form(form: str, tmp_path: Path) -> None:
    (tmp_path / "task.yaml").write_text("model: mock\nlimit: 2\n")
    (tmp_path / "task.json").write_text('{"model": "mock", "limit": 2}')
    task: Any = {
        "mapping": {"model": "mock", "limit": 2},
        "object": TaskConfig(model="mock", limit=2),
        "yaml": "task.yaml",
        "json": "task.json",
        "path": tmp_path / "task.yaml",
    }[form]
    with Session(task, benchmarks=[sums()]) as session:
        assert session.prepare() == {"sums": 2}


@pytest.mark.parametrize("task", [None, 3, ["task.yaml"]])
def test_a_configuration_of_another_type_is_refused_with_the_forms_there_are(task: Any) -> None:
    with pytest.raises(ConfigError, match=f"task_cfg is a {type(task).__name__}. It takes a TaskConfig, a mapping"):
        Session(task)


def test_the_configuration_wins_over_the_environment_and_the_environment_over_the_defaults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EVALSCOPE_LIMIT", "1")
    with Session({"model": "mock"}, benchmarks=[sums()]) as session:
        assert session.prepare() == {"sums": 1}
    with Session({"model": "mock", "limit": 2}, benchmarks=[sums()]) as session:
        assert session.prepare() == {"sums": 2}


# Benchmarks that cannot run -----------------------------------------------------------------------------------------


def test_all_that_benchmarks_lack_is_named_at_once_with_what_to_do(tmp_path: Path) -> None:
    missing = elsewhere("missing")
    with pytest.raises(UsageError) as caught:
        run(sums(), judged("first"), judged("second"), missing)
    text = str(caught.value)
    assert text.startswith("3 of the 4 selected benchmarks cannot run:\n")
    assert "  first, second: " in text
    assert "nowhere-missing.jsonl" in text
    assert "--eval-skip-unready runs the other one" in text
    assert '-k "not first and not second and not missing"' in text
    assert not (tmp_path / "outputs").exists()


def test_benchmarks_that_cannot_run_are_left_out_on_request_and_listed_with_the_reason() -> None:
    ran = run(sums(), judged("first"), judged("second"), skip_unready=True)
    assert list(ran.reports) == ["sums"]
    assert list(ran.skipped) == ["first", "second"]
    assert all("judge" in reason for reason in ran.skipped.values())
    assert "first" in (ran.work_dir / "reports" / "report.html").read_text()


def test_a_run_of_which_nothing_is_left_is_refused_though_it_may_skip() -> None:
    with pytest.raises(UsageError, match="none of the 2 selected benchmarks can run"):
        run(judged("first"), judged("second"), skip_unready=True)


def test_the_only_benchmark_says_itself_what_it_lacks() -> None:
    with pytest.raises(ConfigError, match=r"benchmark 'first' needs a judge model\. Name one: "):
        run(judged("first"))


def test_many_benchmarks_that_lack_something_are_shortened_and_all_named() -> None:
    missing = [elsewhere(f"m{i:02}") for i in range(15)]
    with pytest.raises(UsageError) as caught:
        run(sums(), *missing)
    lines = str(caught.value).splitlines()
    assert lines[0] == "15 of the 16 selected benchmarks cannot run:"
    assert lines[13] == "  3 more in the same way: m12, m13, m14"
    assert "-k" not in lines[-1]


def test_a_listing_names_the_benchmarks_whose_records_are_elsewhere() -> None:
    missing = elsewhere("missing")
    ran = run(sums(), missing, dry_run=True)
    assert "listed without samples, as their data is not on this machine: missing" in ran.notes


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"dataset_dir": "record"}, "dataset_dir: record in task_cfg does not exist. Did you mean '{}/records'? "),
        ({"dataset_dir": "file"}, "dataset_dir: file in task_cfg is a file. Name the folder"),
        ({"baseline": "elsewhere"}, "elsewhere"),
        ({"gate": ["sum>=0.5"]}, "Did you mean 'sums'?"),
        ({"gate": ["sums>=high"]}, "sums>=high"),
        ({"dataset_args": {"sumz": {"shuffle": True}}}, "no benchmark named 'sumz' is here. Did you mean 'sums'?"),
        ({"dataset_args": {"sums": {"primary_metric": "f1"}}}, "f1"),
        ({"dataset_args": {"sums": {"few_shot_num": 3}}}, "few_shot_num"),
        ({"analysis_report": True}, "needs a judge model to write it"),
    ],
)
def test_a_setting_that_fits_nothing_is_refused_before_anything_is_sent(
    settings: dict[str, Any], words: str, tmp_path: Path
) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(UsageError) as caught:
        run(sums(), **settings)
    assert words.format(tmp_path) in str(caught.value)
    assert not (tmp_path / "outputs").exists()


def test_a_benchmark_without_samples_is_nothing_to_evaluate(tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text("")
    own = benchmark("none", dataset=local(str(tmp_path / "none.jsonl")), to_sample=Sample, scorer=None)(sending())
    with pytest.raises(UsageError, match=r"none"):
        run(own)


def test_a_record_that_no_sample_can_be_made_of_is_named(tmp_path: Path) -> None:
    def to_sample(record: Any) -> Sample:
        return Sample(record["qestion"])

    with pytest.raises(DatasetError, match=r"record 1 of .*'sums' has no field 'qestion'\. Did you mean 'question'"):
        run(sums(to_sample=to_sample))


# Settings without effect --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"judge_model_args": {"model_id": "mock"}}, "judge_model_args has no effect: no benchmark of this run is"),
        (
            {"judge_model_args": {"model_id": "mock"}, "judge_audit": 3},
            "judge_model_args, judge_audit have no effect: no benchmark of this run is judged",
        ),
        ({"allow_unsafe_code": True}, "allow_unsafe_code has no effect: no benchmark of this run executes code"),
        ({"dataset_args": {"gsm8k": {"shuffle": True}}}, "dataset_args of gsm8k has no effect: it does not run"),
        (
            {"dataset_args": {"gsm8k": {"few_shot_num": 0}, "mmlu": {"shuffle": True}}},
            "dataset_args of gsm8k, mmlu has no effect: they do not run",
        ),
        (
            {"dataset_args": {"sums": {"force_redownload": True}}},
            "force_redownload of sums has no effect: its records are files on this machine",
        ),
    ],
)
def test_a_setting_that_changes_nothing_gets_a_line(settings: dict[str, Any], words: str) -> None:
    notes = run(sums(), **settings).notes
    assert any(words in note for note in notes), notes


def test_a_template_for_questions_has_no_effect_on_conversations() -> None:
    def to_sample(record: Any) -> Sample:
        return Sample((Message("user", record["question"]),), target=record["answer"])

    args = {"dataset_args": {"sums": {"prompt_template": "{question}!"}}}
    assert any("whole conversations" in note for note in run(sums(to_sample=to_sample), **args).notes)
    ran = run(sums(), **args)
    assert ran.notes == ()
    assert ran.results[0].calls[0].messages[-1].content == "0 + 0!"


def test_settings_that_have_an_effect_get_no_line() -> None:
    own = sums(few_shot=FewShot(num=0, split="train"))
    settings = {"judge_model_args": {"model_id": "mock"}, "judge_strategy": "llm", "seed": 3, "limit": 2}
    assert run(own, **settings).notes == ()


# Carrying on --------------------------------------------------------------------------------------------------------


def test_only_samples_that_ended_in_an_error_are_sent_again() -> None:
    with OpenAIServer(solve) as server:
        server.fault_for = lambda received: status(400) if "1 + 1" in str(received.body) else None
        assert [r.error is None for r in served(server).results] == [True, False, True]
        server.forget()
        server.fault_for = lambda received: None
        ran = served(server, use_cache="out")
        assert [r.body["messages"][-1]["content"] for r in server.requests] == ["1 + 1"]
    assert (ran.report.score, ran.error) == (1.0, None)


def test_a_larger_run_sends_only_what_the_smaller_one_did_not() -> None:
    with OpenAIServer(solve) as server:
        served(server, sums(count=10), limit=4)
        server.forget()
        ran = served(server, sums(count=10), use_cache="out")
        assert sorted(r.body["messages"][-1]["content"] for r in server.requests) == [
            f"{i} + {i}" for i in range(4, 10)
        ]
    assert ran.report.execution.succeeded == 10


def test_another_scorer_scores_recorded_replies_without_a_request() -> None:
    def scorer(options: str, worth: float) -> Scorer:
        return Scorer("mine", ("accuracy",), lambda text, sample: Score(accuracy=worth), options=options)

    with OpenAIServer(solve) as server:
        assert served(server, sums(scorer=scorer("a", 1.0))).report.score == 1.0
        server.forget()
        assert served(server, sums(scorer=scorer("a", 0.5)), use_cache="out").report.score == 1.0
        assert served(server, sums(scorer=scorer("a", 0.5)), use_cache="out", rerun_review=True).report.score == 0.5
        assert served(server, sums(scorer=scorer("b", 0.25)), use_cache="out").report.score == 0.25
        assert not server.requests


@pytest.mark.parametrize(
    "changed",
    [
        {"generation_config": {"temperature": 0.5}},
        {"model": "other"},
        {"dataset_args": {"sums": {"system_prompt": "Be short."}}},
    ],
)
def test_what_decides_a_reply_asks_for_new_replies(changed: dict[str, Any]) -> None:
    with OpenAIServer(solve) as server:
        served(server)
        server.forget()
        served(server, **changed, use_cache="out")
        assert len(server.requests) == 3


@pytest.mark.parametrize("changed", [{"eval_batch_size": 2}, {"timeout": 5}, {"generation_config": {"retries": 1}}])
def test_what_decides_no_reply_keeps_the_recorded_ones(changed: dict[str, Any]) -> None:
    with OpenAIServer(solve) as server:
        served(server)
        server.forget()
        assert served(server, **changed, use_cache="out").report.score == 1.0
        assert not server.requests


def test_a_run_with_other_settings_notes_which_answers_are_not_used_again() -> None:
    with OpenAIServer(solve) as server:
        served(server)
        ran = served(server, generation_config={"temperature": 0.5}, use_cache="out")
    assert any("answers recorded with other settings are not used again" in note for note in ran.notes)


def test_a_conversation_is_taken_up_where_its_body_leaves_the_recorded_one() -> None:
    def conversation(*more: str) -> Any:
        async def body(sample, model):
            output = await model.generate(sample)
            for text in more:
                output = await model.generate([Message("user", text)])
            return output.text == sample.target or len(more)

        return sums(body, count=1)

    with OpenAIServer(solve) as server:
        served(server, conversation("1", "2"))
        server.forget()
        served(server, conversation("1", "2"), use_cache="out")
        assert not server.requests
        served(server, conversation("1", "3"), use_cache="out", rerun_review=True)
        assert [r.body["messages"][-1]["content"] for r in server.requests] == ["3"]
        server.forget()
        served(server, conversation("9", "1"), use_cache="out", rerun_review=True)
        assert [r.body["messages"][-1]["content"] for r in server.requests] == ["9", "1"]


# The response cache -------------------------------------------------------------------------------------------------

GREEDY = {"generation_config": {"temperature": 0.0}}


def test_replies_are_used_again_in_another_run_elsewhere() -> None:
    with OpenAIServer(solve) as server:
        first = served(server, response_cache="cache", **GREEDY)
        server.forget()
        again = served(server, response_cache="cache", work_dir="other", **GREEDY)
        assert not server.requests
    assert again.report.score == first.report.score == 1.0
    assert [r.calls[0].output.cached for r in (*first.results, *again.results)] == [False] * 3 + [True] * 3


@pytest.mark.parametrize(
    ("changed", "requests"),
    [
        ({}, 0),
        ({"generation_config": {"temperature": 0.0, "retries": 1}}, 0),
        ({"generation_config": {"temperature": 0.0, "max_tokens": 5}}, 3),
        ({"model": "other"}, 3),
        ({"dataset_args": {"sums": {"system_prompt": "Be short."}}}, 3),
        ({"repeats": 2}, 3),
        ({"seed": 7}, 0),
    ],
)
def test_a_reply_is_used_again_for_the_same_request_only(changed: dict[str, Any], requests: int) -> None:
    with OpenAIServer(solve) as server:
        served(server, response_cache="cache", **GREEDY)
        server.forget()
        served(server, **{"response_cache": "cache", "work_dir": "other", **GREEDY, **changed})
        assert len(server.requests) == requests


@pytest.mark.parametrize(("settings", "requests"), [({}, 3), ({"response_cache_sampled": True}, 0)])
def test_sampled_replies_are_drawn_anew_unless_the_user_keeps_them(settings: dict[str, Any], requests: int) -> None:
    settings = {**settings, "response_cache": "cache", "generation_config": {"temperature": 1.0}}
    with OpenAIServer(solve) as server:
        served(server, **settings)
        server.forget()
        served(server, work_dir="other", **settings)
        assert len(server.requests) == requests
        served(server, work_dir="third", seed=99, **settings)
        assert len(server.requests) == requests + 3


def test_a_body_that_sends_the_same_twice_gets_two_replies_then_and_later() -> None:
    async def body(sample, model):
        outputs = [await model.generate("again") for _ in range(2)]
        return len({output.text for output in outputs}) == 2

    settings = {"response_cache": "cache", "response_cache_sampled": True}
    with OpenAIServer() as server:
        server.answer = lambda messages: str(len(server.requests))
        first = served(server, sums(body, count=1), **settings)
        server.forget()
        again = served(server, sums(body, count=1), work_dir="other", **settings)
        assert not server.requests
    texts = [[call.output.text for call in ran.results[0].calls] for ran in (first, again)]
    assert texts == [["1", "2"], ["1", "2"]]


def test_a_failed_request_is_not_kept() -> None:
    with OpenAIServer(solve) as server:
        server.fault_for = lambda received: status(400)
        served(server, response_cache="cache", **GREEDY)
        server.fault_for = lambda received: None
        server.forget()
        assert served(server, response_cache="cache", work_dir="other", **GREEDY).report.score == 1.0
        assert len(server.requests) == 3


# What a run leaves --------------------------------------------------------------------------------------------------


def test_gates_and_baseline_are_decided_and_recorded(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"work_dir": "better", "no_timestamp": True}
    assert run(sums(count=8), gate=["sums>=1", "sums:accuracy>0.5"], **settings).error is None
    worse = {"model_args": {"accuracy": 0.5}, "work_dir": "worse", "no_timestamp": True, "baseline": "better"}
    worse |= {"gate_level": "none"}
    ran = run(sums(count=8), **worse)
    report = json.loads((tmp_path / "worse" / "reports" / "mock" / "sums.json").read_text())
    (gate,) = report["execution_summary"]["evalscope_pytest"]["gates"]
    assert gate["passed"] is False
    assert str(ran.error) == f"the run did not succeed: gate {gate['result']}"
    tolerant = {**worse, "work_dir": "tolerant", "max_drop": 1.0}
    assert run(sums(count=8), **tolerant).error is None


def test_the_progress_file_counts_every_sample_and_ends_completed() -> None:
    ran = run(sums(), sums(name="more", count=2), enable_progress_tracker=True)
    progress = json.loads((ran.work_dir / "progress.json").read_text())
    assert (progress["status"], progress["total_count"], progress["processed_count"]) == ("completed", 5, 5)
    assert progress["percent"] == 100.0
    assert progress["stage"]["total"] == 2


def test_a_run_that_stops_leaves_its_progress_unfinished(tmp_path: Path) -> None:
    settings = {"model": "mock", "enable_progress_tracker": True, "eval_batch_size": 1}
    with Session(settings, benchmarks=[sums(count=900)], on_sample=lambda _: session.stop("enough")) as session:
        with pytest.raises(Exception, match="enough"):
            session.run()
        progress = json.loads((session.work_dir.root / "progress.json").read_text())
    assert progress["status"] not in ("completed", "running")
    assert progress["processed_count"] < 900


def test_the_recorded_configuration_makes_the_same_run_again(tmp_path: Path) -> None:
    first = run(sums(), model_args={"accuracy": 0.4}, limit=2, repeats=3, work_dir="a", no_timestamp=True)
    (recorded,) = (tmp_path / "a" / "configs").glob("*.yaml")
    with Session(str(recorded), benchmarks=[sums()]) as session:
        assert session.prepare() == {"sums": 6}
        assert (session.task.model_args, session.task.repeats) == ({"accuracy": 0.4}, 3)
    assert len(first.results) == 6


def test_a_key_is_in_no_file_and_in_no_error() -> None:
    key = "sk-very-secret-key-4711"
    with OpenAIServer() as server:
        server.fault_for = lambda received: status(400, f"bad {key}") if "1 + 1" in str(received.body) else None
        server.answer = lambda messages: f"0, and your key is {key}"
        ran = served(server, api_key=key, generation_config={"extra_headers": {"X-Api-Key": key}})
    files = [file.read_bytes() for file in ran.work_dir.rglob("*") if file.is_file()]
    assert len(files) > 4
    assert not any(key.encode() in content for content in files)
    assert key not in str(ran.error) + str(ran.errors) + str(ran.results)


@pytest.mark.parametrize(
    ("settings", "fails"),
    [
        ({}, True),
        ({"max_errors": 1}, False),
        ({"max_errors": "40%"}, False),
        ({"max_errors": "10%"}, True),
        ({"ignore_errors": True}, False),
        ({"ignore_errors": True, "strict": True}, True),
    ],
)
def test_errors_fail_a_run_beyond_what_the_user_tolerates(settings: dict[str, Any], fails: bool) -> None:
    with OpenAIServer(solve) as server:
        server.fault_for = lambda received: status(400) if "1 + 1" in str(received.body) else None
        ran = served(server, **settings)
    assert (ran.error is not None) is fails
    assert ran.report.execution.errored == 1

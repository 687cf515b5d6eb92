"""The rows are EvalScope's, and hold enough to score a sample again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.canonical import encode
from evalscope_pytest.core.text import MAX_TEXT
from evalscope_pytest.core.values import Call, Message, ModelOutput, Sample, SampleResult, Score, ToolCall, Usage
from evalscope_pytest.store.rows import calls_of, documents, header_of, row_of, score_of

from .results import MODEL, failed, scored


def _rows(result: SampleResult) -> tuple[Any, Any]:
    prediction, review = documents(result, MODEL)
    return json.loads(prediction), json.loads(review)


def test_prediction_has_evalscopes_fields() -> None:
    prediction, _ = _rows(scored(7, output={"ttft_s": 0.05}))
    assert list(prediction) == ["key", "index", "model", "model_output", "messages", "agent_trace", "metadata"]
    assert (prediction["index"], prediction["model"], prediction["metadata"]) == (7, MODEL, {"level": 1})
    output = prediction["model_output"]
    assert list(output) == ["id", "model", "choices", "usage", "time", "metadata", "error", "perf_metrics"]
    (choice,) = output["choices"]
    assert choice["stop_reason"] == "stop"
    assert " ".join(choice["message"]) == ("id content source metadata internal perf_metrics role tool_calls model")
    assert output["usage"] == {
        "input_tokens": 11,
        "output_tokens": 7,
        "total_tokens": 18,
        "input_tokens_cache_write": None,
        "input_tokens_cache_read": None,
        "reasoning_tokens": None,
    }
    assert output["perf_metrics"] == {
        "latency": 0.25,
        "ttft": 0.05,
        "input_tokens": 11,
        "output_tokens": 7,
        "tpot": (0.25 - 0.05) / 6,
    }
    user, assistant = prediction["messages"]
    assert (user["role"], user["content"], user["tool_call_id"]) == ("user", "What is 2 + 2? (7)", None)
    assert assistant == choice["message"]


def test_review_has_evalscopes_fields() -> None:
    prediction, review = _rows(scored(5, repeats=2, explanation="equal", metadata={"by": "rule"}))
    assert review["messages"] == prediction["messages"]
    assert (review["index"], review["target"], review["agent_trace"]) == (5, "4", None)
    assert review["sample_score"] == {
        "score": {
            "value": {"accuracy": 1.0},
            "status": "success",
            "judge_summary": None,
            "extracted_prediction": "4",
            "prediction": "The answer is 4.",
            "explanation": "equal",
            "metadata": {"by": "rule"},
            "main_score_name": None,
        },
        "sample_id": 5,
        "group_id": 2,
        "generation_index": 1,
        "sample_metadata": {"level": 1},
    }


def test_several_targets_are_a_list_and_the_datasets_id_is_kept() -> None:
    result = replace(scored(0), sample=Sample(input="?", target=("4", "four"), id="q-17"))
    prediction, review = _rows(result)
    assert review["target"] == ["4", "four"]
    assert prediction["id"] == review["id"] == "q-17"


def test_both_rows_start_with_the_key() -> None:
    result = scored(0)
    for document in documents(result, MODEL):
        assert document.startswith(f'{{"key":"{result.key}"')


def test_rows_of_equal_results_are_equal() -> None:
    assert documents(scored(3), MODEL) == documents(scored(3), MODEL)


def test_reasoning_is_a_part_of_its_own() -> None:
    result = scored(0, output={"reasoning": "2 and 2"})
    content = _rows(result)[0]["model_output"]["choices"][0]["message"]["content"]
    assert content == [{"type": "reasoning", "reasoning": "2 and 2"}, {"type": "text", "text": "The answer is 4."}]
    assert calls_of(_rows(result)[0]) == result.calls


TOOL_CALLS = st.lists(st.builds(ToolCall, st.text(), st.text(), st.text()), max_size=2).map(tuple)
OUTPUTS = st.builds(
    ModelOutput,
    text=st.text(),
    reasoning=st.text(),
    stop_reason=st.sampled_from(["stop", "max_tokens", "content_filter", "unknown"]),
    usage=st.none() | st.builds(Usage, st.integers(0, 9), st.integers(0, 9), st.none() | st.integers(0, 9)),
    model=st.text(min_size=1),
    latency_s=st.none() | st.floats(0, 1e6),
    ttft_s=st.none(),
    retries=st.integers(0, 3),
    logprobs=st.none() | st.lists(st.floats(-10, 0), max_size=2),
    tool_calls=TOOL_CALLS,
)
MESSAGES = st.lists(
    st.builds(Message, st.sampled_from(["system", "user", "assistant", "tool"]), st.text())
    | st.builds(Message, st.just("assistant"), st.text(), TOOL_CALLS)
    | st.builds(Message, st.just("tool"), st.text(), tool_call_id=st.text()),
    max_size=3,
).map(tuple)


@given(st.lists(st.builds(Call, MESSAGES, OUTPUTS), min_size=1, max_size=3))
def test_all_calls_come_back(calls: list[Call]) -> None:
    result = replace(scored(0), calls=tuple(calls))
    assert calls_of(_rows(result)[0]) == result.calls


def test_a_score_without_a_reply_is_reviewed() -> None:
    result = replace(scored(0), calls=())
    prediction, review = documents(result, MODEL)
    assert prediction == ""
    assert score_of(json.loads(review)) == result.score


def test_an_error_after_a_reply_keeps_the_reply() -> None:
    result = failed(0, kind="scoring", calls=scored(0).calls)
    prediction, review = documents(result, MODEL)
    assert calls_of(json.loads(prediction)) == result.calls
    assert review == ""


def test_metadata_that_is_no_json_does_not_stop_a_run() -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    odd = {"nan": float("nan"), ("a", 1): {1, 2}, "deep": deep, "object": object()}
    result = replace(scored(0), sample=Sample(input="?", target="4", metadata=odd))
    prediction, _ = _rows(result)
    assert prediction["metadata"]["nan"] is None
    assert "('a', 1)" in prediction["metadata"]


def test_a_long_answer_is_cut_so_that_equal_ones_stay_equal() -> None:
    def header(text: str) -> dict[str, Any]:
        return header_of(replace(scored(0), score=Score(accuracy=1.0, answer=text)))

    assert header("x" * 5000)["answer"] == header("x" * 5000)["answer"]
    assert header("x" * 5000)["answer"] != header("x" * 4999 + "y")["answer"]
    assert len(header("x" * 5000)["answer"]) < 260


@pytest.mark.parametrize("level", [lambda inner: {"a": inner}, lambda inner: [inner], lambda inner: {"a": [inner]}])
def test_nesting_of_an_authors_making_comes_to_an_end(level):
    value = float("nan")  # what strict JSON cannot hold is taken apart by hand
    for _ in range(5000):
        value = level(value)
    written = encode(value)
    assert 0 < written.count("[") + written.count("{") <= 100
    assert "\\u2026" in written
    json.loads(written)


ODD = st.text(st.sampled_from('ab "\\/\n\t\x00\x1b\x7f\u2028é小\U0001f600\ud83d\ude00'), max_size=12)


@given(ODD, ODD)
def test_rows_are_ascii_as_the_standard_library_writes_it(text: str, word: str) -> None:
    result = replace(scored(0, text=text), sample=Sample(input=text, target=word, metadata={"word": word, "n": [1.5]}))
    for document in documents(result, MODEL):
        assert document.isascii()
        assert document == json.dumps(json.loads(document), separators=(",", ":"))


def test_a_call_with_endless_arguments_marks_its_sample_as_truncated() -> None:
    def prediction(arguments: str) -> Any:
        return _rows(scored(0, output={"tool_calls": (ToolCall("add", arguments, "1"),)}))[0]

    long, short = prediction("[" + "1," * MAX_TEXT + "1]"), prediction("[1]")
    assert (long["truncated"], "truncated" in short) == (True, False)
    assert len(json.dumps(long)) < 2 * MAX_TEXT + 10_000  # they are in the message, and in the list of messages


def test_the_rows_of_a_sample_name_its_question_and_cluster() -> None:
    result = replace(scored(0), question="c0ffee#2", cluster="passage-3")
    row = row_of(header_of(result))
    assert (row.question, row.cluster) == ("c0ffee#2", "passage-3")
    review = _rows(result)[1]
    assert (review["question"], review["cluster"]) == ("c0ffee#2", "passage-3")
    assert _rows(replace(result, cluster=""))[1]["cluster"] is None


def test_an_error_names_its_question_too() -> None:
    row = row_of(header_of(replace(failed(0), question="c0ffee", cluster="passage-3")))
    assert (row.status, row.values, row.question, row.cluster) == ("error", None, "c0ffee", "passage-3")


def test_rows_of_earlier_versions_name_none() -> None:
    row = row_of(header_of(scored(0)))
    assert (row.question, row.cluster) == ("", "")
    assert not {"question", "cluster"} & _rows(scored(0))[1].keys()

"""Options that would be ignored, or that no number can be."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--arrival", "constant"], "--arrival is how starts at a rate are spread. Add --rate R"),
        (["--rate", "5", "--burstiness", "2"], "Add --rate R --arrival gamma"),
        (["--replay-speed", "2"], "Add --dataset trace"),
        (["--prefix-length", "5"], "Add --dataset random"),
        (["--image-width", "5"], "Add --dataset random_vl"),
        (["--max-turns", "2"], "Add --multi-turn"),
        (["--sla-params", '{"p99_ttft": "<=1s"}'], "Add --sla-auto-tune"),
        (["--sla-fixed-parallel", "3"], "Add --sla-auto-tune --sla-variable rate"),
    ],
)
def test_an_option_that_would_be_ignored_is_refused(arguments, words, perf, service, capsys):
    _refused(["-n", "5", *arguments], words, perf, service, capsys)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        *[([flag, "nan"], f"{flag}: nan is no finite number") for flag in ("--warmup-num", "--top-p", "--temperature")],
        (["--connect-timeout", "inf"], "inf is no finite number"),
        (["--ramp-up", "long"], "invalid number value: 'long'"),
        (["--sleep-interval", "-1"], "--sleep-interval -1"),
        (["--warmup-num", "2.5"], "give a whole number of requests"),
        (["--dataset-offset", "-1"], "start at 0"),
        (["--min-turns", "0", "--multi-turn", "--dataset", "share_gpt_en"], "leave no number of turns"),
        (["--processes", "0"], "--processes: the number is out of range"),
        (["--n-choices", "0"], "--n-choices 0"),
        (["--min-tokens", "9", "--max-tokens", "5"], "must not exceed --max-tokens"),
        (["--extra-args", '{"a": NaN}'], "NaN is no number there"),
        (["--model", ""], "--model is empty"),
        (["--prompt", ""], "--prompt is empty"),
    ],
)
def test_a_value_out_of_range_is_refused(arguments, words, perf, service, capsys):
    _refused(["-n", "5", *arguments], words, perf, service, capsys)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("a b=c", "'a b' is no name of a header"),
        ("Content-Length=7", "--headers content-length"),
        ("transfer-encoding=chunked", "--headers transfer-encoding"),
    ],
)
def test_a_header_that_would_break_requests_is_refused(header, words, perf, service, capsys):
    _refused(["-n", "5", "--headers", header], words, perf, service, capsys)


def _refused(arguments, words, perf, service, capsys):
    assert perf(*arguments) == 4
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert service.requests == []

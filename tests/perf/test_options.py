"""Options that would be ignored, or that no number can be."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--arrival", "constant"], "--arrival has an effect only at a rate. Add --rate R"),
        (["--rate", "5", "--burstiness", "2"], "Add --rate R --arrival gamma"),
        (["--replay-speed", "2"], "Add --dataset trace"),
        (["--prefix-length", "5"], "Add --dataset random"),
        (["--image-width", "5"], "Add --dataset random_vl"),
        (["--max-turns", "2"], "Add --multi-turn"),
        (["--api", "embedding", "--max-tokens", "5"], "--max-tokens: embedding has no replies in words"),
        (["--sla-params", '{"p99_ttft": "<=1s"}'], "Add --sla-auto-tune"),
        (["--sla-fixed-parallel", "3"], "Add --sla-auto-tune --sla-variable rate"),
        (["--prompt", "Hi", "--dataset-path", "a.txt"], "--dataset-path has no effect beside --prompt. Drop --prompt"),
    ],
)
def test_an_option_that_would_be_ignored_is_refused(arguments, words, perf, service, capsys):
    _refused(["-n", "5", *arguments], words, perf, service, capsys)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        *[([flag, "nan"], f"cannot be nan (in {flag})") for flag in ("--warmup-num", "--top-p", "--temperature")],
        (
            ["--connect-timeout", "inf"],
            "connect_timeout cannot be inf (in --connect-timeout). It takes a number above 0.",
        ),
        (["--ramp-up", "long"], "ramp_up cannot be 'long' (in --ramp-up). It takes a number of at least 0."),
        (
            ["--sleep-interval", "-1"],
            "sleep_interval cannot be -1 (in --sleep-interval). It takes a number of at least 0.",
        ),
        (["--warmup-num", "2.5"], "Give a whole number of requests, or a share of --number below 1."),
        (["--dataset-offset", "-1"], "(in --dataset-offset). It takes a whole number of at least 0."),
        (["--min-turns", "0", "--multi-turn", "--dataset", "share_gpt_en"], "It takes a whole number of at least 1."),
        (["--min-turns", "3", "--max-turns", "2", "--multi-turn", "--dataset", "share_gpt_en"], "no number of turns"),
        (["--processes", "0"], "processes cannot be 0 (in --processes). It takes a whole number of at least 1."),
        (["--n-choices", "0"], "n_choices cannot be 0 (in --n-choices)"),
        (["--parallel", "4", "0"], "parallel cannot be ['4', '0'] (in --parallel). It takes one or more whole numbers"),
        (["--rate", "2", "-1"], "rate cannot be ['2', '-1'] (in --rate). It takes one or more numbers above 0."),
        (["--min-tokens", "9", "--max-tokens", "5"], "must not exceed --max-tokens"),
        (["--extra-args", '{"a": NaN}'], "NaN"),
        (["--model", ""], "model cannot be empty (in --model)"),
        (["--prompt", ""], "prompt cannot be empty (in --prompt)"),
    ],
)
def test_a_value_out_of_range_is_refused(arguments, words, perf, service, capsys):
    _refused(["-n", "5", *arguments], words, perf, service, capsys)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("a b=c", "'a b' is not a header name"),
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


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_sent(perf, service, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    _refused(["-n", "5", "--outputs-dir", str(tmp_path / "file" / "x")], "file is not a folder", perf, service, capsys)


def test_a_folder_that_goes_away_costs_no_figures(perf, tmp_path, service, capsys):
    def replace_folder(received):
        (tmp_path / "late").mkdir(exist_ok=True)
        (tmp_path / "late" / "perf").write_text("")

    service.fault_for = replace_folder
    assert perf("-n", "5", "--outputs-dir", str(tmp_path / "late")) == 1
    said = capsys.readouterr().err
    assert "parallel 1" in said
    assert "Not a directory. What was measured is above. Make room, or choose another --outputs-dir." in said
    assert "--eval-work-dir" not in said


def test_a_key_in_a_field_reaches_the_service_and_no_file(perf, service, tmp_path):
    assert perf("-n", "2", "--extra-args", '{"api_key": "field-secret-7"}') == 0
    assert service.requests[0].body["api_key"] == "field-secret-7"
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert files
    assert not any(b"field-secret-7" in path.read_bytes() for path in files)


def test_another_interface_than_the_services_is_told_by_the_first_reply(perf, service, capsys):
    service.writes = [b"data: [DONE]\n\n"]
    assert perf("-n", "5") == 1
    assert "its stream held neither output nor usage. Check --url, --model, --api" in capsys.readouterr().err
    assert len(service.requests) == 1

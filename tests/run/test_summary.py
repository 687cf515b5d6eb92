"""The lines that a run shows, as plain values."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from evalscope_pytest.config.task import TaskConfig
from evalscope_pytest.core.errors import UsageError
from evalscope_pytest.report.execution import GateResult
from evalscope_pytest.report.wrong import WrongSample
from evalscope_pytest.run import progress
from evalscope_pytest.run.finish import Conclusion
from evalscope_pytest.run.progress import Waiting
from evalscope_pytest.run.summary import Line, gate_line, header, in_short, lines_of, shown, stop_line
from evalscope_pytest.run.unused import not_evaluated, unused_reruns, without_model

TASK = TaskConfig(model="mock")


def conclusion(**values: object) -> Conclusion:
    empty = {"reports": (), "gates": (), "wrong": (), "page": Path("out/reports/report.html"), "recorded": 0}
    return Conclusion(**{**empty, **values})  # type: ignore[arg-type]


def texts(found: Conclusion) -> list[str]:
    return [line.text for line in lines_of(found, TASK, None)]


def test_the_report_is_the_last_line() -> None:
    assert texts(conclusion())[-1] == "report: out/reports/report.html"


def test_a_run_that_was_interrupted_says_how_to_carry_on() -> None:
    lines = list(lines_of(conclusion(interrupted="interrupted by Ctrl-C."), TASK, None))
    assert lines[0] == Line("The run is not complete: interrupted by Ctrl-C.", "yellow")
    assert lines[1].text == "To carry on: the same command with --eval-use-cache=out"


def test_an_empty_prompt_reply_or_answer_is_named() -> None:
    wrong = WrongSample("arc[main-1]", "", "", "", "4", 0.0, "")
    assert texts(conclusion(wrong=(wrong,)))[1:5] == [
        "wrong answers",
        "arc[main-1]: 0",
        "  prompt:    none",
        "  reply:     none",
    ]
    assert "  extracted: nothing   expected: 4" in texts(conclusion(wrong=(wrong,)))


def test_a_judged_sample_has_no_answer_that_was_to_be_extracted() -> None:
    wrong = WrongSample("arc[main-1]", "Why?", "So.", "", "4", 0.0, "", is_judged=True)
    assert texts(conclusion(wrong=(wrong,)))[3:6] == ["  prompt:    Why?", "  reply:     So.", "  expected:  4"]


def test_long_texts_lose_their_middle_and_controls_are_written_out() -> None:
    wrong = WrongSample("arc[main-1]", "x" * 1000, "\x1b[31m", "7", "4", 0.0, "")
    prompt, reply = texts(conclusion(wrong=(wrong,)))[3:5]
    assert len(prompt) < 330
    assert " [...] " in prompt
    assert reply == "  reply:     \\x1b[31m"


@pytest.mark.parametrize(("passed", "markup"), [(True, "green"), (False, "red")])
def test_a_gate_has_the_colour_of_its_result(passed: bool, markup: str) -> None:
    gate = GateResult(passed, "arc>=0.5: 0.7", "arc>=0.5")
    assert gate_line(gate).markup == markup


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("stopping after 1 failures", "stopping after 1 failures"),
        ("interrupted by Ctrl-C", "interrupted by Ctrl-C"),
        ("nothing listens at h: refused. Start it.", "stopped: nothing listens at h: refused"),
        ("x" * 200, f"stopped: {'x' * 100}..."),
    ],
)
def test_the_last_line_names_the_reason_once(reason: str, line: str) -> None:
    assert stop_line(reason) == line
    assert in_short(reason) in line


def test_text_for_the_terminal_keeps_its_lines_and_nothing_else() -> None:
    assert shown("a\n\tb\x1b[2J\u202e") == "a\n\tb\\x1b[2J\\u202e"


def test_the_header_names_model_service_and_pace() -> None:
    task = TaskConfig(model="qwen", api_url="http://127.0.0.1:1/v1", eval_batch_size=4)
    assert header(task)[0] == "eval: qwen at http://127.0.0.1:1/v1 (openai_api), 4 in flight"


def test_a_step_that_takes_long_shows_lines_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FIRST_S", 0.01)
    lines: list[str] = []
    with Waiting("loading arc", lines.append):
        until = time.monotonic() + 10
        while not lines and time.monotonic() < until:
            time.sleep(0.005)
    assert lines == ["loading arc, 0 s so far"]
    with Waiting("loading arc", None):
        pass


def test_an_option_without_a_model_is_refused_and_settings_of_every_run_are_not() -> None:
    task = TaskConfig()
    assert without_model(task, ["-q", "--eval-limit=3"], "").startswith("--eval-limit has no effect: there is no model")
    assert "EVALSCOPE_MODEL is set, but empty." in without_model(task, ["--no-eval-strict"], "EVALSCOPE_MODEL")
    assert without_model(task, ["-q"], "EVALSCOPE_MODEL") == ""


def test_what_was_not_evaluated_is_counted() -> None:
    assert not_evaluated(1, "there is no model").startswith("there is no model, and 1 test was not evaluated.")
    assert "2 tests were not evaluated" in not_evaluated(2, "there is no model")


def test_reruns_on_the_command_line_are_refused_and_others_get_a_note() -> None:
    with pytest.raises(UsageError, match="--reruns: 2 has no effect on samples"):
        unused_reruns(2, elsewhere=False)
    assert unused_reruns(0, elsewhere=True).startswith("reruns are for ordinary tests")
    assert unused_reruns(0, elsewhere=False) == ""

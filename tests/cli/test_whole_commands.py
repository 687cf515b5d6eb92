"""Commands as a shell runs them: exit codes, output that can be piped, and one truth in every format."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest.benchmarks.catalogue import NEEDS
from evalscope_pytest.cli.main import main

COMMAND = (sys.executable, "-m", "evalscope_pytest")


def shell(*words: str, folder: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command in an empty folder, with nothing of the session around it."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("EVALSCOPE_", "PYTEST_", "COLUMNS"))
    }
    return subprocess.run(
        [*COMMAND, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False,
        **options,
    )  # fmt: skip


def listed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["benchmark-info", *words]) == 0
    return capsys.readouterr().out


# Benchmarks, in every format ----------------------------------------------------------------------------------------


def test_every_format_lists_the_same_benchmarks(capsys: pytest.CaptureFixture[str]) -> None:
    names = [info["name"] for info in json.loads(listed(capsys, "--format", "json"))]
    table = [line.split()[0] for line in listed(capsys).splitlines()[2:] if line and not line.endswith(":")]
    markdown = [line.split("|")[1].strip() for line in listed(capsys, "--format", "markdown").splitlines()[2:]]
    assert names == table == markdown
    assert {"gsm8k", "mmlu", "demo_math"} <= set(names)


def test_a_tag_keeps_the_benchmarks_that_have_it(capsys: pytest.CaptureFixture[str]) -> None:
    every = json.loads(listed(capsys, "--format", "json"))
    expected = [info["name"] for info in every if "math" in info["tags"]]
    found = json.loads(listed(capsys, "--format", "json", "--tag", "math"))
    assert [info["name"] for info in found] == expected
    assert 0 < len(expected) < len(every)


@pytest.mark.parametrize("name", ["gsm8k", "mmlu", "humaneval", "simple_qa", "general_mcq", "data_collection"])
def test_a_described_benchmark_says_what_its_entry_in_json_holds(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (info,) = json.loads(listed(capsys, name, "--format", "json"))
    text = listed(capsys, name)
    assert text.startswith(f"{name} ({info['pretty_name']})\n")
    facts = dict(
        line.strip().split(None, 1)
        for line in text.partition("\n\n")[0].splitlines()[1:]
        if len(line.split(None, 1)) == 2
    )
    assert facts["metrics"] == ", ".join(info["metrics"])
    assert facts["repeats"] == str(info["repeats"])
    assert facts["tags"] == ", ".join(info["tags"])
    assert facts["needs"] == (", ".join(NEEDS[need] for need in info["needs"]) or "nothing")
    assert info["description"].split("\n")[0].strip() in text


def test_several_benchmarks_are_described_in_the_order_they_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    text = listed(capsys, "mmlu", "gsm8k")
    assert 0 == text.index("mmlu (") < text.index("gsm8k (")


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    # The end of a pipe is closed before the command writes: what `| head -1` does to a long list.
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*COMMAND, "benchmark-info", "--format", "json"],
            cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=120, check=False,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert "Traceback" not in done.stderr


# Evaluations --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--limit", "2"], 0, "2 correct"),
        (["--limit", "2", "--gate", "demo_math>=0.9", "--model-args", "accuracy=0"], 1, "demo_math>=0.9: failed"),
        (["--limit", "2", "--gate", "demo_maths>=0.9"], 4, "Did you mean 'demo_math'?"),
        (["--limit", "0"], 4, "limit cannot be 0"),
        (["--limit", "2", "-k", "nothing_of_that_name"], 4, "selects no sample"),
    ],
)
def test_an_evaluation_ends_with_the_code_that_a_script_needs(
    words: list[str], code: int, said: str, tmp_path: Path
) -> None:
    done = shell("eval", "--model", "mock", "--datasets", "demo_math", *words, folder=tmp_path)
    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stdout + done.stderr


def test_a_key_on_the_command_line_is_in_no_output_and_in_no_file(tmp_path: Path) -> None:
    key = "sk-on-the-command-line-4711"
    words = ["--model", "mock", "--datasets", "demo_math", "--limit", "1", "--api-key", key]
    done = shell("eval", *words, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert key not in done.stdout + done.stderr
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    assert not any(key.encode() in file.read_bytes() for file in files)


def test_a_file_gives_what_the_command_line_leaves_out(tmp_path: Path) -> None:
    (tmp_path / "task.yaml").write_text("model: mock\ndatasets: [demo_math]\nlimit: 3\nwork_dir: elsewhere\n")
    done = shell("eval", "--task-config", "task.yaml", "--limit", "1", "--no-timestamp", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 correct" in done.stdout
    assert (tmp_path / "elsewhere" / "reports" / "mock" / "demo_math.json").is_file()


@pytest.mark.parametrize("command", ["eval", "compare", "arena", "collection", "benchmark-info", "perf", "doctor"])
def test_every_command_shows_its_options(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = main([command, "--help"])
    except SystemExit as end:
        code = int(end.code or 0)
    out = capsys.readouterr().out
    assert code == 0
    assert f"evalscope-pytest {command}" in out
    assert "-h" in out or "--" in out


@pytest.mark.parametrize("command", ["eval", "compare", "arena", "collection", "benchmark-info", "perf", "doctor"])
def test_every_command_refuses_an_option_it_does_not_have(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--no-such-option-anywhere"]) == 4
    err = capsys.readouterr().err
    assert err.startswith("ERROR: ")
    assert len(err.splitlines()) == 1

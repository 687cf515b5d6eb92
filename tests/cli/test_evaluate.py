import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import evalscope_pytest
from evalscope_pytest.cli.evaluate import pytest_command
from evalscope_pytest.core.errors import ConfigError


def words_of(line, **environment):
    command = pytest_command(shlex.split(line), environment)
    assert command.words[:3] == [sys.executable, "-m", "pytest"]
    return command.words[3:]


# Commands of EvalScope's documentation, with what they become.
DOCUMENTED = {
    "--model Qwen/Qwen2.5-0.5B-Instruct --datasets gsm8k arc --limit 5": [
        "--eval-model=Qwen/Qwen2.5-0.5B-Instruct", "--eval-datasets=gsm8k,arc", "--eval-limit=5",
    ],
    """--model Qwen/Qwen3-0.6B
       --model-args '{"revision": "master", "precision": "torch.float16", "device_map": "auto"}'
       --generation-config '{"do_sample":true,"temperature":0.6,"max_new_tokens":512}'
       --dataset-args '{"gsm8k": {"few_shot_num": 0, "few_shot_random": false}}' --datasets gsm8k --limit 10""": [
        "--eval-model=Qwen/Qwen3-0.6B",
        '--eval-model-args={"revision": "master", "precision": "torch.float16", "device_map": "auto"}',
        "--eval-datasets=gsm8k",
        '--eval-dataset-args={"gsm8k": {"few_shot_num": 0, "few_shot_random": false}}',
        "--eval-limit=10",
        '--eval-generation-config={"do_sample":true,"temperature":0.6,"max_new_tokens":512}',
    ],
    "--model my --api-url http://127.0.0.1:8000/v1/chat/completions --eval-type service --datasets gsm8k": [
        "--eval-model=my", "--eval-datasets=gsm8k", "--eval-type=service",
        "--eval-api-url=http://127.0.0.1:8000/v1/chat/completions",
    ],
    """--model qwen/Qwen2 --template-type qwen --model-args revision=v1.0.2,precision=torch.float16,device_map=auto
       --datasets mmlu ceval --use-cache true --limit 10""": [
        "--eval-model=qwen/Qwen2", "--eval-model-args=revision=v1.0.2,precision=torch.float16,device_map=auto",
        "--eval-datasets=mmlu,ceval", "--eval-limit=10", "--eval-use-cache=true", "--eval-template-type=qwen",
    ],
}  # fmt: skip


@pytest.mark.parametrize("line", DOCUMENTED)
def test_a_documented_command_becomes_a_run_of_pytest(line):
    assert words_of(line) == DOCUMENTED[line]


def test_an_early_stop_needs_no_level_and_takes_no_path_for_one():
    line = "--model m --gate a>=0.5 --stop-when-decided"
    assert "--eval-stop-when-decided=true" in words_of(f"{line} tests/x.py")
    assert words_of(f"{line} tests/x.py")[-1] == "tests/x.py"
    assert "--eval-stop-when-decided=95%" in words_of(f"{line} 95% tests/x.py")
    assert "--eval-stop-when-decided=95%" in words_of(f"{line}=95%")
    with pytest.raises(ConfigError, match="stop_when_decided cannot be 'x'"):
        words_of(f"{line}=x")


def test_pytests_own_options_and_paths_are_passed_on():
    line = "--model m --datasets gsm8k tests/x.py -k 'a or b' -m math -n 4 -x -vv -q --limit 1 y.py -- --durations=3 -s"
    assert words_of(line)[3:] == [
        *["-x", "-vv", "-q", "-k", "a or b", "-m", "math", "-n", "4"],
        *["tests/x.py", "y.py", "--durations=3", "-s"],
    ]


def test_a_switch_whose_name_begins_with_no_is_turned_on_by_its_name():
    assert words_of("--model m --no-timestamp") == ["--eval-model=m", "--eval-no-timestamp"]
    assert words_of("--model m --eval-no-timestamp") == ["--eval-model=m", "--eval-no-timestamp"]
    assert words_of("--model m --timestamp") == ["--eval-model=m", "--eval-timestamp"]
    assert words_of("--model m --eval-timestamp") == ["--eval-model=m", "--eval-timestamp"]


def test_help_has_no_double_negative_and_shows_groups(capsys):
    with pytest.raises(SystemExit):
        pytest_command(["--help"], {})
    shown = capsys.readouterr().out
    assert "--no-no-" not in shown
    assert "--no-timestamp, --timestamp" in shown
    assert all(f"\n{title}:\n" in shown for title in ("model", "data", "requests", "judging", "records", "verdict"))
    assert "--mem-cache" not in shown


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--outputs out", ["--eval-outputs=out"]),
        ("--stage review --use-cache d", ["--eval-use-cache=d", "--eval-stage=review"]),
        ("--stage all", ["--eval-stage=all"]),
        ("--mem-cache false", ["--eval-mem-cache=false"]),
    ],
)
def test_flags_of_earlier_versions_are_understood(line, words):
    assert words_of(f"--model m {line}") == ["--eval-model=m", *words]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--mem-cache", "mem_cache 'true' has no meaning any more (--mem-cache): answers are always recorded on disk"),
        ("--stage infer", "stage 'infer' has no meaning any more (--stage)"),
        ("--outputs a --work-dir b", "work_dir is given twice"),
    ],
)
def test_flags_of_earlier_versions_without_a_meaning_are_refused(line, said):
    with pytest.raises(ConfigError, match=re.escape(said)):
        words_of(f"--model m {line}")


def test_switches_can_be_turned_on_and_off_and_gates_repeated():
    words = words_of("--model m --strict --no-collect-perf --gate 'gsm8k>=0.7' --gate arc>=0.5")
    assert words[1:] == ["--no-eval-collect-perf", "--eval-gate=gsm8k>=0.7", "--eval-gate=arc>=0.5", "--eval-strict"]


def test_pytests_spelling_of_an_option_is_understood():
    line = "--model m --eval-limit=5 --eval-api-url http://127.0.0.1:1/v1 --no-eval-stream --eval-type service"
    assert {"--eval-limit=5", "--no-eval-stream", "--eval-type=service"} <= set(words_of(line))


def test_the_key_goes_into_the_environment_and_still_beats_a_file():
    command = pytest_command(["--model", "m", "--api-key", "s3cret-key"], {"PATH": "/bin"})
    assert "--eval-api-key=env:EVALSCOPE_API_KEY" in command.words
    assert "s3cret" not in " ".join(command.words)
    assert command.environment == {"PATH": "/bin", "EVALSCOPE_API_KEY": "s3cret-key"}


def test_a_model_of_the_environment_is_put_on_the_command_line():
    assert words_of("--datasets gsm8k", EVALSCOPE_MODEL="m") == ["--eval-model=m", "--eval-datasets=gsm8k"]
    assert words_of("--task-config - --datasets gsm8k")[0] == "--eval-task-config=-"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--model m --limit 0", ["limit cannot be 0", "in --limit"]),
        ("--model m --strict=maybe", ["--strict takes no value", "--no-strict"]),
        ("--model m --datasets", ["--datasets names no benchmark"]),
        ("--model m --generation-config temprature=1", ["--generation-config", "'temperature'"]),
        ("--model m --sandbox-type volcengine", ["not available in this version", "--sandbox-type"]),
        ("--model m --agent-config mode=native", ["not available in this version", "--agent-config"]),
        ("--model m --task-config nosuch.yaml", ["no configuration file nosuch.yaml"]),
        ("--model m --maxfail=2", ["unknown option --maxfail", "behind ' -- '"]),
        ("--mod m", ["unknown option --mod", "--model"]),
    ],
)
def test_a_mistake_is_told_by_the_name_it_was_typed_under(line, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as error:
        words_of(line)
    assert all(word in str(error.value) for word in words)


@pytest.mark.parametrize("program", [["-m", "evalscope_pytest", "eval"], ["-m", "evalscope_pytest.run"]])
def test_the_exit_code_is_pytests(program, tmp_path):
    line = [sys.executable, *program, "--model", "mock", "--datasets", "demo_math", "--limit", "2", "--dry-run"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "demo_math" in done.stdout
    done = subprocess.run([*line, "--datasets", "nosuch"], cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 4, done.stdout + done.stderr


def test_the_configuration_may_come_from_standard_input(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "evalscope_pytest", "eval", "--task-config", "-", "--limit", "2", "--dry-run"],
        input=json.dumps({"model": "mock", "datasets": ["demo_math"], "limit": 1}),
        cwd=tmp_path, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 tests collected" in done.stdout or "collected 2 items" in done.stdout


@pytest.mark.parametrize("place", ["absolute", "linked"])
def test_run_py_works_by_its_path(place, tmp_path):
    file = Path(evalscope_pytest.__file__).with_name("run.py")
    folder, name = tmp_path, str(file)
    if place == "linked":
        (tmp_path / "package").symlink_to(file.parent)
        name = "package/run.py"
    words = ["--model", "mock", "--datasets", "demo_math", "--limit", "1", "--work-dir", str(tmp_path / "out")]
    line = [sys.executable, name, *words]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 correct" in done.stdout


def test_run_py_says_that_its_own_folder_is_no_place_to_run():
    file = Path(evalscope_pytest.__file__).with_name("run.py")
    line = [sys.executable, file.name, "--model", "mock", "--datasets", "demo_math"]
    done = subprocess.run(line, cwd=file.parent, capture_output=True, text=True, timeout=240)
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert "the package's own folder. Go to another." in done.stderr

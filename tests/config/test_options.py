import subprocess
import sys

import pytest
from _pytest.config.argparsing import Parser

from evalscope_pytest.config import TaskConfig
from evalscope_pytest.config.options import (
    check_flags,
    cli_options,
    hand_back_paths,
    ini_name,
    pytest_options,
    split_paths,
    with_values,
)
from evalscope_pytest.config.setting import settings_of
from evalscope_pytest.config.sources import gather
from evalscope_pytest.core.errors import ConfigError

# Every flag in the tables of EvalScope's parameter documentation.
SPECIFIED = [
    "--model", "--model-id", "--api-url", "--api-key", "--model-args", "--model-task", "--chat-template",
    "--generation-config", "--datasets", "--dataset-dir", "--dataset-hub", "--limit", "--repeats", "--dataset-args",
    "--eval-type", "--eval-batch-size", "--eval-backend", "--eval-config", "--judge-strategy", "--judge-worker-num",
    "--judge-model-args", "--analysis-report", "--use-sandbox", "--sandbox-manager-config", "--sandbox-type",
    "--work-dir", "--no-timestamp", "--use-cache", "--rerun-review", "--enable-progress-tracker", "--seed",
    "--debug", "--ignore-errors", "--dry-run",
]  # fmt: skip
# Those of its newest source, of its first version, and our own.
FURTHER = [
    "--timeout", "--stream", "--judge", "--collect-perf", "--sandbox", "--agent-config", "--template-type",
    "--limit-total", "--max-errors", "--gate", "--baseline", "--max-drop", "--show-wrong", "--strict", "--rerun",
    "--heartbeat-interval", "--task-config", "--trust-remote-code",
]  # fmt: skip


@pytest.fixture
def parser():
    parser = Parser(_ispytest=True)
    for option in pytest_options():
        parser.addoption(option.flag, **option.kwargs)
    return parser


def gathered(parser, *words, **ini):
    return gather(vars(parser.parse(words)), getini=ini.get, environ={})


@pytest.mark.parametrize("flag", SPECIFIED + FURTHER)
def test_every_documented_flag_exists_in_our_command_and_in_pytest(flag):
    assert flag in {option.flag for option in cli_options()}
    twin = flag if flag.startswith("--eval-") else f"--eval-{flag[2:]}"
    assert twin in {option.flag for option in pytest_options()}


def test_every_field_has_a_flag_and_an_ini_key_of_its_own():
    options = [option for option in pytest_options() if option.field]
    assert [option.field for option in options] == list(settings_of(TaskConfig))
    assert len({option.flag for option in options}) == len({option.ini for option in options}) == len(options)
    assert all(option.kwargs["dest"] == option.ini == ini_name(option.field) for option in options)


def test_a_field_that_starts_with_eval_is_not_doubled():
    flags = {option.field: (option.flag, option.ini) for option in pytest_options()}
    assert flags["eval_batch_size"] == ("--eval-batch-size", "eval_batch_size")
    assert flags["model"] == ("--eval-model", "eval_model")


def test_start_up_loads_nothing_but_the_table():
    code = (
        "import argparse, sys, typing; before = set(sys.modules)\n"
        "from evalscope_pytest.config.options import pytest_options; list(pytest_options())\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"dataclasses", "json", "re", "difflib", "pathlib"} & set(loaded)
    assert [name for name in loaded if name.startswith("evalscope")] == [
        "evalscope_pytest",
        "evalscope_pytest.config",
        "evalscope_pytest.config.option_table",
        "evalscope_pytest.config.options",
        "evalscope_pytest.lazy",
        "evalscope_pytest.version",
    ]


def test_the_configuration_is_read_without_yaml_or_heavier_libraries():
    code = "import sys; from evalscope_pytest import TaskConfig; TaskConfig(model='m', limit=5); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"yaml", "pydantic", "asyncio", "pytest", "difflib"} & set(loaded)


def test_nothing_given_is_nothing_set(parser):
    assert all(value is None for name, value in vars(parser.parse([])).items() if name.startswith("eval_"))
    assert gathered(parser) == TaskConfig()


def test_pytest_reads_every_form_of_option(parser):
    config = gathered(
        parser,
        *["--eval-model=m", "--eval-datasets", "gsm8k", "arc", "--eval-datasets=mmlu,bbh", "--eval-limit", "10"],
        *["--eval-gate", "gsm8k>=0.7", "--eval-gate=arc>=0.5", "--no-eval-collect-perf", "--eval-strict"],
        *["--eval-generation-config", '{"temperature":0.6,"chat_template_kwargs":{"enable_thinking": false}}'],
        *["--eval-model-args", "revision=master,precision=torch.float16,device_map=auto"],
        *["--eval-dataset-args", '{"gsm8k": {"few_shot_num": 0, "few_shot_random": false}}'],
    )
    assert config.datasets == ("gsm8k", "arc", "mmlu", "bbh")
    assert config.gate == ("gsm8k>=0.7", "arc>=0.5")
    assert (config.collect_perf, config.strict, config.limit) == (False, True, 10)
    assert config.generation_config.chat_template_kwargs == {"enable_thinking": False}
    assert config.model_args == {"revision": "master", "precision": "torch.float16", "device_map": "auto"}
    assert config.args_of("gsm8k").few_shot_random is False


def test_what_is_not_available_yet_is_not_in_the_help(parser, capsys):
    text = parser.optparser.format_help()
    assert "--eval-model=" in text
    assert "--eval-gate" in text
    for hidden in ("--eval-agent-config", "--eval-backend", "--eval-template-type", "text2image"):
        assert hidden not in text


# Paths among the names ---------------------------------------------------------------------------------------------


def test_paths_are_told_from_benchmarks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder, file in (("suites/math", "test_sums.py"), ("arc", "test_x.py"), ("mmlu", "test.jsonl")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / file).touch()
    words = ["gsm8k,mmlu", "arc", "suites", "tests/eval", "test_x.py", "test_y.py::bench", "./gsm8k", "nosuch"]
    assert split_paths(words, {"arc", "gsm8k"}) == (
        ["gsm8k", "mmlu", "arc", "nosuch"],
        ["suites", "tests/eval", "test_x.py", "test_y.py::bench", "./gsm8k"],
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--eval-datasets", "gsm8k", "arc", "suites/"], ["--eval-datasets=gsm8k,arc", "suites/"]),
        (["--eval-datasets", "gsm8k", "-k", "x"], ["--eval-datasets=gsm8k", "-k", "x"]),
        (["a.py", "--eval-datasets", "gsm8k"], ["a.py", "--eval-datasets=gsm8k"]),
        (["--eval-datasets=gsm8k", "suites/"], ["--eval-datasets=gsm8k", "suites/"]),
        (["--eval-datasets", "gsm8k", "--", "arc"], ["--eval-datasets=gsm8k", "--", "arc"]),
        (["--eval-datasets"], ["--eval-datasets"]),
        (["--", "--eval-datasets", "x"], ["--", "--eval-datasets", "x"]),
        ([], []),
    ],
)
def test_a_command_line_is_rewritten_so_that_paths_are_paths(words, expected, parser):
    rewritten = hand_back_paths(words)
    assert rewritten == expected
    assert hand_back_paths(rewritten) == rewritten


def test_pytest_sees_paths_again_and_more_can_be_added(parser):
    words = hand_back_paths(["--eval-datasets", "gsm8k", "arc", "suites/"])
    options = parser.parse([*words, "added.py"])
    assert (options.eval_datasets, options.file_or_dir) == (["gsm8k,arc"], ["suites/", "added.py"])


def test_an_unknown_flag_is_refused_with_the_closest_one():
    with pytest.raises(ConfigError, match=r"unknown option --eval-modle\. Did you mean '--eval-model'\?"):
        check_flags(["--eval-modle=x"])
    with pytest.raises(ConfigError, match="Did you mean '--no-eval-collect-perf'"):
        check_flags(["--no-eval-colect-perf"])
    check_flags(["--eval-model=x", "--no-eval-debug", "--maxfail=1", "-k", "eval", "--", "--eval-modle"])


@pytest.mark.parametrize(
    ("words", "rewritten", "spared"),
    [
        (["--eval-stop-when-decided", "x.py"], ["--eval-stop-when-decided=true", "x.py"], "x.py"),
        (["--eval-stop-when-decided", "95%", "x.py"], ["--eval-stop-when-decided=95%", "x.py"], None),
        (["--eval-stop-when-decided=0.9", "x.py"], ["--eval-stop-when-decided=0.9", "x.py"], None),
        (["x.py", "--eval-stop-when-decided"], ["x.py", "--eval-stop-when-decided=true"], None),
        (["--eval-stop-when-decided", "-x"], ["--eval-stop-when-decided=true", "-x"], None),
        (["--", "--eval-stop-when-decided", "x"], ["--", "--eval-stop-when-decided", "x"], None),
    ],
)
def test_an_option_that_needs_no_value_takes_no_path_for_it(words, rewritten, spared):
    found = with_values(words)
    assert found == (rewritten, {"stop_when_decided": spared} if spared else {})
    assert with_values(rewritten) == (rewritten, {})

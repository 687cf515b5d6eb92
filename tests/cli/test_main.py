import subprocess
import sys

import pytest

from evalscope_pytest.cli.main import main
from evalscope_pytest.version import __version__


def test_the_version_is_told(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"evalscope-pytest {__version__}\n"


def test_help_names_the_commands(capsys):
    assert main(["--help"]) == 0
    output = capsys.readouterr().out
    assert "eval " in output
    assert "benchmark-info" in output


def test_no_command_is_a_usage_error(capsys):
    assert main([]) == 4
    assert "usage:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["evl"], "unknown command 'evl'. Did you mean 'eval'?"),
        (["benchmark-inf"], "Did you mean 'benchmark-info'?"),
        (["eval", "--modle", "m"], "unknown option --modle. Did you mean '--model'?"),
        (["eval", "--model"], "expected one argument"),
        (["eval", "--datasets", "gsm8k"], "no model is given"),
        (["benchmark-info", "gsm8"], "unknown benchmark 'gsm8'. Did you mean 'gsm8k'?"),
        (["benchmark-info", "--format", "xml"], "invalid choice: 'xml'"),
        (["benchmark-info", "--tag", "maths"], "Did you mean 'math'?"),
        (["benchmark-info", "--fromat=json"], "unrecognized arguments: --fromat=json. Did you mean '--format'? "),
        (["compare", "a", "b", "--sample", "3"], "unrecognized arguments: --sample 3. Did you mean '--samples'? "),
        (["compare", "a", "--qqqq"], "unrecognized arguments: --qqqq. evalscope-pytest compare --help shows "),
        (["collection", "a", "-n", "1", "-o", "b.jsonl", "--outptu=c"], "Did you mean '--output'?"),
        (["perf", "compare", "a", "b", "--jso"], "evalscope-pytest perf compare --help shows all options."),
    ],
)
def test_a_mistake_is_one_line_on_stderr_and_exit_code_4(arguments, words, capsys, monkeypatch):
    monkeypatch.delenv("EVALSCOPE_MODEL", raising=False)
    assert main(arguments) == 4
    output = capsys.readouterr()
    assert output.err.startswith("ERROR: ")
    assert output.err.count("\n") == 1
    assert words in output.err
    assert output.out == ""


def test_help_and_the_eval_commands_help_load_neither_pytest_nor_benchmarks():
    for arguments in (["--help"], ["eval", "--help"]):
        code = f"import sys, evalscope_pytest.cli.main as m\ntry: m.main({arguments})\nfinally: print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        loaded = set(done.stdout.splitlines()[-1].split())
        assert "evalscope_pytest.cli.main" in loaded
        assert not {"pytest", "_pytest", "yaml", "asyncio", "evalscope_pytest.benchmarks"} & loaded


def test_it_runs_as_a_module():
    done = subprocess.run([sys.executable, "-m", "evalscope_pytest", "--version"], capture_output=True, text=True)
    assert done.stdout == f"evalscope-pytest {__version__}\n"

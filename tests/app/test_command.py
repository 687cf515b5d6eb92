"""``evalscope-pytest app`` prints its address, serves until it is interrupted, and refuses what is wrong."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from evalscope_pytest.cli.main import main


def test_it_serves_until_it_is_interrupted(folder):
    command = [sys.executable, "-m", "evalscope_pytest", "app", str(folder), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline().split()[0]
        with urllib.request.urlopen(address, timeout=30) as page:
            assert b"tiny-model" in page.read()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert "Traceback" not in errors
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing-here"], "folder is not there: 'nothing-here'."),
        ([".", "--port", "70000"], "'70000' is not a port"),
        ([".", "--host", "0.0.0.0"], "Add --token auto"),
        ([".", "--token", "short"], "at least 8"),
        ([".", "--prot", "1"], "Did you mean '--port'?"),
        ([".", "--host", "host.invalid", "--token", "auto"], "cannot listen on host.invalid"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_4(arguments, words, capsys):
    assert main(["app", *arguments]) == 4
    errors = capsys.readouterr().err
    assert words in errors
    assert errors.count("\n") == 1


def test_a_port_that_is_taken_is_refused(tmp_path, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["app", str(tmp_path), "--port", str(taken.getsockname()[1])]) == 4
    assert "Choose another with --port" in capsys.readouterr().err


def test_without_the_extra_the_error_has_the_command_that_installs_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    assert main(["app", str(tmp_path)]) == 4
    assert "pip install 'evalscope-pytest[app]'" in capsys.readouterr().err

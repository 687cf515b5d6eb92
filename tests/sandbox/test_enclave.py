"""Docker through ms-enclave: against a manager that runs commands in a folder, since no engine is at hand."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import tarfile
from types import SimpleNamespace

import pytest

from evalscope_pytest.core.errors import SandboxError
from evalscope_pytest.sandbox import Limits, Program, host
from evalscope_pytest.sandbox import enclave as docker
from evalscope_pytest.sandbox.choice import unfit
from evalscope_pytest.sandbox.enclave import Enclave, Hardened
from evalscope_pytest.sandbox.engine import SandboxChoice

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="containers are Linux")


# Programs give up root, and with it what lies below folders only root may enter.
PYTHON = "/usr/bin/python3" if any(map(host.closed_to_others, host.interpreter_folders())) else sys.executable


class Manager:
    """Keeps files and runs commands as a container would, in a folder of the host."""

    def __init__(self, folder, answer=None):
        self.folder = folder
        self.answer = answer
        self.made, self.deleted, self.stopped = [], [], False

    async def start(self):
        self.loop = asyncio.get_running_loop()

    async def stop(self):
        self.stopped = True

    async def create_sandbox(self, sandbox_type, config):
        self.made.append(config)
        return f"box-{len(self.made)}"

    async def delete_sandbox(self, sandbox_id):
        self.deleted.append(sandbox_id)
        return True

    async def put_archive(self, sandbox_id, target_dir, data):
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            archive.extractall(self.folder / target_dir.lstrip("/"), filter="data")
        return True

    async def execute_tool(self, sandbox_id, tool_name, parameters):
        assert tool_name == "shell_executor"
        if self.answer is not None:
            return SimpleNamespace(output=self.answer, error="", status="success")
        assert parameters["timeout"] > 1
        command = [PYTHON if word == "python3" else word for word in parameters["command"]]
        command[-1] = str(self.folder) + command[-1]
        done = subprocess.run(command, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "KEY": "canary"})
        return SimpleNamespace(output=done.stdout, error=done.stderr, status=done.returncode)


@pytest.fixture
def container(tmp_path, monkeypatch):
    """A manager, and an isolation that uses it. Paths of the container lie below a folder anyone may enter."""
    folder = tmp_path / "container"
    folder.mkdir()
    for place in (folder, *folder.parents):
        if place.is_relative_to("/tmp") and str(place) != "/tmp":
            place.chmod(0o755)
    monkeypatch.setattr(docker, "_BOX", f"{folder}/evalscope/box")
    manager = Manager(folder)
    return manager, Enclave(SandboxChoice("docker", image="python:3.12", memory_limit="3g"), lambda choice: manager)


def test_programs_run_and_are_told_apart(container):
    manager, isolation = container
    jail = isolation.start()
    assert jail.run(Program(source="import os; print(os.environ.get('KEY'), os.getcwd())")).stdout.startswith("None ")
    assert jail.run(Program(source="def f(): return 1", tests="assert f() == 1")).ok
    assert jail.run(Program(source="import sys; sys.exit(0)", tests="assert 0")).status == "failed"
    apart = "from program import f\nassert f() == 1"
    assert jail.run(Program(source="def f(): return 1", tests=apart, apart=True)).ok
    assert jail.run(Program(source="def f(): return 2", tests=apart, apart=True)).status == "failed"
    looks = f"def f(): return len(open({str(manager.folder / 'evalscope' / '2.blob')!r}).read())"
    assert "FileNotFoundError" in jail.run(Program(source=looks, tests=apart, apart=True)).stderr
    assert jail.run(Program(source="while True: pass", limits=Limits(cpu_s=0.2))).status == "timeout"
    assert jail.run(Program(source="x = bytearray(3 << 30)")).status == "oom"
    assert jail.run(Program(argv=("cat",), stdin="in")).stdout == "in"
    assert jail.run(Program(source="import socket; socket.socket()")).status == "failed"
    assert jail.run(Program(source="print('EVALSCOPE-RESULT {}')")).stdout == "EVALSCOPE-RESULT {}\n"
    jail.close()
    assert (manager.deleted, manager.stopped) == (["box-1"], True)


def test_containers_have_no_network_and_the_limits_asked_for(container):
    manager, isolation = container
    isolation.start().close()
    (config,) = manager.made
    assert config["network_enabled"] is False
    assert (config["image"], config["memory_limit"]) == ("python:3.12", "3g")


def test_a_container_that_shares_files_is_refused(container):
    _, isolation = container
    assert "it does not isolate here: a program reads files" in unfit(isolation)


@pytest.mark.parametrize(
    "answer", ["", "Traceback", "EVALSCOPE-RESULT {", 'EVALSCOPE-RESULT {"header": {}, "blobs": []}']
)
def test_no_answer_is_an_error_of_the_sandbox(container, answer):
    manager, isolation = container
    jail = isolation.start()
    manager.answer = answer
    result = jail.run(Program(source="1"))
    assert result.status == "sandbox_error"
    assert result.detail.startswith("docker: ")
    assert not jail.usable
    jail.close()


def test_a_container_that_does_not_start_is_said_so(container):
    manager, isolation = container

    async def fail(*_):
        raise RuntimeError("no such image")

    manager.create_sandbox = fail
    with pytest.raises(SandboxError, match="no such image"):
        isolation.start()


def test_containers_are_hardened_whatever_ms_enclave_asks_for():
    asked = {}
    client = SimpleNamespace(containers=SimpleNamespace(create=lambda **options: asked.update(options)), other=1)
    hardened = Hardened(client)
    hardened.containers.create(image="x", privileged=False)
    assert asked["image"] == "x"
    assert asked["cap_drop"] == ["ALL"]
    assert asked["security_opt"] == ["no-new-privileges"]
    assert asked["pids_limit"] == 128
    assert hardened.other == 1


def test_ms_enclave_itself_takes_what_is_sent():
    """Its configuration knows our words, and its Docker sandbox creates containers through the hardened client."""
    model = pytest.importorskip("ms_enclave.sandbox.model", reason="ms-enclave is not installed (extra: docker)")
    boxes = pytest.importorskip("ms_enclave.sandbox.boxes")
    docker._harden()
    config = model.DockerSandboxConfig(image="x", memory_limit="2g", cpu_limit=1.0, network_enabled=False)
    box = boxes.SandboxFactory.create_sandbox(model.SandboxType.DOCKER, config, "id")
    asked = {}
    container = SimpleNamespace(id="c")
    create = lambda **options: asked.update(options) or container  # noqa: E731
    box.client = SimpleNamespace(containers=SimpleNamespace(create=create))
    asyncio.run(box._create_container())
    assert asked["network_mode"] == "none"
    assert asked["cap_drop"] == ["ALL"]
    assert asked["mem_limit"] == "2g"


def test_without_ms_enclave_or_docker_it_says_so(monkeypatch):
    monkeypatch.setattr(docker.importlib.util, "find_spec", lambda name: None)
    assert "pip install 'evalscope-pytest[docker]'" in Enclave().obstacle()
    monkeypatch.setattr(docker.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setenv("PATH", "/nowhere")
    assert Enclave().obstacle() == "docker is not installed"

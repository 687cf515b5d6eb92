"""Docker, through ms-enclave: a container is a jail, and this package's interpreter runs each program in it."""

from __future__ import annotations

import asyncio
import base64
import importlib.util
import io
import json
import math
import secrets
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from ..core.errors import SandboxError
from .engine import SandboxChoice
from .inside.confinement import Layers
from .inside.once import RESULT_MARK
from .jail import INSIDE, environment, request, result_of
from .protocol import Program, Result

T = TypeVar("T")

_FOLDER = "/evalscope"
_BOX = f"{_FOLDER}/box"
_FIRST_USER, _USERS = 60_000, 5_000  # limits on processes count by user, also across containers
_START_S = 30  # a new interpreter, through the service

# What ms-enclave leaves as Docker has it. The interpreter gives each program a user without any capability.
_HARDENING: dict[str, Any] = {
    "pids_limit": 128,
    "cap_drop": ["ALL"],
    "cap_add": ["SETUID", "SETGID", "KILL", "CHOWN", "DAC_OVERRIDE", "FOWNER"],
    "security_opt": ["no-new-privileges"],
}


class Manager(Protocol):
    """The part of ms-enclave's sandbox managers that is used here."""

    async def start(self) -> None:
        """Connect to the service that runs containers."""
        ...

    async def stop(self) -> None:
        """Remove all containers of this manager."""
        ...

    async def create_sandbox(self, sandbox_type: Any, config: Any) -> str:
        """Start a container and return its id."""
        ...

    async def delete_sandbox(self, sandbox_id: str) -> bool:
        """Remove a container; return whether it existed."""
        ...

    async def put_archive(self, sandbox_id: str, target_dir: str, data: bytes) -> bool:
        """Unpack a tar archive in a folder of the container."""
        ...

    async def execute_tool(self, sandbox_id: str, tool_name: str, parameters: dict[str, Any]) -> Any:
        """Run a tool in a container and return its result."""
        ...


@dataclass(frozen=True)
class Enclave:
    """Programs in containers.

    Attributes:
        choice: The image, its limits, and who makes the containers.
        manager: Makes ms-enclave's manager; tests put another here.
    """

    choice: SandboxChoice = field(default_factory=lambda: SandboxChoice("docker"))
    manager: Callable[[SandboxChoice], Manager] | None = None
    name: str = "docker"
    forks: bool = True
    isolates: bool = True

    def obstacle(self) -> str:
        """Return why it cannot be used here."""
        if self.manager is not None:
            return ""
        if importlib.util.find_spec("ms_enclave") is None:
            of = (
                f"the client of the ms-enclave server at {self.choice.base_url}"
                if self.choice.base_url
                else "ms-enclave"
            )
            return f"{of} is not installed: pip install 'evalscope-pytest[docker]'"
        return "" if self.choice.base_url else docker_obstacle()

    def seeing(self, paths: tuple[str, ...]) -> Enclave:
        """Refuse: a container has no files of this machine.

        Raises:
            SandboxError: Always.
        """
        raise SandboxError(
            f"{paths[0]} is on this machine, and a container cannot read it. Leave --eval-use-sandbox out: a local "
            "sandbox (`evalscope-pytest doctor`) runs this benchmark."
        )

    def start(self) -> EnclaveJail:
        """Start a container.

        Raises:
            SandboxError: It did not start.
        """
        return EnclaveJail((self.manager or _ms_enclave)(self.choice), self.choice)


def docker_obstacle() -> str:
    """Return why no container can be started here."""
    docker = shutil.which("docker")
    if docker is None:
        return "docker is not installed"
    try:
        asked = subprocess.run(  # noqa: S603 - found on the PATH
            [docker, "version", "--format", "{{.Server.Version}}"], capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"docker does not answer: {error}"
    return "" if asked.returncode == 0 else f"docker has no running engine: {asked.stderr.strip()}"


def _ms_enclave(choice: SandboxChoice) -> Manager:
    from ms_enclave.sandbox.manager import HttpSandboxManager, LocalSandboxManager
    from ms_enclave.sandbox.model import SandboxManagerConfig

    if choice.base_url:
        config = SandboxManagerConfig(base_url=choice.base_url, api_key=choice.api_key or None)
        return HttpSandboxManager(config)  # type: ignore[no-any-return]
    _harden()
    return LocalSandboxManager()  # type: ignore[no-any-return]


def _harden() -> None:
    """Have ms-enclave start containers with what its configuration has no words for."""
    from ms_enclave.sandbox.boxes.base import register_sandbox
    from ms_enclave.sandbox.boxes.docker_sandbox import DockerSandbox
    from ms_enclave.sandbox.model import SandboxType

    class HardenedSandbox(DockerSandbox):  # type: ignore[misc]
        async def _create_container(self) -> None:
            self.client: Any = Hardened(self.client)
            await super()._create_container()

    register_sandbox(SandboxType.DOCKER)(HardenedSandbox)


class Hardened:
    """A Docker client whose containers get `_HARDENING`; all else is the client's own."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    @property
    def containers(self) -> Any:
        """The containers, with another way to create them."""
        own = self._client.containers
        create = own.create
        own.create = lambda **options: create(**{**options, **_HARDENING})
        return own


class EnclaveJail:
    """One container. Its manager lives on a separate event loop, which runs during calls only.

    Raises:
        SandboxError: The container did not start.
    """

    def __init__(self, manager: Manager, choice: SandboxChoice) -> None:
        self._manager = manager
        self._loop = asyncio.new_event_loop()
        self._sandbox = ""
        self._user = _FIRST_USER + secrets.randbelow(_USERS)
        self.usable = True
        try:
            self._wait(self._start(choice))
        except Exception as error:
            self.close()
            raise SandboxError(f"docker did not start a container: {error}") from error

    def _wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(coroutine)

    async def _start(self, choice: SandboxChoice) -> None:
        await self._manager.start()
        config = {
            "image": choice.image,
            "memory_limit": choice.memory_limit,
            "cpu_limit": choice.cpu_limit,
            "network_enabled": False,
            "working_dir": "/tmp",  # noqa: S108 - the container's own
            "tools_config": {"shell_executor": {}},
        }
        self._sandbox = await self._manager.create_sandbox(_docker_type(), config)
        await self._put({f"inside/{path.name}": path.read_bytes() for path in INSIDE.glob("*.py")})

    async def _put(self, files: Mapping[str, bytes]) -> None:
        if not await self._manager.put_archive(self._sandbox, _FOLDER, _archive(files)):
            raise SandboxError("files could not be copied into the container")

    def run(self, program: Program) -> Result:
        """Run a program to its end."""
        try:
            return self._wait(self._run(program))
        except Exception as error:  # noqa: BLE001 - whatever the service raises, nothing is known of the program
            self.usable = False
            return Result("sandbox_error", detail=f"docker: {type(error).__name__}: {error}")

    async def _run(self, program: Program) -> Result:
        header, blobs, _ = request(program)
        layers = Layers(_BOX, uid=self._user, files=False, forks=True)
        order = {"header": header, "layers": layers.to_json(), "environment": environment(_BOX)}
        packed = {f"{n}.blob": blob for n, blob in enumerate(blobs)}
        await self._put({"order.json": json.dumps({**order, "blobs": len(blobs)}).encode(), **packed})
        command = ["env", "PYTHONHASHSEED=0", "python3", "-s", "-c", _ONCE, _FOLDER]
        timeout = math.ceil(program.limits.wall_s) + _START_S
        done = await self._manager.execute_tool(
            self._sandbox, "shell_executor", {"command": command, "timeout": timeout}
        )
        lines = [line for line in str(done.output or "").splitlines() if line.startswith(RESULT_MARK)]
        if len(lines) != 1:
            raise SandboxError(f"no result: {str(done.error or done.output or done.status).strip()[-300:]}")
        written = json.loads(lines[0].removeprefix(RESULT_MARK))
        return result_of("docker", written["header"], [base64.b64decode(blob) for blob in written["blobs"]])

    def close(self) -> None:
        """Remove the container."""
        self.usable = False
        if self._loop.is_running() or self._loop.is_closed():
            return  # a program runs in it: the thread that waits for it closes it afterwards
        try:
            if self._sandbox:
                self._wait(self._manager.delete_sandbox(self._sandbox))
            self._wait(self._manager.stop())
        except Exception:  # noqa: BLE001 - the container is lost to us either way
            return
        finally:
            self._loop.close()


_ONCE = "import sys; sys.path[0] = sys.argv[1]; from inside.once import main; main()"


def _docker_type() -> Any:
    try:
        from ms_enclave.sandbox.model import SandboxType
    except ImportError:
        return "docker"
    return SandboxType.DOCKER


def _archive(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()

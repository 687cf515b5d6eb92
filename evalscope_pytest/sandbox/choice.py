"""Choice of a run's isolation: the requested one, or the best of this machine; each is probed first."""

from __future__ import annotations

from functools import cache

from ..core.errors import SandboxError, UnreadyError
from .bubblewrap import Bubblewrap
from .enclave import Enclave
from .engine import DOCKER, SandboxChoice
from .landlocked import Landlocked
from .probe import leaks
from .protocol import Isolation
from .unsafe import Unsafe

_ADVICE = (
    "Install bubblewrap (apt-get install bubblewrap), use Linux 5.13 or newer with Landlock, add --eval-use-sandbox "
    "where Docker is, or accept the risk with --eval-allow-unsafe-code. `evalscope-pytest doctor` says what is there."
)


def candidates(choice: SandboxChoice) -> tuple[Isolation, ...]:
    """Return what may serve, the best first."""
    local: dict[str, tuple[Isolation, ...]] = {
        "auto": (Bubblewrap(), Landlocked()),
        "bubblewrap": (Bubblewrap(),),
        "landlock": (Landlocked(),),
    }
    return local[choice.engine] if choice.engine != DOCKER else (Enclave(choice),)


def choose(choice: SandboxChoice, *, allow_unsafe: bool = False) -> Isolation:
    """Return an isolation that holds.

    Args:
        allow_unsafe: Take none at all rather than give up.

    Raises:
        UnreadyError: None holds; the message lists what was tried, and what to do.
    """
    tried = []
    for isolation in candidates(choice):
        reason = unfit(isolation)
        if not reason:
            return isolation
        tried.append(f"{isolation.name}: {reason}")
    if allow_unsafe:
        unsafe = Unsafe()
        reason = unsafe.obstacle()
        if not reason:
            return unsafe
        tried.append(f"{unsafe.name}: {reason}")
    raise UnreadyError(f"no sandbox for the code that models write ({'; '.join(tried)}). {_ADVICE}")


@cache
def unfit(isolation: Isolation) -> str:
    """Return why code must not run in this isolation here; empty when it holds. Found out once a process."""
    reason = isolation.obstacle()
    if reason:
        return reason
    try:
        leaked = leaks(isolation)
    except SandboxError as error:
        return str(error)
    return f"it does not isolate here: a program {leaked}" if leaked else ""

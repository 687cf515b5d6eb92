"""Jails for the tests: one of each kind for the whole module, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evalscope_pytest.sandbox.bubblewrap import Bubblewrap
from evalscope_pytest.sandbox.choice import unfit
from evalscope_pytest.sandbox.protocol import Isolation, Jail, Limits, Program, Result
from evalscope_pytest.sandbox.scratch import Landlocked, Unsafe

KINDS: dict[str, Isolation] = {"bubblewrap": Bubblewrap(), "landlock": Landlocked(), "unsafe": Unsafe()}


class Runner:
    """Runs programs in one jail, which must survive them all."""

    def __init__(self, isolation: Isolation) -> None:
        self.isolation = isolation
        self.jail: Jail = isolation.start()

    def __call__(self, source: str = "", **fields) -> Result:
        limits = fields.pop("limits", None) or Limits(**{k: fields.pop(k) for k in list(fields) if k in LIMITS})
        result = self.jail.run(Program(source=source, limits=limits, **fields))
        assert self.jail.usable
        return result


LIMITS = Limits.__dataclass_fields__


@pytest.fixture(scope="module", params=sorted(KINDS))
def run(request) -> Iterator[Runner]:
    isolation = KINDS[request.param]
    reason = isolation.obstacle() or (unfit(isolation) if isolation.isolates else "")
    if reason:
        pytest.skip(f"{isolation.name}: {reason}")
    runner = Runner(isolation)
    yield runner
    runner.jail.close()


@pytest.fixture(scope="session")
def jailed() -> Isolation:
    """The best isolation here."""
    for isolation in (KINDS["bubblewrap"], KINDS["landlock"]):
        if not unfit(isolation):
            return isolation
    pytest.skip("nothing isolates here")

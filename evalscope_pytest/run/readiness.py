"""Which of the selected benchmarks can run here: found out for all of them before anything is sent."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..core.errors import NoDataError, UnreadyError, UnreadyRunError

if TYPE_CHECKING:
    from .assembly import Run

log = logging.getLogger(__name__)

MAX_REASONS = 12
MAX_NAMES = 6


class Readiness:
    """Collects what benchmarks lack, so that one message names all of it.

    Attributes:
        unready: Why a benchmark cannot run, by its name.

    Args:
        selected: How many benchmarks the command line selects.
    """

    def __init__(self, run: Run, selected: Sequence[str]) -> None:
        self._run = run
        self._selected = selected
        self._listing = run.driver.listing
        self.unready: dict[str, str] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Note what a benchmark lacks in place of raising it.

        Raises:
            UsageError: The body's own: what the user set for just this benchmark is wrong, or it is the only one.
        """
        try:
            yield
        except (UnreadyError, NoDataError) as error:
            if not self._listing and (len(self._selected) == 1 or self._is_mistake(name, error)):
                raise
            self.unready[name] = str(error)

    def check(self) -> None:
        """Refuse the run, unless the others are to run without those that cannot.

        Raises:
            UsageError: Some benchmarks cannot run.
        """
        if not self.unready or self._listing:
            return
        left = [name for name in self._selected if name not in self.unready]
        if not (left and self._run.task.skip_unready):
            raise UnreadyRunError(f"{self._what(left)}\n{self._how(left)}")

    def conclude(self) -> None:
        """Keep what was left out, for the terminal and the report."""
        if self._listing:
            self._run.unlisted = list(self.unready)
            if self.unready:
                names = shortened(list(self.unready))
                self._run.notes.append(f"listed without samples, as their data is not on this machine: {names}")
            return
        self._run.skipped = dict(self.unready)
        for name, reason in self.unready.items():
            log.warning("%s is skipped: %s", name, reason)

    def _is_mistake(self, name: str, error: Exception) -> bool:
        args = self._run.task.args_of(name)
        return isinstance(error, NoDataError) and bool(args.dataset_id or args.subset_list or args.eval_split)

    def _what(self, left: Sequence[str]) -> str:
        total = len(self._selected)
        head = f"{len(self.unready)} of the {total} selected benchmarks cannot run:"
        if not left:
            head = f"none of the {total} selected benchmarks can run:"
        groups: dict[str, list[str]] = {}
        for name, reason in self.unready.items():
            groups.setdefault(reason.removeprefix(f"benchmark {name!r} "), []).append(name)
        lines = [
            f"  {', '.join(names)}: {reason}" if len(names) > 1 else f"  {self._alone(names[0])}"
            for reason, names in groups.items()
        ]
        hidden = [name for names in list(groups.values())[MAX_REASONS:] for name in names]
        if hidden:
            lines[MAX_REASONS:] = [f"  {len(hidden)} more in the same way: {', '.join(hidden)}"]
        return "\n".join([head, *lines])

    def _alone(self, name: str) -> str:
        reason = self.unready[name]
        return reason if name in reason else f"{name}: {reason}"

    def _how(self, left: Sequence[str]) -> str:
        if not left:
            return "Give one of them what it needs, or select others: --eval-datasets NAME ..., -k, -m."
        others = f"the other {len(left)}" if len(left) > 1 else "the other one"
        named = " ".join(left) if len(left) <= MAX_NAMES else "NAME ..."
        return (
            f"Give them what they need, or leave them out: --eval-skip-unready runs {others} and lists these as "
            f"skipped; --eval-datasets {named} names those to run{self._by_keyword()}. `evalscope-pytest eval` calls "
            "the two --skip-unready and --datasets."
        )

    def _by_keyword(self) -> str:
        if len(self.unready) > MAX_NAMES:
            return ""
        without = " and ".join(f"not {name}" for name in self.unready)
        given = self._run.driver.keywords.strip()
        given = f"({given})" if " " in given else given
        return f', as does -k "{given} and {without}"' if given else f', as does -k "{without}"'


def shortened(names: Sequence[str]) -> str:
    """Return names in one line, the first few of many."""
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return ", ".join(names[:MAX_NAMES]) + more

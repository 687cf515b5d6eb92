"""Costs of a run: tokens by benchmark and model, valued by the prices of ``--eval-prices``; judges apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ..config.prices import Prices, money, units
from ..core.spending import Account, Role, Spent
from ..core.text import visible

OTHER = "(others)"
TOTAL = "TOTAL"
_LEAST_DIGITS, _MOST_DIGITS = 2, 6
# Names in reports.
_COUNTS = {
    "requests": "requests",
    "input_tokens": "input",
    "output_tokens": "output",
    "cached_tokens": "cached",
    "cache_write_tokens": "written",
    "reasoning_tokens": "reasoning",
    "estimated_requests": "estimated",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of the requests to one model about one benchmark.

    Attributes:
        benchmark: Empty for requests outside of samples.
        cost: In units of `config.prices.UNIT`; None without a price.
    """

    benchmark: str
    role: Role
    model: str
    spent: Spent
    cost: int | None

    def to_json(self) -> dict[str, Any]:
        """Return the report's object; money as a decimal text, which has no rounding."""
        counts = {name: getattr(self.spent, field) for name, field in _COUNTS.items()}
        place = {"benchmark": self.benchmark, "role": self.role, "model": self.model}
        return {**place, **counts, "cost": _amount(self.cost)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Cost:
        """Read the report's object."""
        spent = Spent(**{field: data[name] for name, field in _COUNTS.items()})
        cost = None if data["cost"] is None else units(data["cost"])
        return cls(data["benchmark"], data["role"], data["model"], spent, cost)


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs of one benchmark or of all.

    Attributes:
        lines: The model's before those of the judges, benchmark by benchmark.
    """

    currency: str
    lines: tuple[Cost, ...] = ()

    def of(self, *benchmarks: str) -> Costs:
        """Return the costs of some benchmarks."""
        return Costs(self.currency, tuple(line for line in self.lines if line.benchmark in benchmarks))

    @classmethod
    def together(cls, several: Iterable[Costs | None]) -> Costs | None:
        """Return the costs of several reports as one; None if none has any."""
        known = [costs for costs in several if costs is not None]
        return cls(known[0].currency, tuple(line for costs in known for line in costs.lines)) if known else None

    def total(self, role: Role | None = None) -> int | None:
        """Return the sum of the known costs, of one role or of all; None if none is known."""
        found = [line.cost for line in self.lines if line.cost is not None and role in (None, line.role)]
        return sum(found) if found else None

    def spent(self, role: Role | None = None) -> Spent:
        """Return the sum of the tokens, of one role or of all."""
        return sum((line.spent for line in self.lines if role in (None, line.role)), Spent())

    @property
    def unpriced(self) -> list[str]:
        """The models without a price."""
        return list(dict.fromkeys(line.model for line in self.lines if line.cost is None))

    def to_json(self) -> dict[str, Any]:
        """Return the report's object."""
        return {
            "currency": self.currency,
            "model": _amount(self.total("model")),
            "judges": _amount(self.total("judge")),
            "total": _amount(self.total()),
            "unpriced": self.unpriced,
            "requests": [line.to_json() for line in self.lines],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Costs | None:
        """Read the report's object; None if there is none."""
        return None if data is None else cls(data["currency"], tuple(map(Cost.from_json, data["requests"])))


def costs_of(spent: Mapping[Account, Spent], model_id: str, benchmarks: Sequence[str], prices: Prices) -> Costs:
    """Return the costs of one model's evaluations: of the benchmarks, in their order, and of other requests."""
    order = {name: number for number, name in enumerate((*benchmarks, ""))}
    found = [
        Cost(account.benchmark, account.role, account.model, tokens, prices.cost(account.model, tokens))
        for account, tokens in spent.items()
        if account.model_id == model_id and account.benchmark in order
    ]
    found.sort(key=lambda cost: (order[cost.benchmark], cost.role != "model", cost.model))
    return Costs(prices.currency, tuple(found))


def cost_rows(costs: Costs, say: Callable[[str], str] = str) -> tuple[list[str], list[list[str]]]:
    """Return the English titles and the lines of the table of costs: a line for each model, and the totals.

    Args:
        say: Translates the words in the lines.
    """
    rows = [
        (line.benchmark or say(OTHER), _who(line.role, line.model, say), line.spent, line.cost) for line in costs.lines
    ]
    if len(rows) > 1:
        roles: list[Role] = [role for role in ("model", "judge") if any(line.role == role for line in costs.lines)]
        for role in roles if len(roles) > 1 else ():
            name = "judges" if role == "judge" else "model"
            rows.append((say(TOTAL), say(name), costs.spent(role), costs.total(role)))
        rows.append((say(TOTAL), say("all") if len(roles) > 1 else "", costs.spent(), costs.total()))
    digits = _digits([cost for *_, cost in rows])
    titles = ["Dataset", "Model", "Requests", "In", "Cached", "Out", f"Cost ({costs.currency})"]
    return titles, [
        [dataset, who, *(f"{n:,}" for n in (s.requests, s.input, s.cached, s.output)), _shown(cost, digits, s)]
        for dataset, who, s, cost in rows
    ]


def cost_notes(costs: Costs, lost: Spent, most_lost: int | None) -> Iterable[str]:
    """Yield lines on what the table of costs does not show.

    Args:
        lost: Requests whose reply nobody waited for.
        most_lost: The most that they may have cost.
    """
    for model in costs.unpriced:
        yield visible(f"no price for {model!r} in the file of --eval-prices: its cost is not counted")
    spent = costs.spent()
    if spent.estimated:
        yield (
            f"~ estimated from the length of the texts: of {spent.requests:,} requests the service reported no tokens "
            f"for {spent.estimated:,}"
        )
    if lost.requests and most_lost:
        what = "1 request" if lost.requests == 1 else f"{lost.requests:,} requests"
        digits = _digits([most_lost])
        yield (
            f"{what} ended without a reply (an interruption, a time-out): up to {_rounded(most_lost, digits)} "
            f"{costs.currency} more, if the service charges for them"
        )


def _who(role: Role, model: str, say: Callable[[str], str]) -> str:
    return f"{say('judge')} {model}" if role == "judge" else model


def _amount(cost: int | None) -> str | None:
    return None if cost is None else f"{money(cost):f}"


def _digits(costs: Iterable[int | None]) -> int:
    """Return the number of decimals with which the smallest cost has two digits."""
    amounts = [money(cost) for cost in costs if cost]
    least = min((amount.adjusted() for amount in amounts), default=0)
    return min(max(_LEAST_DIGITS, 1 - least), _MOST_DIGITS)


def _shown(cost: int | None, digits: int, spent: Spent) -> str:
    if cost is None:
        return "-"
    return f"{'~' if spent.estimated and cost else ''}{_rounded(cost, digits)}"


def _rounded(cost: int, digits: int) -> str:
    amount, step = money(cost), Decimal(1).scaleb(-digits)
    if 0 < amount < step / 2:
        return f"<{step:f}"
    return f"{amount.quantize(step, ROUND_HALF_UP):,f}"

"""What an arena comes to: who was compared with whom, on which question, and who won."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Battle:
    """One comparison of two models' replies to a question.

    Attributes:
        question: Tells questions apart; battles over one question are no independent observations.
        category: What kind of question it is.
        value: What it is worth for ``first``: 1 won, 0 lost, between them tied or judged differently in the two orders.
    """

    question: str
    first: str
    second: str
    value: float
    category: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """A model's battles, counted.

    Attributes:
        win_rate: Mean value of its battles.
    """

    wins: int
    ties: int
    losses: int
    win_rate: float

    @property
    def battles(self) -> int:
        """All of them."""
        return self.wins + self.ties + self.losses


def tally(battles: Iterable[Battle], model: str) -> Tally:
    """Count a model's battles: a value of one half is a tie."""
    values = [b.value if b.first == model else 1 - b.value for b in battles if model in (b.first, b.second)]
    wins, losses = sum(v > 0.5 for v in values), sum(v < 0.5 for v in values)
    return Tally(wins, len(values) - wins - losses, losses, sum(values) / len(values) if values else 0.0)


def win_rates(battles: Iterable[Battle]) -> dict[str, dict[str, float]]:
    """Return how often each model won against each other one it met: ``rates[winner][loser]``, ties by half."""
    values: dict[tuple[str, str], list[float]] = {}
    for battle in battles:
        values.setdefault((battle.first, battle.second), []).append(battle.value)
        values.setdefault((battle.second, battle.first), []).append(1 - battle.value)
    rates: dict[str, dict[str, float]] = {}
    for (one, other), found in values.items():
        rates.setdefault(one, {})[other] = sum(found) / len(found)
    return rates


def models_in(battles: Iterable[Battle]) -> list[str]:
    """Return the models that met any other, in the order they appear."""
    return list(dict.fromkeys(name for battle in battles for name in (battle.first, battle.second)))


def connected(battles: Sequence[Battle]) -> list[str]:
    """Return the largest group of models of which any two are comparable, directly or over others."""
    groups: dict[str, set[str]] = {name: {name} for name in models_in(battles)}
    for battle in battles:
        if groups[battle.first] is not groups[battle.second]:
            joined = groups[battle.first] | groups[battle.second]
            groups.update(dict.fromkeys(joined, joined))
    largest = max(groups.values(), key=len, default=set())
    return [name for name in groups if name in largest]

"""Prices of models: the file of ``--eval-prices``. None are built in (docs/budget.md).

currency: EUR                  # optional, any text; USD by default
gpt-4o-mini:                   # the model's name, or a pattern such as "claude-*"
  input: 0.15                  # per million tokens
  output: 0.60
  cached: 0.075                # optional: input read from a prompt cache; by default as input
  reasoning: 0.60              # optional: output that is reasoning; by default as output
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import ConfigError, closest, closest_path
from ..core.secret import redact
from ..core.spending import Spent

if TYPE_CHECKING:
    import yaml

CURRENCY = "currency"
DEFAULT_CURRENCY = "USD"
MAX_CURRENCY = 12  # characters
MAX_BYTES = 1 << 20  # of a file of prices
# Costs are whole numbers of 10^-18 of the currency, prices of 10^-12 per million tokens: sums are exact, in any order.
UNIT = 10**18
_DECIMALS = 12
_NUMBER = re.compile(rf"([0-9]{{0,9}})(?:\.([0-9]{{0,{_DECIMALS}}}))?")
_NEEDED = ("input", "output")
_OPTIONAL = {"cached": "input", "cache_write": "input", "reasoning": "output"}


@dataclass(frozen=True, slots=True)
class Price:
    """Prices of one model, in 10^-18 of the currency per token."""

    input: int
    output: int
    cached: int
    cache_write: int
    reasoning: int

    def cost(self, spent: Spent) -> int:
        """Return the exact cost of some requests, in 10^-18 of the currency."""
        plain = spent.input - spent.cached - spent.written
        total = self.input * plain + self.cached * spent.cached + self.cache_write * spent.written
        return total + self.output * (spent.output - spent.reasoning) + self.reasoning * spent.reasoning

    def at_most(self, spent: Spent) -> int:
        """Return the highest cost of requests whose cached and reasoning tokens are not known."""
        dearest = max(self.input, self.cached, self.cache_write)
        return dearest * spent.input + max(self.output, self.reasoning) * spent.output


@dataclass(frozen=True)
class Prices:
    """The prices of a file.

    Attributes:
        models: The price of each name or pattern, in the order of the file.
    """

    path: Path
    currency: str = DEFAULT_CURRENCY
    models: Mapping[str, Price] = field(default_factory=dict)

    def of(self, model: str) -> Price | None:
        """Return the price of a model, under its name or the last part of its name; None if there is none.

        A name in full is preferred to a pattern, and a pattern with more literal characters to one with fewer.
        """
        names = list(dict.fromkeys((model, model.rstrip("/").rpartition("/")[2])))
        for name in names:
            if name in self.models:
                return self.models[name]
        fitting = [p for name in names for p in self.models if fnmatchcase(name, p)]
        best = max(fitting, key=_literal, default=None)
        return None if best is None else self.models[best]

    def cost(self, model: str, spent: Spent) -> int | None:
        """Return the cost of requests to a model, in 10^-18 of the currency; None without a price."""
        price = self.of(model)
        return None if price is None else price.cost(spent)

    def check(self, models: Iterable[str], where: str) -> None:
        """Check that each model has a price, without which a limit on costs would not hold.

        Raises:
            ConfigError: One has none.
        """
        for model in models:
            if self.of(model) is None:
                raise ConfigError(
                    f"no price for {model!r} in {self.path}, which {where} needs. {closest(model, self.models)} Add "
                    f"{model!r} with input and output per million tokens (0 if it costs nothing), or leave "
                    f"{where} out."
                )


def money(cost: int) -> Decimal:
    """Return a cost in the currency, exactly, without zeros at its end."""
    whole, part = divmod(cost, UNIT)
    return Decimal(f"{whole}.{part:018d}".rstrip("0").rstrip("."))


def units(amount: float | str) -> int:
    """Return an amount of the currency in units of 10^-18, as its decimal digits say."""
    return int(Fraction(str(amount)) * UNIT)


def _literal(pattern: str) -> int:
    """Return the number of literal characters of a pattern."""
    return len(re.sub(r"\[[^]]{0,100}\]|[*?]", "", pattern))


# The file ------------------------------------------------------------------------------------------------------------


def load_prices(path: Path) -> Prices:
    """Read a file of prices. Errors name the line.

    Raises:
        ConfigError: It cannot be read, or holds something else.
    """
    import yaml

    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(f"prices: {path} does not exist. {closest_path(path)}{_FORM}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"prices: {path} cannot be read ({error}). {_FORM}") from None
    if len(text) > MAX_BYTES:
        raise ConfigError(f"prices: {path} is longer than {MAX_BYTES >> 20} MiB. {_FORM}")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        what = getattr(error, "problem", None) or "it is nested too deeply, or holds characters that YAML forbids"
        raise ConfigError(f"prices: {path}{line} is not YAML: {what}. {_FORM}") from None
    return _prices(path, root)


_FORM = "Write a model's name, and below it 'input: 0.15' and 'output: 0.60', per million tokens (docs/budget.md)."


def _prices(path: Path, root: yaml.Node | None) -> Prices:
    import yaml

    if not isinstance(root, yaml.MappingNode):
        raise ConfigError(f"prices: {path} holds no prices. {_FORM}")
    currency, models = DEFAULT_CURRENCY, {}
    for name, value, where in _entries(path, root):
        if name == CURRENCY and isinstance(value, yaml.ScalarNode):
            currency = value.value.strip()
            if not currency or len(currency) > MAX_CURRENCY or not currency.isprintable():
                raise ConfigError(
                    f"currency: {_quoted(value.value)} in {where}. It takes a text of up to {MAX_CURRENCY} characters, "
                    "such as EUR."
                )
        elif isinstance(value, yaml.MappingNode):
            models[name] = _price(path, name, value)
        else:
            raise ConfigError(f"{_quoted(name)} in {where} has no prices. {_FORM}")
    if not models:
        raise ConfigError(f"prices: {path} holds no prices. {_FORM}")
    return Prices(path, currency, models)


def _entries(path: Path, node: yaml.MappingNode) -> Iterable[tuple[str, yaml.Node, str]]:
    """Yield names and values of a mapping, and the place of each.

    Raises:
        ConfigError: A name occurs twice, or is not a text.
    """
    import yaml

    seen: set[str] = set()
    for key, value in node.value:
        where = f"{path}, line {key.start_mark.line + 1}"
        if not isinstance(key, yaml.ScalarNode) or not key.value:
            raise ConfigError(f"prices: a name in {where} is not a text. {_FORM}")
        if key.value in seen:
            raise ConfigError(f"{_quoted(key.value)} in {where} is there already. Keep one of the two.")
        seen.add(key.value)
        yield key.value, value, where


def _quoted(text: str) -> str:
    """Return a word of the file for a message: another file may have been named by mistake, one with keys."""
    return redact(repr(text if len(text) <= 40 else f"{text[:40]}..."))


def _price(path: Path, model: str, node: yaml.MappingNode) -> Price:
    found: dict[str, int] = {}
    known = (*_NEEDED, *_OPTIONAL)
    for name, value, where in _entries(path, node):
        if name not in known:
            hint = closest(name, known)
            raise ConfigError(f"price {_quoted(name)} of {_quoted(model)} in {where} is unknown. {hint}")
        text = value.value if isinstance(value.value, str) else "a list or a mapping"
        number = _NUMBER.fullmatch(text)
        if number is None or text in ("", "."):
            raise ConfigError(
                f"price {name} of {_quoted(model)}: {_quoted(text)} in {where}. It takes a number from 0 on, such as "
                f"0.15, per million tokens, with up to {_DECIMALS} decimals."
            )
        found[name] = int((number[1] or "0") + (number[2] or "").ljust(_DECIMALS, "0"))
    for name in _NEEDED:
        if name not in found:
            raise ConfigError(
                f"price {name} of {_quoted(model)} is missing in {path}, line {node.start_mark.line + 1}. Add "
                f"'{name}: 0.15', per million tokens; 0 if it costs nothing."
            )
    filled = {name: found.get(name, found[instead]) for name, instead in _OPTIONAL.items()}
    return Price(input=found["input"], output=found["output"], **filled)

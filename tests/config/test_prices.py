"""The file of prices: what it takes, what it refuses with which words, and sums that are exact."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.config.prices import UNIT, Price, load_prices, money, units
from evalscope_pytest.config.task import TaskConfig
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.core.spending import FIELDS, PromptSize, Spent
from evalscope_pytest.core.values import Usage


@pytest.fixture
def load(tmp_path: Path):
    def load(text: str):
        (tmp_path / "prices.yaml").write_text(text, encoding="utf-8")
        return load_prices(tmp_path / "prices.yaml")

    return load


def test_prices_are_read_exactly_and_the_optional_ones_follow_the_others(load):
    prices = load("gpt-4o-mini:\n  input: 0.15\n  output: 0.60\n'claude-*': {input: 3, output: 15., cached: .3}\n")
    assert prices.currency == "USD"
    mini, claude = prices.of("gpt-4o-mini"), prices.of("claude-sonnet-4")
    assert mini == Price(150_000_000_000, 600_000_000_000, 150_000_000_000, 150_000_000_000, 600_000_000_000)
    assert (claude.input, claude.output, claude.cached) == (3 * 10**12, 15 * 10**12, 3 * 10**11)
    assert money(mini.cost(Spent(requests=1, input=1_000_000, output=1))) == Decimal("0.1500006")


def test_cached_and_written_input_and_reasoning_have_their_own_prices(load):
    price = load("m: {input: 2, output: 8, cached: 0.5, cache_write: 2.5, reasoning: 10}").of("m")
    spent = Spent(requests=1, input=1000, cached=400, written=100, output=500, reasoning=200)
    assert money(price.cost(spent)) == Decimal("0.00585")  # 500 * 2 + 400 * 0.5 + 100 * 2.5 + 300 * 8 + 200 * 10
    assert price.at_most(spent) == 1000 * 25 * 10**11 + 500 * 10 * 10**12


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("gpt-4o", 1),
        ("gpt-4o-mini", 2),
        ("gpt-5", 3),
        ("anything", 4),
        ("openai/gpt-4o", 1),  # by the last part of its name
        ("/models/gpt-4o/", 1),
        ("openai/o3", 5),
        ("GPT-4o", 4),  # names are case-sensitive
    ],
)
def test_a_name_in_full_comes_first_then_the_pattern_with_most_letters(load, model, found):
    prices = load(
        "'*': {input: 4, output: 0}\n'gpt-*': {input: 3, output: 0}\n'gpt-4o*': {input: 2, output: 0}\n"
        "gpt-4o: {input: 1, output: 0}\n'openai/*': {input: 5, output: 0}\n"
    )
    assert prices.of(model).input == found * 10**12


def test_prices_may_be_zero_and_a_currency_is_any_text(load):
    prices = load("currency: 人民币\nlocal: {input: 0, output: 0}\n")
    assert prices.currency == "人民币"
    assert prices.cost("local", Spent(input=10**9, output=10**9)) == 0
    assert prices.cost("other", Spent(input=1)) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no prices"),
        ("- a\n", "holds no prices"),
        ("currency: EUR\n", "holds no prices"),
        ("m: 3\n", "'m' in .*line 1 has no prices"),
        ("m: {input: 1, output: 2\n", "line 2 is not YAML"),
        ("m:\n\tinput: 1\n", "line 2 is not YAML"),
        ("m: {input: 1}", "price output of 'm' is missing in .*line 1"),
        ("m: {input: 1, output: 2, cache: 3}", "price 'cache' of 'm' in .*line 1 is unknown. Did you mean 'cached'"),
        ("m: {input: -1, output: 2}", "price input of 'm': '-1' in .*line 1. It takes a number from 0 on"),
        ("m:\n  input: .nan\n  output: 2\n", "price input of 'm': '.nan' in .*line 2"),
        ("m: {input: .inf, output: 2}", "'.inf'"),
        ("m: {input: true, output: 2}", "'true'"),
        ("m: {input: free, output: 2}", "'free'"),
        ("m: {input: , output: 2}", "''"),
        ("m: {input: '', output: 2}", "''"),
        ("m: {input: ., output: 2}", "'.'"),
        ("m: {input: 1e3, output: 2}", "'1e3'"),
        ("m: {input: 1:30, output: 2}", "'1:30'"),
        ("m: {input: 1_000, output: 2}", "'1_000'"),
        ("m: {input: 0.1234567890123, output: 2}", "up to 12 decimals"),
        ("m: {input: [1], output: 2}", "a list or a mapping"),
        ("m: {input: 1, input: 2, output: 3}", "'input' in .* is there already"),
        ("m: {input: 1, output: 2}\nm: {input: 3, output: 4}\n", "'m' in .*line 2 is there already"),
        ("currency: ''\nm: {input: 1, output: 2}", "currency: ''"),
        ("currency: a very long currency\nm: {input: 1, output: 2}", "up to 12 characters"),
        ("[m]: {input: 1, output: 2}", "is not a text"),
        ("m: {<<: {input: 1}, output: 2}", "price '<<' of 'm'"),
        ("[" * 5000, "is not YAML"),
        ("m: {input: 1, output: 2}\0", "is not YAML"),
        ("a: &a {input: 1, output: 2}\nb: *c\n", "is not YAML"),
    ],
)
def test_anything_else_is_refused_with_its_place_and_what_is_allowed(load, text, words):
    with pytest.raises(ConfigError, match=words):
        load(text)


def test_a_file_that_is_not_there_is_refused_with_the_one_that_is_meant(load, tmp_path):
    load("m: {input: 1, output: 2}")
    with pytest.raises(ConfigError, match=r"price.yaml does not exist. Did you mean '.*prices.yaml'"):
        load_prices(tmp_path / "price.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_prices(tmp_path)
    (tmp_path / "prices.yaml").write_bytes(b"m: \xff")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_prices(tmp_path / "prices.yaml")


def test_an_alias_is_the_same_price(load):
    prices = load("a: &a {input: 1, output: 2}\nb: *a\n")
    assert prices.of("a") == prices.of("b")


def test_a_limit_on_costs_needs_prices(tmp_path):
    with pytest.raises(ConfigError, match=r"max_cost is given without prices \(in TaskConfig\(max_cost=...\)\)"):
        TaskConfig(model="mock", max_cost=5)
    with pytest.raises(ConfigError, match="does not exist"):
        TaskConfig(model="mock", prices=str(tmp_path / "none.yaml"))
    (tmp_path / "prices.yaml").write_text("m: {input: 1, output: 2}")
    task = TaskConfig(model="mock", prices=tmp_path / "prices.yaml", max_cost=0.1, max_tokens_total=10)
    assert (task.max_cost, task.max_tokens_total) == (0.1, 10)


@pytest.mark.parametrize("wrong", [{"max_cost": -1}, {"max_cost": float("nan")}, {"max_tokens_total": 0},
                                   {"max_tokens_total": 1.5}, {"max_cost": "a lot"}])  # fmt: skip
def test_limits_out_of_range_are_refused(wrong):
    with pytest.raises(ConfigError, match="It takes a"):
        TaskConfig(model="mock", **wrong)


COUNTS = st.integers(0, 2**53 - 1)
USAGES = st.builds(Usage, COUNTS, COUNTS, st.none() | COUNTS, st.none() | COUNTS, st.none() | COUNTS)
PRICE = st.decimals(0, 10**6, places=12, allow_nan=False).map(lambda d: int(d * 10**12))
PRICES = st.builds(Price, PRICE, PRICE, PRICE, PRICE, PRICE)


@given(PRICES, st.lists(USAGES, max_size=20))
def test_the_cost_of_a_sum_is_the_sum_of_the_costs_to_the_last_digit(price, usages):
    spent = [Spent.of(usage, PromptSize(100)) for usage in usages]
    costs = [price.cost(one) for one in spent]
    assert price.cost(sum(spent, Spent())) == sum(costs)
    assert all(0 <= cost <= price.at_most(one) for cost, one in zip(costs, spent, strict=True))
    assert sum(map(money, costs), Decimal(0)) == money(sum(costs)) or sum(costs) > 10**28  # Decimal's own 28 digits
    assert units(f"{money(sum(costs)):f}") == sum(costs)


@given(st.lists(USAGES, min_size=1, max_size=6), st.randoms())
def test_sums_do_not_depend_on_the_order(usages, random):
    spent = [Spent.of(usage, PromptSize(100), estimated=True) for usage in usages]
    shuffled = random.sample(spent, len(spent))
    assert sum(spent, Spent()) == sum(shuffled, Spent())
    assert Spent(**sum(spent, Spent()).to_json()) == sum(spent, Spent())
    assert set(FIELDS) >= sum(spent, Spent()).to_json().keys()


@given(st.decimals(0, 10**9, places=6, allow_nan=False))
def test_an_amount_is_read_as_its_digits_say(amount):
    assert Fraction(units(f"{amount:f}"), UNIT) == Fraction(str(amount))
    assert units(0.1) * 3 == units(0.3)

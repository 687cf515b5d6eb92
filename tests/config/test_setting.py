import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.config.setting import (
    BIASES,
    BUDGET,
    LIMIT,
    LINES,
    METRICS,
    NAMES,
    SECRET,
    SWITCH,
    TABLE,
    TEXT,
    TEXTS,
    URL,
    ErrorBudget,
    choice,
    number,
    whole,
)
from evalscope_pytest.core.secret import Secret


def as_text(kind, text):
    return kind.check(kind.parse(text))


def test_limit_tells_a_number_from_a_share():
    assert as_text(LIMIT, "1") == 1
    assert isinstance(as_text(LIMIT, "1"), int)
    assert as_text(LIMIT, "1.0") == 1.0
    assert isinstance(as_text(LIMIT, "1.0"), float)
    assert as_text(LIMIT, "0.1") == 0.1
    assert as_text(LIMIT, ".5") == 0.5
    assert LIMIT.check(20.0) == 20


@pytest.mark.parametrize("value", [-1, -0.5, 2.5, math.nan, math.inf, True, "5", None])
def test_limit_refuses_what_is_neither_a_number_of_samples_nor_a_share(value):
    with pytest.raises(ValueError):
        LIMIT.check(value)


def test_a_limit_of_zero_is_told_to_be_left_out():
    with pytest.raises(ValueError, match="leave it out"):
        as_text(LIMIT, "0")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (whole(1), [1, 5.0], [0, 1.5, True, "1", None]),
        (whole(0, 20), [0, 20], [-1, 21]),
        (number(0, 2), [0, 2, 0.7], [-0.1, 2.1, math.nan]),
        (number(0, above=True), [0.1], [0, -1]),
        (SWITCH, [True, False], [0, 1, "true"]),
        (TEXT, ["a"], ["", " ", 5, date(2024, 1, 1)]),
    ],
)
def test_bounds_and_types_hold(kind, good, bad):
    for value in good:
        assert kind.check(value) == value
    for value in bad:
        with pytest.raises(ValueError):
            kind.check(value)


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("YES", True), ("1", True), ("off", False), ("False", False)]
)
def test_switches_are_read_from_words(text, value):
    assert as_text(SWITCH, text) is value


def test_names_are_separated_by_commas_or_spaces_and_kept_once():
    assert NAMES.check(["gsm8k,arc", "mmlu", "arc"]) == ("gsm8k", "arc", "mmlu")
    assert NAMES.check("gsm8k arc\nmmlu") == ("gsm8k", "arc", "mmlu")


def test_texts_keep_spaces_and_gates_stand_on_lines():
    assert TEXTS.check(["Level 1", "\n"]) == ("Level 1", "\n")
    assert as_text(TEXTS, '["a,b", "c"]') == ("a,b", "c")
    assert as_text(LINES, "gsm8k>=0.7\n mmlu[STEM]:acc>=0.6 ; arc>0.5") == (
        "gsm8k>=0.7",
        "mmlu[STEM]:acc>=0.6",
        "arc>0.5",
    )


def test_a_choice_ignores_case_and_knows_other_spellings():
    kind = choice("modelscope", "local", also={"ms": "modelscope"}, later=["zenodo"])
    assert kind.check("ModelScope") == kind.check("ms") == "modelscope"
    assert kind.check("zenodo") == "zenodo"
    assert "zenodo" not in kind.expects
    with pytest.raises(ValueError, match="Did you mean 'local'"):
        kind.check("locale")


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://127.0.0.1:8000/v1/chat/completions", "http://127.0.0.1:8000/v1"),
        ("http://127.0.0.1:8000/v1/completions/", "http://127.0.0.1:8000/v1"),
        ("https://api.anthropic.com/v1/messages", "https://api.anthropic.com/v1"),
        ("http://[::1]:8000/v1/", "http://[::1]:8000/v1"),
        (" http://host ", "http://host"),
    ],
)
def test_an_endpoint_is_cut_back_to_its_base(url, base):
    assert URL.check(url) == base


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8000", "ftp://h", "http://", "http://h:99999", "http://h:x", "http://a b", "http://[::1", 5]
)
def test_what_is_no_http_url_is_refused(url):
    with pytest.raises(ValueError):
        URL.check(url)


@pytest.mark.parametrize("url", ["http://user:pw@h/v1", "http://h/v1?key=abc"])
def test_urls_that_hold_keys_are_refused_with_where_they_go(url):
    with pytest.raises(ValueError, match="generation_config"):
        URL.check(url)


def test_a_key_may_stand_in_an_environment_variable(monkeypatch):
    monkeypatch.setenv("MY_KEY", "s3cret-value")
    assert SECRET.check("env:MY_KEY") == Secret("s3cret-value")
    with pytest.raises(ValueError, match="'NO_SUCH_KEY' is not set"):
        SECRET.check("env:NO_SUCH_KEY")


@pytest.mark.parametrize(
    ("text", "errors", "total", "allowed"),
    [
        ("0", 0, 10, True),
        ("0", 1, 10, False),
        ("3", 3, 4, True),
        ("10%", 1, 10, True),
        ("10%", 2, 19, False),
        ("0%", 0, 0, True),
    ],
)
def test_an_error_budget_is_a_number_or_a_percentage(text, errors, total, allowed):
    assert as_text(BUDGET, text).allows(errors, total) is allowed


@given(st.integers(0, 10**6).map(str) | st.floats(0, 100).map(lambda p: f"{p}%"))
def test_an_error_budget_is_written_as_it_is_read(text):
    budget = BUDGET.check(text)
    assert BUDGET.check(str(budget)) == budget


@pytest.mark.parametrize("value", ["-1", "101%", "x", "1.5", True, ErrorBudget])
def test_an_error_budget_out_of_range_is_refused(value):
    with pytest.raises(ValueError):
        BUDGET.check(value)


def test_biases_are_token_ids_with_bounded_numbers():
    assert BIASES.check("42=10,43=-10") == {"42": 10, "43": -10}
    for bad in ("a=1", "42=101", "42=x"):
        with pytest.raises(ValueError):
            BIASES.check(bad)


def test_metrics_are_names_or_mappings():
    assert METRICS.check(["acc", {"acc": {"numeric": True}}]) == ("acc", {"acc": {"numeric": True}})


def test_tables_hold_json_only_and_torch_types_become_their_names():
    torch_dtype = type("dtype", (), {"__str__": lambda self: "torch.float16"})()
    assert TABLE.check({"precision": torch_dtype, "revision": None, "t": (1, 2)}) == {
        "precision": "torch.float16",
        "t": [1, 2],
    }
    for bad in ({"a": object()}, {"a": math.nan}, {"a": date(2024, 1, 1)}, {1: "x"}, [("a", 1)]):
        with pytest.raises(ValueError):
            TABLE.check(bad)

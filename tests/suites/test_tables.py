"""Programs over reports, scaled answers, members of lists, paths and translations: figures of the official scorers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample
from suites.reasoning.path_puzzle import path_puzzle, read_path
from suites.tables.financial_program import financial_program, is_same_formula, read_program, rows, run
from suites.tables.scaled_answer import scaled_answer
from suites.tables.table_answer import table_answer
from suites.translation.character_f import chrf

TABLE = [
    ["(in millions)", "2019", "2018", "2017"],
    ["net sales", "$ 5829", "$ 5735", "$ 5100"],
    ["costs", "812 ( 812 )", "790 ( 790 )", "701 ( 701 )"],
    ["tax rate", "21.5%", "22.0%", "35.0%"],
    ["loss", "-5 ( 5 )", "-7 ( 7 )", "( 3 )"],
]

# Results of the authors' evaluate.py (github.com/czyssrs/FinQA, dfc5b72); it can't read the cells of the last row.
RESULTS = [
    ("subtract(5829, 5735), divide(#0, 5735)", 0.01639),
    ("table_average(costs, none), exp(#0, const_2)", 589312.11111),
    ("table_max(tax rate, none)", 0.35),
    ("table_sum(net sales, none), divide(#0, const_100)", 166.64),
    ("multiply(21.5%, const_m1)", -0.215),
    ("greater(5829, 812)", True),
    ("greater(3, 812)", False),
    ("exp(5735, 5735), table_min(costs, none)", None),
    ("divide(3, 0)", None),
    ("add(#1, 3), add(1, 2)", None),
    ("table_max(profit, none)", None),
    ("table_min(loss, none)", -7.0),
]


@pytest.mark.parametrize(("program", "result"), RESULTS)
def test_a_program_has_the_official_result(program: str, result: float | bool | None) -> None:
    read = read_program(f"Program: {program}")
    found = run(read, rows(TABLE)) if read else None
    assert found == (pytest.approx(result, abs=1e-5) if type(result) is float else result)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("add(701, 790)", "add(790, 701)", True),
        ("divide(812, 3), add(#0, 5)", "add(5, #0), divide(812, 3)", None),
        ("subtract(3, 2), divide(#0, 2)", "divide(3, 2), subtract(#0, const_1)", False),
        ("multiply(3, 2), add(#0, 3)", "add(2, const_1), multiply(#0, 3)", False),
        ("multiply(3, 2), multiply(3, 5), add(#0, #1)", "add(2, 5), multiply(3, #0)", True),
        ("greater(3, 2)", "greater(2, 3)", False),
        ("table_max(costs, none)", "table_max(Costs)", True),
        ("exp(3, 2)", "exp(2, 3)", False),
    ],
)
def test_two_programs_are_the_same_formula(one: str, other: str, same: bool | None) -> None:
    first, second = read_program(f"Program: {one}"), read_program(f"Program: {other}")
    if same is None:
        assert second is None, "a step may not use the result of a later one"
    else:
        assert first is not None
        assert second is not None
        assert is_same_formula(second, first) is same


def test_the_program_is_read_in_any_dress() -> None:
    expected = read_program("subtract(5829, 5735), divide(#0, 5735)")
    for text in (
        "**Program:** `subtract(5829, 5735), divide(#0, 5735)`.",
        "Program:\n```text\nsubtract($5,829, 5,735)\ndivide(#0, 5,735)\n```",
        "Program: add(1, 2)\nNo.\nPROGRAM: SUBTRACT(5829,5735); DIVIDE(#0,5735), EOF",
        "Program: divide(subtract(5829.0, 5735), 5735) as a ratio",
        "I would write subtract(5829, 5735), divide(#0, 5735)",
    ):
        assert read_program(text) == expected, text
    assert read_program("Answer: 0.016") is None
    assert read_program("Program: I need subtract(5829, 5735)") == read_program("subtract(5829, 5735)")


@given(st.text(alphabet="add(subtract,)#01 \n`Program:table_max", max_size=400))
def test_any_reply_has_a_verdict(text: str) -> None:
    sample = Sample("q", "add(1, 2)", metadata={"table": TABLE, "result": 3})
    assert financial_program().score(text, sample).values["execution_accuracy"] in (0.0, 1.0)  # type: ignore[union-attr]


# Verdicts of the authors' tatqa_metric.py (github.com/NExTplusplus/TAT-QA, c54088c).
TAT = [
    (["134.5"], "arithmetic", "million", "134.5", "million", 1.0, 1.0),
    (["134.5"], "arithmetic", "million", "134,500", "thousand", 1.0, 1.0),
    (["134.5"], "arithmetic", "million", "134", "million", 0.0, 0.0),
    (["12.23"], "arithmetic", "percent", "0.1223", "none", 1.0, 1.0),
    (["12.23"], "arithmetic", "percent", "12.23%", "none", 1.0, 1.0),
    (["-300"], "arithmetic", "million", "(300)", "million", 1.0, 1.0),
    (["-300"], "arithmetic", "million", "300", "million", 0.0, 0.0),
    (["Larnvik in the north"], "span", "", "Larnvik", "none", 0.0, 0.5),
    (["the wages"], "span", "", "Wages", "none", 1.0, 1.0),
    (["290", "higher wages"], "multi-span", "", "higher wages | 290", "none", 1.0, 1.0),
    (["wages", "rent"], "multi-span", "", "wages", "none", 0.0, 0.67),
]


@pytest.mark.parametrize(("gold", "kind", "scale", "answer", "given_scale", "exact", "f1"), TAT)
def test_a_scaled_answer_has_the_official_score(
    gold: list[str], kind: str, scale: str, answer: str, given_scale: str, exact: float, f1: float
) -> None:
    sample = Sample("q", " | ".join(gold), metadata={"answers": gold, "kind": kind, "scale": scale})
    score = scaled_answer().score(f"Answer: {answer}\nScale: {given_scale}", sample)
    assert score.values == {"f1": f1, "exact_match": exact}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("reference", "kind", "reply", "value"),
    [
        ("3.5", "Comparison", "Final Answer: 3.50", 1.0),
        ("4", "Ranking", "Final Answer: four", 1.0),
        ("4", "Ranking", "Final Answer: none", 0.0),
        ("12, 15", "Ranking", "Final Answer: 12 and 15", 1.0),
        ("12, 15", "Ranking", "Final Answer: 12 and 16", 0.5),
        ("3.5", "Comparison", "Final Answer: 35", 0.0),
        ("3.5", "Comparison", "Final Answer: 3.5 km", 1.0),
        ("12, 15", "Ranking", "Final Answer: 12,15", 1.0),
        ("12, 15", "Ranking", "Final Answer: 12, 16", 0.5),
        ("10.6%", "Comparison", "Final Answer: 10.60 %", 1.0),
        ("10.6%", "Comparison", "Final Answer: 10.6%", 1.0),
        ("1234", "Sum", "Final Answer: 1,234", 1.0),
        ("0.9", "TrendForecasting", "Final Answer: 0.85", 1.0),
        ("0.9", "TrendForecasting", "Final Answer: 0.8", 0.0),
        ("0.85", "CorrelationAnalysis", "Final Answer: 85", 0.0),
        ("Larnvik", "MatchBased", "Final Answer: It is not Larnvik", 0.0),
    ],
)
def test_a_table_answer_keeps_points_signs_and_tolerance(reference: str, kind: str, reply: str, value: float) -> None:
    sample = Sample("q", reference, metadata={"group": "DataAnalysis" if kind[0] in "TC" else "x", "kind": kind})
    if kind == "Comparison":
        sample = Sample("q", reference, metadata={"group": "NumericalReasoning", "kind": kind})
    assert table_answer().score(reply, sample).values["mix_metric"] == value  # type: ignore[union-attr]


def test_a_path_is_read_up_to_the_end_node_and_has_to_be_free() -> None:
    grid = [list("++E"), ["+", "N", "+"], list("S+G")]
    sample = Sample("q", "", metadata={"grid": grid, "solutions": [[(0, 2), (0, 1), (0, 0), (1, 0), (2, 0)]]})

    def score(reply: str) -> tuple[float, float]:
        values = path_puzzle().score(reply, sample).values  # type: ignore[union-attr]
        return values["accuracy"], values["invalid_path_rate"]

    assert score("#### (0,2), (0,1), (0,0), (1,0), (2,0), (2,1)") == (1.0, 0.0)
    assert score("#### (0,2), (1,2), (2,2), (2,1), (2,0)") == (0.0, 1.0)  # a gap
    assert score("#### (0,2), (0,0), (2,0)") == (0.0, 1.0)
    assert score("#### (2,0), (1,0), (0,0), (0,1), (0,2)") == (0.0, 1.0)
    assert score("It cannot be solved.") == (0.0, 1.0)
    assert read_path("#### (0,2)->(0,1)\n#### Why\nBecause (9,9), (8,8) are far.") == [(9, 9), (8, 8)]


# sacreBLEU 2.6, CHRF().sentence_score / 100
@pytest.mark.parametrize(
    ("reply", "reference", "value"),
    [
        ("The cat sat on the mat.", "A cat sat on a mat.", 0.55771),
        ("ab", "abc", 0.63636),
        ("a", "b", 0.0),
        ("", "abc", 0.0),
        ("猫が座った", "猫は座っている", 0.12664),
        ("La mer est calme.", "La mer est calme.", 1.0),
    ],
)
def test_character_f_is_sacrebleus(reply: str, reference: str, value: float) -> None:
    assert chrf(reply, reference) == pytest.approx(value, abs=1e-4)

"""Short answers in words, grids and tables: DROP, TriviaQA, ARC-AGI, ZebraLogic."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample, Score
from evalscope_pytest.scoring import Scorer
from evalscope_pytest.scoring.read.json_text import last_json
from evalscope_pytest.scoring.read.phrase import MOST, members, read_spans
from evalscope_pytest.suites.reading.assignment import best_assignment
from evalscope_pytest.suites.reading.drop import compare, drop_answer
from evalscope_pytest.suites.reading.trivia import trivia_answer
from evalscope_pytest.suites.reasoning.grid import grid_answer
from evalscope_pytest.suites.reasoning.zebra import zebra_answer
from tests.cost import at_most


def score(scorer: Scorer, reply: str, sample: Sample) -> Score:
    found = scorer.score(reply, sample)
    assert isinstance(found, Score)
    return found


@pytest.mark.parametrize(
    ("answer", "gold", "exact", "f1"),
    [  # what the authors' drop_eval.py says
        (["78"], ["78.0"], 1.0, 1.0),
        (["td"], ["td", "td"], 0.0, 0.5),
        (["the", "fat", "cat", "the fat", "fat cat", "the fat cat"], ["cat"], 0.0, 0.17),
        (["the", "fat", "cat", "the fat", "fat cat", "the fat cat"], ["cat", "cat dog"], 0.0, 0.25),
        (["the a NOT an ARTICLE the an a"], ["NOT ARTICLE"], 1.0, 1.0),
        (["John Elton"], ["Elton John"], 0.0, 1.0),
        (["78-yard"], ["78 yard"], 1.0, 1.0),
        (["78"], ["78-yard"], 0.0, 0.67),
        (["December 6, 1991"], ["6 December 1991"], 0.0, 1.0),
        (["4 yards"], ["3 yards"], 0.0, 0.0),
        (["1,234"], ["$1234"], 1.0, 1.0),
        (["3.0", "nan  -5  ٣"], ["3.0 2/3 1,234 Dec.", "5", "Louis' 5% --", ""], 0.0, 0.22),
        (["$5 the", "5 3"], ["5 1991 Rams", "inf", "an co-op 5 $5", "1234-1991-Rams"], 0.0, 0.22),
    ],
)
def test_an_answer_scores_what_the_authors_of_drop_give_it(
    answer: Sequence[str], gold: Sequence[str], exact: float, f1: float
) -> None:
    found = compare(answer, gold)
    assert (found.exact, found.f1) == (exact, f1)


@given(st.integers(1, 5).flatmap(lambda width: st.lists(st.lists(st.floats(0, 1), min_size=width, max_size=width),
                                                        min_size=1, max_size=5)))  # fmt: skip
def test_no_pairing_has_a_greater_sum(scores: list[list[float]]) -> None:
    rows, columns = len(scores), len(scores[0])
    chosen = best_assignment(scores)
    assert len({row for row, _ in chosen}) == len({column for _, column in chosen}) == min(rows, columns)
    longer, shorter = (range(columns), range(rows)) if rows <= columns else (range(rows), range(columns))
    sums = [
        sum(scores[a][b] if rows <= columns else scores[b][a] for a, b in zip(shorter, other, strict=False))
        for other in itertools.permutations(longer, len(shorter))
    ]
    assert sum(scores[row][column] for row, column in chosen) == pytest.approx(max(sums))


@pytest.mark.parametrize(
    ("reply", "readings"),
    [
        ("It was Jacobs.\nAnswer: Jacobs. He scored first.", ("Jacobs. He scored first", "Jacobs")),
        ("**Answer:** 43", ("43",)), ("ANSWER: [43]", ("[43]",)), ("答案：北京", ("北京",)),
        ('{"answer": "43"}', ("43",)),
        ("Answer:\n- Ann Lee\n- Bo Ray\nThat is all.", ("Ann Lee; Bo Ray",)), ("\\boxed{43}", ("43",)),
        ("I do not know", ("I do not know",)), ("<think>Answer: 43</think>", ()), ("", ()),
    ],
)  # fmt: skip
def test_an_announced_answer_is_read(reply: str, readings: tuple[str, ...]) -> None:
    assert read_spans(reply)[: len(readings) or None] == readings


@pytest.mark.parametrize(
    ("answer", "parts"),
    [
        ("Ann Lee; Bo Ray", ("Ann Lee", "Bo Ray")), ("a, b and c", ("a", "b", "c")), ("a, b, and c", ("a", "b", "c")),
        ("Rams and 49ers", ("Rams", "49ers")), ("Lee, Ann; Ray, Bo", ("Lee, Ann", "Ray, Bo")), ("Rams", ("Rams",)),
        ("", ()),
    ],
)  # fmt: skip
def test_a_list_is_read_as_its_members(answer: str, parts: tuple[str, ...]) -> None:
    assert members(answer) == parts


@given(st.text(alphabet="aA1 ,;.-*\n:[](){}$\"'and", max_size=200))
def test_any_reply_is_read_without_an_error(reply: str) -> None:
    for reading in read_spans(reply):
        assert len(members(reading)) <= MOST + 1
    sample = Sample("?", "a", metadata={"answers": [["a"], ["a", "b"]]})
    assert 0 <= score(drop_answer(), reply, sample).values["f1"] <= 1


def test_replies_of_a_megabyte_take_no_time() -> None:
    sample = Sample("?", "[[1]]", metadata={"answers": [["a", "b"]]})
    for piece in ("Answer: a, ", "{", '{"solution":', "[[1,", "[ [", "a and ", "}{"):
        for scorer in (drop_answer(), trivia_answer(), grid_answer()):
            with at_most(cpu_s=3, what=f"{piece}, {scorer.name}"):
                score(scorer, piece * (1_000_000 // len(piece)), sample)


@pytest.mark.parametrize(
    ("reply", "right"),
    [
        ("ANSWER: Sunset Boulevard", 1), ("ANSWER: the show 'Sunset Boulevard'.", 1), ("ANSWER: sunset_boulevard", 1),
        ("The answer is **Sunset Blvd.**", 1), ("ANSWER: It was Sunset Boulevard. It ran for years.", 1),
        ("ANSWER: Sunset", 0), ("ANSWER: Cats or Sunset Boulevard", 0), ("ANSWER: not Sunset Boulevard", 0),
        ("ANSWER: Cats, Evita, Phantom of the Opera, Sunset Boulevard", 0), ("ANSWER: Evita", 0), ("ANSWER: A", 0),
        ("ANSWER: The", 1),
    ],
)  # fmt: skip
def test_trivia_accepts_a_name_but_no_piece_of_one(reply: str, right: int) -> None:
    sample = Sample("?", ("Sunset Boulevard", "Sunset Blvd", "", "the"))
    assert score(trivia_answer(), reply, sample).values["accuracy"] == right


@pytest.mark.parametrize(
    ("reply", "right"),
    [
        ("[[1, 2], [3, 4]]", 1), ("Rows:\n[\n [1,2],\n [3,4]\n]\n", 1), ("[[0]]\nNo: [[1, 2], [3, 4]] it is.", 1),
        ("<think>[[0]]</think>[[1, 2], [3, 4]]", 1), ('{"output": [[1, 2], [3, 4]]}', 1),
        ("[[1, 2], [3, 4]] of [[1], [2, 3]]", 1),
        ("[[1, 2], [3, 4]] no, [[0]]", 0), ("[[1, 2], [3]]", 0), ("[[1, 2], [3, true]]", 0), ("[[1.0, 2], [3, 4]]", 0),
        ("[1, 2, 3, 4]", 0), ("[[[1, 2], [3, 4]]]", 0), ("[[1, 2], [3, 4]", 0), ("", 0),
    ],
)  # fmt: skip
def test_a_grid_is_right_when_every_cell_is(reply: str, right: int) -> None:
    assert score(grid_answer(), reply, Sample("?", "[[1, 2], [3, 4]]")).values["accuracy"] == right


def test_a_puzzle_is_scored_by_itself_by_cells_and_in_its_groups() -> None:
    rows = [[str(n), f"name{n}", f"pet{n}", f"car{n}"] for n in range(1, 6)]
    sample = Sample("?", json.dumps({"header": ["House", "Name", "Pet", "Car"], "rows": rows}))
    right = zebra_answer().ideal_reply(sample)
    assert score(zebra_answer(), f"First {{x}}.\n```json\n{right}\n```", sample).values == {
        "puzzle_acc": 1.0, "cell_acc": 1.0, "no_answer": 0.0, "hard_puzzle_acc": 1.0, "large_puzzle_acc": 1.0,
        "avg_reason_lens": 0,
    }  # fmt: skip
    partly = score(zebra_answer(), right.replace("pet5", "pet1"), sample)
    assert (partly.values["puzzle_acc"], partly.values["cell_acc"]) == (0.0, 14 / 15)
    assert partly.metadata["weights"] == {"cell_acc": 15}
    none = score(zebra_answer(), "I give up.", sample)
    assert (none.values["no_answer"], none.values["cell_acc"], none.answer) == (1.0, 0.0, None)


@given(st.recursive(st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_is_found_wherever_it_stands(value: object) -> None:
    written = json.dumps({"found": value})
    assert last_json(f'so {{"a": 1}} or {{{{ {written} ]}}', "{", lambda found: "found" in found) == {"found": value}

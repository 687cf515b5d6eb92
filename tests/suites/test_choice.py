"""What single multiple-choice and yes/no benchmarks make of their records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.suites.reasoning.letter_order import in_letter_order

from .test_suites import from_written, scored
from .written import FILES


def test_mmlu_redux_takes_the_experts_correction_in_any_spelling(tmp_path: Path) -> None:
    (samples,) = from_written("mmlu_redux", tmp_path).subsets.values()
    assert ["".join(sample.targets) for sample in samples] == ["B", "C", "D", "B", "BC", "AC", "BD", "B", "D", "B"]
    assert samples[3].choices == ("zero", "eleven", "two", "three")


def test_gpqa_options_are_as_evalscope_puts_them(tmp_path: Path) -> None:
    record = {"Question": "Which is a prime?", "Correct Answer": "7", "Incorrect Answer 1": "4",
              "Incorrect Answer 2": "6", "Incorrect Answer 3": "9"}  # fmt: skip
    sample = load_bundled("gpqa_diamond").to_sample(record)
    # What Python's shuffle makes of the question's SHA-256, as EvalScope 1.14 seeds it.
    assert (sample.choices, sample.target) == (("6", "7", "9", "4"), "B")


def test_agieval_has_a_prompt_and_a_rule_for_each_kind_of_exam(tmp_path: Path) -> None:
    loaded = from_written("agieval", tmp_path)
    first = {subset: samples[0] for subset, samples in loaded.subsets.items()}
    assert {subset: "".join(sample.targets) for subset, sample in first.items()} == {
        "sat-en": "B", "gaokao-history": "C", "gaokao-physics": "BD", "jec-qa-kd": "AC", "math": "2",
    }  # fmt: skip
    asked = {subset: loaded.messages(sample)[0].content for subset, sample in first.items()}
    assert "ANSWER: [LETTER]" in asked["sat-en"]
    assert "答案：[LETTER]" in asked["gaokao-history"]
    assert "答案：[LETTERS]" in asked["gaokao-physics"]
    assert "\\boxed{}" in asked["math"]
    for replies, subset in (({"答案：BD": 1, "答案：B": 0}, "gaokao-physics"), ({"\\boxed{2.0}": 1, "B": 0}, "math")):
        for reply, score in replies.items():
            found = scored(loaded.resolved.benchmark, [first[subset]], reply)[0]
            assert found.values["accuracy"] == score, reply


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("siqa", {"context": "Tea.", "question": "Why?", "answerA": "x", "answerB": "y", "answerC": "z", "label": "2"}),
        (
            "qasc",
            {
                "question": {"stem": "Tea. Why?", "choices": [{"text": t, "label": "?"} for t in "xyz"]},
                "answerKey": "B",
            },
        ),
        (
            "sciq",
            {
                "question": "Tea. Why?",
                "correct_answer": "y",
                "distractor1": "z",
                "distractor2": "x",
                "distractor3": "w",
            },
        ),
    ],
)
def test_the_authors_shape_makes_the_sample_of_the_hubs(name: str, record: dict[str, Any]) -> None:
    to_sample = load_bundled(name).to_sample
    choices = ["w", "x", "y", "z"] if name == "sciq" else ["x", "y", "z"]
    hubs = {"question": "Tea. Why?", "choices": choices, "answer": "ABC"[choices.index("y")]}
    assert to_sample(record) == to_sample(hubs)


def test_pubmedqa_reads_the_authors_records() -> None:
    to_sample = load_bundled("pubmedqa").to_sample
    own = {"QUESTION": "Does tea help?", "CONTEXTS": ["It was tried.", "It did not."], "final_decision": "no"}
    assert to_sample(own) == to_sample(FILES["pubmedqa"]["test.jsonl"][0])


def test_hallusion_bench_counts_questions_and_figures(tmp_path: Path) -> None:
    loaded = from_written("hallusion_bench", tmp_path)
    scores = scored(loaded.resolved.benchmark, loaded.subsets["default"], "YES")
    assert [score.values["aAcc"] for score in scores] == [1.0, 0.0, 0.0]
    assert [score.metadata["weights"]["fAcc"] for score in scores] == [
        {"chart_0_1": 1.0}, {"chart_0_1": 1.0}, {"chart_0_2": 1.0},
    ]  # fmt: skip
    assert loaded.resolved.benchmark.aggregation == {"qAcc": "all_of_part", "fAcc": "all_of_part"}


def test_mmmlu_has_a_prompt_for_each_of_its_languages() -> None:
    benchmark = load_bundled("mmmlu")
    assert set(benchmark.prompts) == set(benchmark.dataset.subsets)
    assert len(set(benchmark.prompts.values())) == 14
    for prompt in benchmark.prompts.values():
        assert all(part in prompt for part in ("ANSWER: [LETTER]", "{letters}", "{question}", "{choices}"))


@pytest.mark.real_data
def test_logi_qa_answers_are_the_printed_letters(shared_data: Path) -> None:
    with (shared_data / "logi_qa/test.jsonl").open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    to_sample = load_bundled("logi_qa").to_sample
    moved = [record for record in records if [option[0] for option in record["choices"]] == list("ACBD")]
    assert len(moved) == 19
    for record in moved:
        first, third, second, fourth = (option[2:].strip() for option in record["choices"])
        assert to_sample(record).choices == (first, second, third, fourth)


@pytest.mark.parametrize(
    ("options", "ordered"),
    [
        (["(A)x", "(B)y"], ["(A)x", "(B)y"]),
        (["(B)y", "(A)x"], ["(A)x", "(B)y"]),
        (["A.x", "C.z", "B.y"], ["A.x", "B.y", "C.z"]),
        (["B vitamins", "fish"], ["B vitamins", "fish"]),
        (["(A)x", "(A)y"], ["(A)x", "(A)y"]),
    ],
)
def test_options_are_in_the_order_of_the_letters_they_carry(options: list[str], ordered: list[str]) -> None:
    assert in_letter_order(options) == ordered

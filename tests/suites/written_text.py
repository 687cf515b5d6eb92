"""Written records of mathematics, reading, reasoning, entities and long contexts."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def _contest(answer: Any, **more: Any) -> Row:
    return {"problem": "How many even primes are there?", "answer": answer, **more}


def _mgsm(question: str, solution: str | None, answer: int) -> Row:
    return {"question": question, "answer": solution, "answer_number": answer, "equation_solution": None}


FILES: dict[str, dict[str, list[Row] | str]] = {
    "aime25": {"test.jsonl": [_contest("001", id=0)]},
    "aime26": {"test.jsonl": [_contest(1)]},
    "amc": {
        "amc22.jsonl": [_contest("\\frac{109}{33}", year=2022, url="own", solution="One.")],
        "amc23.jsonl": [_contest(27.0, url="own")],
    },
    "cmath": {
        "test.jsonl": [
            {"grade": 2, "question": "一枝笔3元，8枝几元？", "golden": "24", "reasoning_step": 1, "num_digits": 1},
            {
                "grade": 6,
                "question": "8的四分之一占8的几分之几？",
                "golden": "1/4",
                "reasoning_step": 1,
                "num_digits": 1,
            },
        ]
    },
    "mgsm": {
        "de/train.jsonl": [_mgsm(f"Was ist {n} + 1?", f"{n} + 1 = {n + 1}.", n + 1) for n in range(4)],
        "de/test.jsonl": [_mgsm("Ein Haus hat 1.200 Steine, ein zweites 50 mehr. Wie viele hat es?", None, 1250)],
        "bn/train.jsonl": [_mgsm(f"{n} + 1?", f"{n + 1}", n + 1) for n in range(4)],
        "bn/test.jsonl": [_mgsm("৯ + ৯?", None, 18)],
    },
    "minerva_math": {
        "train.jsonl": [
            {
                "problem": "How long is a light year in metres?",
                "solution": "It is $c \\cdot 1\\,\\mathrm{yr} = \\boxed{9.5e15}$ m.",
                "type": "Introduction to Astronomy",
                "idx": 0,
            }
        ]
    },
    "olympiad_bench": {
        "OE_TO_maths_en_COMP/train.jsonl": [
            {
                "id": 1,
                "question": "Find all integers $x$ with $x^2 = 4$.",
                "final_answer": ["$-2$,$2$"],
                "is_multiple_answer": True,
                "answer_type": "Numerical",
                "unit": None,
                "error": None,
            }
        ],
        "OE_TO_physics_zh_CEE/train.jsonl": [
            {
                "id": 2,
                "question": "光走一千米用多少微秒？",
                "final_answer": ["3.3"],
                "is_multiple_answer": False,
                "answer_type": "Numerical",
                "unit": "$\\mu s$",
                "error": "1e-1",
            }
        ],
    },
}
SUBSETS = {
    "amc": ("amc22", "amc23"),
    "cmath": ("Grade 2", "Grade 6"),
    "mgsm": ("de", "bn"),
    "olympiad_bench": ("OE_TO_maths_en_COMP", "OE_TO_physics_zh_CEE"),
}
NO_OFFICIAL = {"aime25", "aime26", "mgsm"}
FEW_OFFICIAL = {"amc"}
NO_PAPER = {"aime25", "aime26", "amc"}
OFFICIAL_ARGS: dict[str, dict[str, Any]] = {
    "amc": {"subset_list": ("amc23",)},
    "olympiad_bench": {"subset_list": ("OE_TO_maths_en_COMP",)},
}

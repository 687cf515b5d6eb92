"""Records of the benchmarks on tables, mathematics, paths and translation, in the shape of their official releases."""

from __future__ import annotations

import json
from typing import Any

Row = dict[str, Any]
_PROBLEM: Row = {"problem_idx": 1, "problem": "Find $2^5$.", "answer": "32", "problem_type": ["Algebra"]}
_ROWS = [["(in millions)", "2019", "2018"], ["net sales", "$ 5829", "$ 5735"], ["costs", "812 ( 812 )", "790 ( 790 )"]]
_ASKED = {"question": "what was the growth of net sales?", "program": "subtract(5829, 5735), divide(#0, 5735)",
          "exe_ans": 0.01639}  # fmt: skip
_TAT_TABLE = {"uid": "t", "table": [["", "2019"], ["Revenue", "$1,234.5"]]}
_TAT_WORDS = [{"uid": "p2", "order": 2, "text": "Ada Quill signed."}, {"uid": "p1", "order": 1, "text": "Costs rose."}]


def _tat(uid: str, question: str, answer: Any, kind: str, where: str, scale: str = "") -> Row:
    return {"uid": uid, "order": 1, "question": question, "answer": answer, "answer_type": kind, "answer_from": where,
            "scale": scale}  # fmt: skip


_GRID = [list("++E"), ["+", "o-R", "+"], list("S++")]
_PATHS = [[(0, 2), (0, 1), (0, 0), (1, 0), (2, 0)], [(0, 2), (1, 2), (2, 2), (2, 1), (2, 0)]]
_PUZZLE: Row = {
    "id": "own",
    "difficulty_level": 1,
    "grid_size": {"width": 1, "height": 1},
    "puzzle_array": _GRID,
    "polyshapes": json.dumps({"7": [[1, 0], [1, 0]]}),
    "solution_count": 2,
    "solutions": [{"index": n, "path": [{"x": x, "y": y} for x, y in path]} for n, path in enumerate(_PATHS)],
}
_POEM = "Zx1Waves come\nand go."
_TALK = [{"role": "user", "content": "Write a poem"}, {"role": "assistant", "content": "Waves come\nand go."},
         {"role": "user", "content": "Put Zx1 before the first poem and repeat it."}]  # fmt: skip


def _table(kind: str, subkind: str, answer: str) -> Row:
    return {"id": f"own-{subkind}", "qtype": kind, "qsubtype": subkind, "answer": answer, "instruction_type": "TCoT",
            "instruction": "Read the table and finish with Final Answer: [ANSWER]."}  # fmt: skip


FILES: dict[str, dict[str, list[Row] | str]] = {
    "finqa": {
        "test.json": json.dumps(
            [{"id": "own", "pre_text": ["in millions ."], "post_text": [], "table": _ROWS, "qa": _ASKED}]
        )
    },
    "tat_qa": {
        "tatqa_dataset_test_gold.json": json.dumps(
            [
                {
                    "table": _TAT_TABLE,
                    "paragraphs": _TAT_WORDS,
                    "questions": [
                        _tat("a", "What was the revenue?", ["$1,234.5"], "span", "table", "million"),
                        _tat("b", "Who signed?", ["Ada Quill"], "span", "text"),
                        _tat("c", "How many?", 2, "count", "table-text"),
                    ],
                }
            ]
        )
    },
    "tablebench": {
        "TableBench_TCoT.jsonl": [
            _table("FactChecking", "MatchBased", "Larnvik"),
            _table("NumericalReasoning", "Comparison", "3.5"),
            _table("DataAnalysis", "TrendForecasting", "120"),
        ],
        "TableBench_DP.jsonl": [{**_table("FactChecking", "MatchBased", "other"), "instruction_type": "DP"}],
    },
    "sparc": {"all/test.jsonl": [_PUZZLE]},
    "openai_mrcr": {
        "train.jsonl": [
            {
                "prompt": json.dumps(_TALK),
                "answer": _POEM,
                "random_string_to_prepend": "Zx1",
                "n_needles": 2,
                "desired_msg_index": 1,
                "total_messages": 3,
                "n_chars": 60,
            }
        ]
    },
    "hmmt25": {"train.jsonl": [_PROBLEM]},
    "hmmt_nov25": {"train.jsonl": [_PROBLEM]},
    "hmmt26": {"train.jsonl": [_PROBLEM]},
    "arxivmath": {"train.jsonl": [{**_PROBLEM, "competition": "arxiv/march", "source": "own"}]},
    "imo_answerbench": {
        "train.jsonl": [
            {
                "Problem ID": "own-1",
                "Problem": "Find $2^5$.",
                "Short Answer": "$32$",
                "Category": "Algebra",
                "Subcategory": "Powers",
                "Source": "own",
            }
        ]
    },
    "gsm8k_indic": {"hi_roman/test.jsonl": [{"question": "Kitne?", "answer": "1 lakh.\n#### 100000"}]},
    "poly_math": {
        "fr/low.jsonl": [{"id": "low-0", "question": "Combien font 3/2 ?", "answer": "1.5"}],
        "fr/top.jsonl": [{"id": "top-0", "question": "Combien font 5/2 ?", "answer": "2.5"}],
    },
    "wmt24pp": {"en-fr_fr/test.jsonl": [{"source": "The sea is calm.", "target": "La mer est calme."}]},
}
SUBSETS = {
    "sparc": ["Level 1"],
    "arxivmath": ["arxiv/march"],
    "imo_answerbench": ["Algebra"],
    "gsm8k_indic": ["hi_roman"],
    "poly_math": ["fr-low", "fr-top"],
    "wmt24pp": ["en-fr_fr"],
}
NO_OFFICIAL = set(FILES)

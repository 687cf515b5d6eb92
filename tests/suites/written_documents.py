"""Small records of benchmarks that read documents, in the official shapes; see `written`."""

from __future__ import annotations

import json
from typing import Any

from .written_vision import picture

_PAGE = {"pdf": "tables/1.pdf", "page": 1, "max_diffs": 0}
PAGE_TESTS = [
    {**_PAGE, "id": "p1", "type": "present", "text": "The tide tables of Bergen", "max_diffs": 2},
    {**_PAGE, "id": "p2", "type": "absent", "text": "Page 12", "first_n": 80},
    {**_PAGE, "id": "p3", "type": "order", "before": "tide tables", "after": "Table 4"},
    {**_PAGE, "id": "p4", "type": "table", "cell": "3.20", "up": "2.75", "left_heading": "Noon", "top_heading": "High"},
    {**_PAGE, "id": "p5", "type": "baseline"},
]
_KIE = '{"company": ["ACME Ltd", "ACME"], "total": ["30"]}'
_CHART = "{'title': 'Sales', 'x': {'a': 1, 'b': 2}}"
# Task, its rule, the question, the answers.
OCR_TASKS: list[tuple[str, str | None, str, list[str]]] = [
    ("APP agent en", None, "Which song plays?", ["River"]),
    ("science QA en", "multiple choice", "Which one? A. oak B. elm", ["B"]),
    ("cognition VQA cn", None, "哪所大学？", ["北京大学"]),
    ("handwritten answer extraction cn", None, "选择题的答案是？", ["ABD"]),
    ("formula recognition en", None, "Write the formula in LaTeX.", ["\\frac { a } { b } + c"]),
    ("text counting en", "exact match", "How many words?", ["12"]),
    ("table parsing en", None, "Write the table in markdown.", ["| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 44 |"]),
    ("table parsing cn", None, "用 HTML 写出表格。", ["<table><tr><td>甲</td><td>乙</td></tr></table>"]),
    ("chart parsing en", None, "Write the chart as a dict.", [_CHART]),
    ("document parsing en", None, "Write the page in Markdown.", ["# One\nline a\nline b\n## Two\nline c"]),
    ("key information extraction en", None, "Give company and total as JSON.", [_KIE]),
    ("VQA with position en", None, "Answer with its box.", ["hello"]),
    ("text grounding en", None, "Where is 'exit'?", ["10", "20", "110", "70"]),
    ("text spotting en", None, "Find all texts.", ["-"]),
    ("full-page OCR en", None, "Read the page.", ["The committee met on Monday and agreed on the budget."]),
]


def ocr_record(task: str, rule: str | None, question: str, answers: list[str]) -> dict[str, Any]:
    """Return a record of OCRBench v2."""
    spots = task == "text spotting en"
    return {
        "id": 1,
        "dataset_name": "own",
        "type": task,
        "eval": rule,
        "question": question,
        "answers": answers,
        "image": picture(),
        "bbox": [10, 10, 50, 50] if task == "VQA with position en" else None,
        "bbox_list": [[10, 10, 60, 10, 60, 30, 10, 30], [100, 100, 200, 100, 200, 150, 100, 150]] if spots else None,
        "content": ["STOP", "go"] if spots else None,
    }


HTML = "<table><tr><td>a b</td><td>１</td></tr><tr><td>c</td><td>dd</td></tr></table>"
# Sub-task, scenario, the answer.
TRACK_TASKS: list[tuple[str, str, str]] = [
    ("natural_scene_recognition", "multi_scene_ocr_en", "Fresh Bread, 2 Euros!"),
    ("multi_lingual_recognition", "Chinese", "欢迎 光临"),
    ("complex_table_parsing", "table_photo", HTML),
    ("formula_parsing", "formula_hand", "\\frac{a}{b}+c"),
    ("general_documents_parsing", "doc_en", "Title here\n\nFirst paragraph of the text. Second one."),
    ("info_board_parsing", "custom_board", f"<p>Opening hours</p>{HTML}"),
    ("molecular_parsing", "molecular", "CC(=O)O"),
    (
        "object_grounding",
        "objects",
        '[{"bbox_2d": [0, 0, 2, 2], "label": "a"}, {"bbox_2d": [2, 1, 4, 3], "label": "b"}]',
    ),
    ("text_grounding", "words", "(0, 1, 2, 3)"),
    ("business_transactions", "receipts", '{"a": "1", "b": {"c": ["x", "y"]}, "d": ""}'),
    ("dashboards_fact_qa", "boards", '["42 km", "42 kilometres"]'),
]


def track_record(task: str, scenario: str, answer: str) -> dict[str, Any]:
    """Return a record of CC-OCR V2."""
    paths = [picture()["path"]]
    return {
        "id": "1",
        "sub_task": task,
        "scenario": scenario,
        "question": "Read it.",
        "answer": answer,
        "image_paths": paths,
    }


_SPOTS = [
    ("STAR", [[10, 10], [60, 12], [60, 30], [10, 28]]),
    ("IMO 9321", [[99, 99], [199, 99], [199, 150], [99, 150]]),
]
SPOTS_1 = json.dumps({"image_1": [{"text": text, "position": quad} for text, quad in _SPOTS]})
SPOTS_2 = json.dumps(
    {
        "images": [
            {
                "content": [
                    {"type": "text", "text": text, "pos": [side for point in quad for side in point]}
                    for text, quad in _SPOTS
                ]
            }
        ]
    }
)
SHIP_TASKS = [
    ("VQA", "MV Northern Star"),
    ("IE", '{"ship": "Northern Star", "imo": "9321483"}'),
    ("parsing", "Bill of Lading No. 4471. Shipper: Nordic Timber AS, Bergen."),
    ("json1", SPOTS_1),
    ("json2", SPOTS_2),
]


def ship_record(task: str, answer: str) -> dict[str, Any]:
    """Return a record of Maritime-OCR-Bench."""
    messages = [{"role": "user", "content": "<image>Read it."}, {"role": "assistant", "content": answer}]
    return {"messages": messages, "images": [picture()["path"]], "task_type": task}


def _block(number: int, category: str, order: int | None = None, **content: str) -> dict[str, Any]:
    place = number if order is None else order
    return {"anno_id": number, "category_type": category, "order": place, "ignore": False, "attribute": {}, **content}


TIDES_TABLE = (
    "<table><tr><td>Time</td><td>High</td></tr><tr><td>Dawn</td><td>2.75</td></tr>"
    "<tr><td>Noon</td><td>3.20</td></tr></table>"
)
TIDES_PAGE: dict[str, Any] = {
    "layout_dets": [
        _block(1, "title", text="The Tides of Bergen"),
        _block(2, "text_block", text="The tides along the coast were measured every hour during the summer of 1998, "),
        _block(9, "text_block", 3, text="by hand and with great patience."),
        _block(3, "equation_isolated", 4, latex="$$h(t) = \\frac{a}{b} \\cos(\\omega t)$$"),
        _block(4, "text_block", 5, text="Here $a$ is the height and \\(\\omega_{0}\\) the frequency of the wave."),
        _block(5, "table", 6, html=TIDES_TABLE, latex=""),
        _block(6, "table_caption", 7, text="Table 4: what was measured"),
        _block(7, "text_block", 8, text="Finally the results were compared with those of earlier years."),
        _block(8, "page_number", 9, text="12"),
    ],
    "extra": {"relation": [{"relation_type": "truncated", "source_anno_id": 2, "target_anno_id": 9}]},
    "page_info": {"image_path": "a.jpg", "page_attribute": {"language": "english"}},
}
TIDES_REPLY = f"""# The Tides of Bergen

The tides along the coast were measured every hour during the summer of 1998, by hand and with great patience.

\\[ h(t) = \\frac{{a}}{{b}} \\cos(\\omega t) \\]

Here \\(a\\) is the height and $\\omega_{{0}}$ the frequency of the wave.

{TIDES_TABLE}

Table 4: what was measured

Finally the results were compared with those of earlier years.
"""
FILES: dict[str, dict[str, Any]] = {
    "visualoverload": {
        "test.jsonl": [{"question_id": 7, "image": picture(), "default_prompt": "How many boats? Reply with a number."}]
    },
    "vtcbench": {
        "Retrieval/test.jsonl": [
            {
                "problem": "What are the special magic numbers for oak?",
                "answers": ["7341", "902"],
                "_context": "The magic numbers for oak are 7341 and 902.",
                "image_1": picture(),
                "image_2": picture(5),
                "image_3": None,
            }
        ],
        "Memory/test.jsonl": [
            {
                "problem": "When did Ada move?",
                "answers": ["In early May 2023"],
                "_context": "Ada: I moved in early May 2023.",
                "images": [picture()],
            }
        ],
    },
    "olmocr_bench": {
        "test.jsonl": [
            {
                "image": picture(),
                "subset": "table_tests",
                "pdf": "tables/1.pdf",
                "page": 1,
                "tests": json.dumps(PAGE_TESTS),
            }
        ]
    },
    "ocr_bench_v2": {"test.jsonl": [ocr_record(*task) for task in OCR_TASKS]},
    "cc_ocr_v2": {"test.jsonl": [track_record(*task) for task in TRACK_TASKS]},
    "maritime_ocr_bench": {"maritime_ocr_bench.jsonl": [ship_record(*task) for task in SHIP_TASKS]},
    "omni_doc_bench": {"train.jsonl": [{"image": picture()["path"], "answer": json.dumps(TIDES_PAGE)}]},
    "omni_doc_bench_v1_6": {
        "OmniDocBench.json": json.dumps([TIDES_PAGE]),
        "images/a.jpg": "not read here",
    },
}
SUBSETS = {
    "vtcbench": ("Retrieval", "Memory"),
    "olmocr_bench": ("table_tests",),
    "ocr_bench_v2": tuple(task[0] for task in OCR_TASKS),
    "cc_ocr_v2": tuple(task[0] for task in TRACK_TASKS),
}
NO_OFFICIAL = set(FILES)
NO_PAPER = {"maritime_ocr_bench"}
NO_REFERENCE: set[str] = set()

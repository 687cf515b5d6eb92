"""Benchmarks that read documents: rules of scoring on replies of known truth, and official figures."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from evalscope_pytest import Sample
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.core.errors import ConfigError, NoDataError, RecordError
from evalscope_pytest.scoring.aggregation import Attempt, aggregate
from suites.documents.assignment import cheapest_pairs
from suites.documents.picture_size import picture_size, size_of
from suites.documents.quads import layout_likeness, quad_of
from suites.documents.tables import Cell, html_tables, latex_tables, markdown_tables
from suites.documents.teds import teds
from tests.media import png

from .test_suites import from_written, golden, loaded_from, score_of
from .written_documents import (
    HTML,
    OCR_TASKS,
    PAGE_TESTS,
    SHIP_TASKS,
    SPOTS_1,
    SPOTS_2,
    TIDES_PAGE,
    TIDES_REPLY,
    TIDES_TABLE,
    TRACK_TASKS,
    ocr_record,
)


def replied(name: str, reply: str, *targets: str, **metadata: Any) -> float:
    benchmark = load_bundled(name)
    return score_of(benchmark, reply, Sample("?", targets, metadata=metadata)).values[benchmark.metrics[0]]


@pytest.mark.parametrize(
    ("task", "targets", "reply", "score"),
    [
        ("Retrieval", ["7341", "902"], "They are 7341 and 902.", 1.0),
        ("Retrieval", ["7341", "902"], "902, 7341", 1.0),
        ("Retrieval", ["7341", "902"], "7341", 0.5),
        ("Retrieval", ["7341", "902"], "73410 and 1902", 0.0),
        ("Retrieval", ["7341", "902"], "7341, 902, 903, 904", 0.0),
        ("Reasoning", ["Yuki"], "**Yuki**", 1.0),
        ("Reasoning", ["Yuki"], "It is not Yuki, it is Megan.", 0.0),
        ("Reasoning", ["Yuki"], "Yuki or Megan", 0.0),
        ("Reasoning", ["Yuki"], "<think>Yuki", 0.0),
        ("Memory", ["in early May 2023"], "In early May 2023.", 1.0),
        ("Memory", ["in early May 2023"], "The answer is in early May 2023.", 1.0),
        ("Memory", ["in early May 2023"], "early May", 2 / 3),
        ("Memory", ["May"], "not May", 0.0),
        ("Memory", ["May"], "", 0.0),
    ],
)
def test_answers_from_pages(task: str, targets: list[str], reply: str, score: float) -> None:
    assert replied("vtcbench", reply, *targets, task=task) == pytest.approx(score)


def test_vtcbench_sends_the_text_itself_on_request(tmp_path: Path) -> None:
    loaded = from_written("vtcbench", tmp_path, extra_params={"eval_mode": "text"})
    sample = loaded.subsets["Memory"][0]
    assert "early May 2023.\nWhen did Ada move?" in golden(loaded.messages(sample)[0].content)
    with pytest.raises(ConfigError, match=r"eval_mode of vtcbench: 'txet'.*text"):
        from_written("vtcbench", tmp_path, extra_params={"eval_mode": "txet"})


PAGE = """# The *tide tables* of Bergen

Table 4 lists what was **measured** in 1998 — by hand.

| Time | Low | High |
|------|-----|------|
| Dawn | 0.4 | 2.75 |
| Noon | 0.6 | 3.20 |

<table><thead><tr><th colspan="2">Alpha</th><th>Beta</th></tr></thead>
<tr><td rowspan=2>x1</td><td>y1</td><td>z1</td></tr><tr><td>y2</td><td>z2</td></tr></table>

So $$\\dfrac{a}{b} = x_{1}$$ holds. The end of the page, Footnote 3: see “Smith” there.
"""


def passes(page: str, **test: Any) -> bool:
    sample = Sample("?", private={"tests": [{"id": "1", **test}]})
    return score_of(load_bundled("olmocr_bench"), page, sample).values["pass_rate"] == 1.0


@pytest.mark.parametrize(
    ("test", "passed"),
    [
        # Verdicts of olmocr/bench/tests.py (allenai/olmocr), run on this page.
        ({"type": "present", "text": "The tide tables of Bergen"}, True),
        ({"type": "present", "text": "measured in 1998 - by hand"}, True),
        ({"type": "present", "text": 'see "Smith"'}, True),
        ({"type": "present", "text": "measured in 1997", "max_diffs": 0}, False),
        ({"type": "present", "text": "measured in 1997", "max_diffs": 1}, True),
        ({"type": "present", "text": "TIDE", "case_sensitive": False}, True),
        ({"type": "present", "text": "TIDE", "case_sensitive": True}, False),
        ({"type": "present", "text": "Footnote 3", "first_n": 60}, False),
        ({"type": "present", "text": "Footnote 3", "last_n": 60}, True),
        ({"type": "absent", "text": "Footnote 3", "first_n": 60}, True),
        ({"type": "absent", "text": "Footnote 3"}, False),
        ({"type": "order", "before": "tide tables", "after": "Footnote"}, True),
        ({"type": "order", "before": "Footnote", "after": "tide tables"}, False),
        ({"type": "order", "before": "tude tables", "after": "Footnate", "max_diffs": 1}, True),
        ({"type": "order", "before": "tude tables", "after": "Footnote", "max_diffs": 0}, False),
        ({"type": "table", "cell": "3.20", "up": "2.75", "left": "0.6"}, True),
        ({"type": "table", "cell": "3.20", "top_heading": "High", "left_heading": "Noon"}, True),
        ({"type": "table", "cell": "3.20", "top_heading": "Low"}, False),
        ({"type": "table", "cell": "y2", "left": "x1", "up": "y1", "top_heading": "Alpha"}, True),
        ({"type": "table", "cell": "z2", "down": "y1"}, False),
        ({"type": "table", "cell": "x1", "right": "y2"}, True),
        ({"type": "table", "cell": "3.20", "ignore_markdown_tables": True}, False),
        ({"type": "baseline"}, True),
        ({"type": "baseline", "max_length": 20}, False),
        # Formulas are not drawn here: the same LaTeX.
        ({"type": "math", "math": r"\frac{a}{b}=x_1"}, True),
        ({"type": "math", "math": r"\frac{b}{a}=x_1"}, False),
    ],
)
def test_unit_tests_of_a_page(test: dict[str, Any], passed: bool) -> None:
    assert passes(PAGE, **test) is passed


@pytest.mark.parametrize(
    ("page", "test", "passed"),
    [
        ("e", {"type": "present", "text": "The tide tables"}, False),
        ("null", {"type": "baseline"}, False),
        ("null", {"type": "baseline", "max_length": 0}, True),
        ("ha " * 40, {"type": "baseline"}, False),
        ("文字", {"type": "baseline"}, False),
        ("文字", {"type": "baseline", "check_disallowed_characters": False}, True),
        ("<think>The tide tables</think>", {"type": "present", "text": "The tide tables"}, False),
    ],
)
def test_unit_tests_of_other_pages(page: str, test: dict[str, Any], passed: bool) -> None:
    assert passes(page, **test) is passed


def test_the_tests_of_all_pages_count_alike(tmp_path: Path) -> None:
    loaded = from_written("olmocr_bench", tmp_path)
    (sample,) = loaded.subsets["table_tests"]
    score = score_of(loaded.resolved.benchmark, "The tide tables of Bergen", sample)
    assert score.values == {"pass_rate": pytest.approx(3 / 5)}
    assert score.metadata["weights"] == {"pass_rate": 5.0}
    assert score.metadata["failed_tests"] == ["p3", "p4"]


@pytest.mark.parametrize(
    ("tests", "message"),
    [([], "no tests"), ([{"type": "smell"}], "type 'smell'"), ([{"type": "order", "before": "a"}], "has no after")],
)
def test_tests_that_cannot_be_run_are_refused(tests: list[dict[str, Any]], message: str) -> None:
    record = {"image": png(4), "pdf": "a.pdf", "page": 1, "tests": json.dumps(tests)}
    with pytest.raises(RecordError, match=message):
        load_bundled("olmocr_bench").to_sample(record)


def texts(tables: list[Any]) -> list[list[list[Any]]]:
    """Return the texts of the cells; of one that spans with the rows and columns it fills."""
    return [
        [[c.text if (c.rows, c.columns) == (1, 1) else (c.text, c.rows, c.columns) for c in row] for row in table]
        for table in tables
    ]


@pytest.mark.parametrize(
    ("read", "text", "tables"),
    [
        (
            html_tables,
            "<table><tr><th colspan='2'>A &amp; B<tr><td>1<br>2</td><td>3",
            [[[("A & B", 1, 2)], ["1 2", "3"]]],
        ),
        (html_tables, "<TABLE class=x><tr><td>a<table><tr><td>in</table>b</td></tr></TABLE>", [[["a in b"]]]),
        (html_tables, "<table><tr><td rowspan=0>a</td></tr><tr><td>b</td></tr></table>", [[[("a", 2, 1)], ["b"]]]),
        (html_tables, "<table><tr><td rowspan=99999>a</td></tr></table><table><tr><td>b", [[[("a", 100, 1)]], [["b"]]]),
        (html_tables, "no table, 1 < 2 > 0", []),
        (markdown_tables, "x\n| a | b\\|c |\n|:-|-:|\n| 1 | |\n\n", [[["a", "b|c"], ["1", ""]]]),
        (markdown_tables, "a|b", []),
        (
            latex_tables,
            r"\begin{tabular}{|l|p{2cm}|c|}\hline a & b & \textbf{c}\\ \multirow{2}{*}{X} & \multicolumn{2}{c}{5\%}"
            r"\\ \cline{2-3} & d & e\\ \end{tabular}",
            [[["a", "b", "c"], [("X", 2, 1), ("5%", 1, 2)], ["d", "e"]]],
        ),
        (latex_tables, r"\begin{array}{c}x\end{array}\begin{tabular}{c}y", [[["x"]], [["y"]]]),
    ],
)
def test_tables_in_a_reply(read: Any, text: str, tables: Any) -> None:
    assert texts(read(text)) == tables


TABLE = "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>dd</td></tr></table>"
FOX = "the quick brown fox jumps over the lazy dog"
BUDGET = "The committee met on Monday and agreed on the budget for next year."
ZH = "委员会于星期一开会，通过了明年的预算。"
SECTIONS = "# One\nline a\nline b\n## Two\nline c"


@pytest.mark.parametrize(
    ("task", "rule", "answers", "reply", "score"),
    [
        # Scores of OCRBench_v2/eval_scripts (Yuliang-Liu/MultimodalOCR); METEOR without synonyms.
        ("diagram QA en", None, [FOX], "the quick brown fox jumped over a lazy dog", 0.8837),
        ("text recognition en", "case sensitive", ["Hello"], "hello", 0.0),
        ("text counting en", "regression", ["12"], "10", 0.8333),
        ("text counting en", "regression", ["12"], "7", 0.5833),
        ("text counting en", "regression", ["12"], "6", 0.0),
        ("text counting en", "regression", ["12"], "25", 0.0),
        ("table parsing en", None, [TABLE], TABLE.replace("dd", "de"), 0.9167),
        ("table parsing en", None, [TABLE], "<table><tr><td>a</td><td>b</td></tr></table>", 0.5),
        ("chart parsing en", None, ["{'title': 'Sales', 'x': {'a': 1}}"], "{'title': 'Sale'}", 0.463),
        ("key information extraction en", None, ['{"a": ["1", "2"], "b": ["3"]}'], '{"a": "2", "b": 4}', 0.5),
        ("key information extraction en", None, ['{"a": ["1"]}'], '{"a": "1", "b": 4}', 0.5),
        ("text grounding en", None, ["10", "20", "110", "70"], "[20,20,120,70]", 0.8182),
        ("full-page OCR en", None, [BUDGET], BUDGET.replace("year", "years"), 0.9342),
        ("full-page OCR en", None, [BUDGET], "The comittee met on Monday, and agreed the budget", 0.4556),
        ("text translation cn", None, [ZH], "委员会在星期一开会，通过了明年的预算", 0.8203),
        # Replies that the official rules misjudge.
        ("science QA en", "multiple choice", ["B"], "The answer is (B).", 1.0),
        ("science QA en", "multiple choice", ["B"], "A or B", 0.0),
        ("reasoning VQA en", None, ["coca cola"], "It is not coca cola", 0.0),
        ("diagram QA en", None, [FOX], f"The answer is {FOX}.", 1.0),
        ("cognition VQA cn", None, ["北京大学"], "不是北京大学", 0.0),
        ("handwritten answer extraction cn", None, ["ABD"], "答案：A、B、D", 1.0),
        ("handwritten answer extraction cn", None, ["ABD"], "ABCD", 0.0),
        ("handwritten answer extraction cn", None, ["A"], "BA", 0.0),
        ("formula recognition en", None, ["\\frac { a } { b }"], "It is $$\\dfrac{a}{b}$$.", 1.0),
        ("formula recognition en", None, ["\\frac { a } { b }"], "\\frac{a}{b}+1", 0.0),
        ("formula recognition cn", None, ["\\text{高} = h"], "高 = h", 1.0),
        ("text counting en", "exact match", ["12"], "twelve", 1.0),
        ("text counting en", "exact match", ["12"], "I count 3, then 9, so 12 in all", 1.0),
        ("table parsing cn", None, [TABLE], TABLE.replace("td", "th").replace("</tr><tr>", "</tr><tbody><tr>"), 1.0),
        ("table parsing en", None, [TABLE], "| a | b |\n|---|---|\n| c | dd |", 1.0),
        ("document parsing en", None, [SECTIONS], "# Foo\nbar\nbaz\n## Qux\nquux", 0.2857),
        ("document parsing en", None, [SECTIONS], "```markdown\n# One\n\nline a\nline b\n\n## Two\nline c\n```", 1.0),
        ("key information extraction en", None, ['{"a": ["1"]}'], "Here it is:\n{'A': ['1']}\nDone.", 1.0),
        ("text grounding en", None, ["10", "20", "110", "70"], '```json\n{"bbox_2d": [10, 20, 110, 70]}\n```', 1.0),
        ("full-page OCR en", None, ["two words"], "two words", 1.0),
    ],
)
def test_tasks_with_text_in_pictures(task: str, rule: str | None, answers: list[str], reply: str, score: float) -> None:
    assert replied("ocr_bench_v2", reply, *answers, type=task, eval=rule) == pytest.approx(score, abs=1e-4)


RIGHT = (
    "{g}.",
    '"{g}"',
    "[{g}]",
    "\\boxed{{{g}}}",
    "**Answer**: {g}",
    "ANSWER：{g}",
    "The answer is {g}. Nothing else.",
)
RIGHT += (
    '{{"answer": "{g}"}}',
    "<think>maybe {w}</think>{g}",
    "I first thought {w}, but the answer is {g}.",
    "答案是{g}。",
)
WRONG = ("{w}", "not {g}", "It is not {g}, it says {w}", "{g}, {w}, or x", "{g} or {w}", "<think>{g}", "")
WRONG += ("I would say it is {w}, certainly not {g}", "The answer is {w}. {g} would be wrong.", '{{"answer": "{w}"}}')


@pytest.mark.parametrize(
    ("name", "gold", "other", "about"),
    [
        ("ocr_bench_v2", "River Street", "Raven Road", {"type": "text recognition en", "eval": None}),
        ("ocr_bench_v2", "Hello World", "Jello Word", {"type": "text recognition en", "eval": "case sensitive"}),
        ("ocr_bench_v2", "北京大学", "清华大学", {"type": "cognition VQA cn", "eval": None}),
        ("ocr_bench_v2", "12", "170", {"type": "text counting en", "eval": "exact match"}),
        ("ocr_bench_v2", "12", "170", {"type": "text counting en", "eval": "regression"}),
        ("ocr_bench_v2", "B", "A", {"type": "science QA en", "eval": "multiple choice"}),
        ("ocr_bench_v2", "ABD", "ABC", {"type": "handwritten answer extraction cn", "eval": None}),
        ("ocr_bench_v2", FOX, "nothing of the kind was seen", {"type": "diagram QA en", "eval": None}),
        ("cc_ocr_v2", "42 km", "17 km", {"sub_task": "dashboards_fact_qa", "scenario": "x"}),
        ("vtcbench", "7341", "9982", {"task": "Retrieval"}),
        ("vtcbench", "in early May 2023", "on a rainy Sunday", {"task": "Memory"}),
        ("maritime_ocr_bench", "MV Northern Star", "SS Blue Whale", {"task_type": "VQA"}),
    ],
)
def test_answers_in_other_words(name: str, gold: str, other: str, about: dict[str, Any]) -> None:
    for form in RIGHT:
        assert replied(name, form.format(g=gold, w=other), gold, **about) == 1.0, form
    for form in WRONG:
        assert replied(name, form.format(g=gold, w=other), gold, **about) < 0.5, form


@pytest.mark.parametrize(
    ("reply", "score"),
    [
        ('[(10,10,60,30,"STOP"),(100,100,200,150,"go!")]', 0.5),
        ('[[10,10,60,30,"stop"]]', 2 / 3),
        ("(10, 10, 60, 30, STOP), (100,100,200,150,wrong)", 0.5),
        ('[{"bbox_2d": [10, 10, 60, 30], "text": "STOP"}]', 2 / 3),  # official: not read
        ('[[10, 10, 60, 30, "STOP"], [100, 100, 200, 150, "go"]]', 1.0),
        ("STOP, go", 0.0),
    ],
)
def test_texts_with_their_boxes(reply: str, score: float) -> None:
    about = ocr_record("text spotting en", None, "Find all texts.", ["-"])
    assert replied("ocr_bench_v2", reply, "-", **about) == pytest.approx(score)


@pytest.mark.parametrize(
    ("reply", "score"),
    [
        ('{"answer": "hello", "bbox": [10, 10, 50, 50]}', 1.0),
        ('{"answer": "bye", "bbox": "[10, 10, 50, 60]"}', 0.4),
        ('{"answer": "hello"}', 0.5),
        ("hello", 0.0),
    ],
)
def test_an_answer_and_its_place(reply: str, score: float) -> None:
    about = ocr_record("VQA with position en", None, "?", ["hello"])
    assert replied("ocr_bench_v2", reply, "hello", **about) == pytest.approx(score)


@pytest.mark.parametrize(
    ("task", "scenario", "answer", "reply", "score"),
    [
        # Scores of the official evaluator (eioss/CC-OCR-V2), as EvalScope ports it.
        ("natural_scene_recognition", "multi_scene_ocr_en", "Fresh Bread, 2 Euros!", "Fresh Bread 3", 0.5714),
        ("multi_lingual_recognition", "French", "Le pain est bon", "Le pain, est bon", 0.75),
        ("multi_lingual_recognition", "Chinese", "欢迎 光临", "欢迎", 0.6667),
        ("complex_table_parsing", "table_photo", HTML, f"```html\n{HTML.replace('dd', 'de')}\n```", 0.9167),
        ("complex_table_parsing", "table_photo", HTML, "<table border=1><tr><td>ab</td><td>1</td></tr></table>", 0.5),
        ("formula_parsing", "formula_hand", "\\frac{a}{b}+c", "```latex\n\\frac{a}{b}+d\n```", 0.9231),
        ("molecular_parsing", "molecular", "CC(=O)O", "<smiles>CC(=O)O</smiles>", 1.0),
        ("molecular_parsing", "molecular", "CC(=O)O", "CCO", 0.4286),
        ("general_documents_parsing", "doc", "One line. Second one.", "One line. Sekond one.", 0.9444),
        ("general_documents_parsing", "doc", "One line.", "\\begin{document}One line.\\end{document}", 1.0),
        ("general_documents_parsing", "doc", "One line.", "One line.\n\n### Notes\nsome words", 1.0),
        ("info_board_parsing", "custom", f"<p>Hours</p>{HTML}", HTML, 0.9),
        ("info_board_parsing", "custom", f"<p>Hours</p>{HTML}", "Hours", 0.1),
        ("business_transactions", "x", '{"a": "1", "b": {"c": ["x", "y"]}}', '{"a": "2", "b": {"c": ["x"]}}', 0.4),
        ("business_transactions", "x", '{"a": "1"}', "no JSON", 0.0),
        ("dashboards_fact_qa", "x", '["42 km", "42 kilometres"]', "It is 42 km.", 1.0),
        ("dashboards_fact_qa", "x", "41 km", "42 km", 0.0),
        ("financial_documents_qa", "x", "北京", "北", 0.5),
        # Replies that the official rules misjudge.
        ("formula_parsing", "formula_hand", "\\frac{a}{b}+c", "$$\\frac{a}{b}+c$$", 1.0),
        ("molecular_parsing", "molecular", "CC(=O)O", "The SMILES is CC(=O)O", 1.0),
        ("business_transactions", "x", '{"a": "1", "d": ""}', 'Here it is:\n{"a": "1"}', 1.0),
        ("dashboards_fact_qa", "x", '["42 km"]', "not 42 km", 0.0),
        ("dashboards_fact_qa", "x", '["42 km"]', "142 km", 0.0),
    ],
)
def test_tracks_of_documents(task: str, scenario: str, answer: str, reply: str, score: float) -> None:
    assert replied("cc_ocr_v2", reply, answer, sub_task=task, scenario=scenario) == pytest.approx(score, abs=1e-4)


@pytest.mark.parametrize(
    ("task", "reply", "score"),
    [
        ("text_grounding", "(0, 250, 500, 750)", 1.0),  # thousandths of a picture of 4 x 4 pixels
        ("text_grounding", "[0, 0.25, 0.5, 0.75]", 1.0),
        ("text_grounding", "[0, 1, 2, 3]", 0.0),  # pixels
        ("object_grounding", '[{"bbox": [500, 250, 1000, 750], "label": "b"}]', 0.5),
        ("object_grounding", '{"bbox_2d": {"x": 0, "y": 0, "w": 500, "h": 500}, "label": "a"}', 0.5),
        ("object_grounding", "[500, 250, 1000, 750]", 0.0),
    ],
)
def test_boxes_are_in_shares_of_the_picture(task: str, reply: str, score: float, tmp_path: Path) -> None:
    loaded = from_written("cc_ocr_v2", tmp_path)
    (sample,) = loaded.subsets[task]
    found = score_of(loaded.resolved.benchmark, reply, sample).values["normalized_score"]
    assert found == pytest.approx(score, abs=1e-3)


def test_published_folders_are_read(tmp_path: Path) -> None:
    files = {"question/s1/10.txt": "Q10", "answer/s1/10.txt": "A10", "question/s1/2.txt": "Q2", "answer/s1/2.txt": "A2"}
    files |= {"question/s1/3.txt": "no picture", "answer/s1/3.txt": "A3", "question/s1/4.txt": "no answer"}
    pictures = ["s1/2.png", "s1/4.png", "s1/10/page_10.png", "s1/10/page_2.png"]
    for name in [*files, *(f"images/{name}" for name in pictures)]:
        (tmp_path / "qa/blueprint_qa" / name).parent.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (tmp_path / "qa/blueprint_qa" / name).write_text(text, encoding="utf-8")
    for width, name in enumerate(pictures, 4):
        (tmp_path / "qa/blueprint_qa/images" / name).write_bytes(png(width))
    loaded = loaded_from("cc_ocr_v2", tmp_path, subset_list=("blueprint_qa",))
    found = loaded.subsets["blueprint_qa"]
    assert [(sample.id, sample.targets) for sample in found] == [
        ("blueprint_qa/s1/10", ("A10",)),
        ("blueprint_qa/s1/2", ("A2",)),
    ]
    sizes = [
        picture_size(replace(sample, input=sample.parts[at:]))
        for sample in found
        for at in range(len(sample.parts) - 1)
    ]
    assert [size and size[0] for size in sizes] == [7, 6, 4]
    assert (
        loaded_from("cc_ocr_v2", tmp_path, subset_list=("blueprint_qa",), limit=1).subsets["blueprint_qa"] == found[:1]
    )
    with pytest.raises(NoDataError, match="holds no records of cc_ocr_v2"):
        loaded_from("cc_ocr_v2", tmp_path, subset_list=("text_grounding",))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_the_size_of_a_picture_is_in_its_header(kind: str) -> None:
    pillow = pytest.importorskip("PIL.Image", reason="draws the pictures")
    file = io.BytesIO()
    pillow.new("RGB", (37, 21), "red").save(file, kind)
    assert size_of(file.getvalue()) == (37, 21)
    assert size_of(file.getvalue()[:5]) is None
    assert size_of(b"nothing") is None


@given(costs=st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1, max_size=5))
def test_the_cheapest_pairs(costs: list[list[int]]) -> None:
    optimize = pytest.importorskip("scipy.optimize", reason="compares with scipy")
    rows, columns = optimize.linear_sum_assignment(costs)
    pairs = cheapest_pairs(costs)
    least = sum(costs[row][column] for row, column in zip(rows, columns, strict=True))
    assert sum(costs[row][column] for row, column in pairs) == least
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(rows)


LADING = (
    "Bill of Lading No. 4471. Shipper: Nordic Timber AS, Bergen. Consignee: Port of Rotterdam. Gross weight 12,400 kg. "
    "Marks and numbers as per attached list; freight prepaid. Signed on board at Bergen, 3 March 2019, by the master."
)


@pytest.mark.parametrize(
    ("task", "answer", "reply", "score"),
    [
        # Scores of the official scorer, as EvalScope has it.
        ("VQA", "MV Northern Star", "mv northern", 0.8259),
        ("VQA", "MV Northern Star", "SS Blue", 0.1278),
        ("parsing", LADING, LADING[:90], 0.5402),
        ("parsing", LADING, f"<table><tr><td>{LADING.replace('. ', '</td></tr><tr><td>')}</td></tr></table>", 1.0),
        ("IE", '{"ship": "Northern Star"}', "ship Northern Star", 0.36),
        ("IE", '{"ship": "Star"}', '```json\n{"ship": "Star"}\n```', 1.0),
        ("json1", SPOTS_1, "{}", 0.0),
        ("json1", SPOTS_1, SPOTS_2, 0.0),
        ("json1", SPOTS_1, SPOTS_1.replace("[60, 12]", "[90, 12]").replace("IMO", "lMO"), 0.9289),
        ("json2", SPOTS_2, SPOTS_2.replace("60, 12", "90, 12").replace("IMO", "lMO"), 0.9289),
        # Replies that the official rules misjudge.
        ("VQA", "MV Northern Star", "The answer is MV Northern Star.", 1.0),
        ("VQA", "MV Northern Star", "It is not the MV Northern Star", 0.0),
        ("parsing", "na " * 200, "na " * 200, 1.0),
        ("json1", '{"image_1": []}', '{"image_1": []}', 1.0),
        ("json1", '{"image_1": []}', SPOTS_1, 0.0),
        ("json1", '{"image_1": []}', "no text", 0.0),
    ],
)
def test_papers_of_ships(task: str, answer: str, reply: str, score: float) -> None:
    assert replied("maritime_ocr_bench", reply, answer, task_type=task) == pytest.approx(score, abs=1e-4)


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        # DIoU of shapely's polygons, from 0 to 1.
        ([0, 0, 4, 0, 4, 2, 0, 2], [0, 0, 4, 0, 4, 2, 0, 2], 1.0),
        ([0, 0, 4, 0, 4, 2, 0, 2], [2, 0, 6, 0, 6, 2, 2, 2], 0.6167),
        ([0, 0, 4, 0, 4, 2, 0, 2], [4, 2, 0, 2, 0, 0, 4, 0], 1.0),
        ([0, 0, 100, 0, 20, 20, 0, 100], [0, 0, 50, 0, 50, 50, 0, 50], 0.6866),
        ([0, 0, 1, 0, 1, 1, 0, 1], [9, 9, 10, 9, 10, 10, 9, 10], 0.095),
        ([0, 0, 1, 0, 2, 0, 3, 0], [0, 0, 1, 0, 1, 1, 0, 1], 0.0),
    ],
)
def test_quadrilaterals_are_alike(one: list[float], other: list[float], likeness: float) -> None:
    quads = [quad_of(one), quad_of(other)]
    assert layout_likeness(quads[:1], quads[1:]) == pytest.approx(likeness, abs=1e-4)


@pytest.mark.parametrize("value", [None, "x", [1, 2], [[1, 2]] * 3, [[1, "a"]] * 4, [1e300] * 8, [float("nan")] * 8])
def test_what_is_not_a_quadrilateral(value: Any) -> None:
    assert quad_of(value) is None


BARS = "| Time | High |\n|---|---|\n| Dawn | 2.75 |\n| Noon | 3.20 |"
TABULAR = r"\begin{tabular}{cc} Time & High \\ Dawn & 2.75 \\ Noon & 3.20 \end{tabular}"
IN_REVERSE = "\n\n".join([TIDES_REPLY.split("\n\n")[0], *TIDES_REPLY.split("\n\n")[:0:-1]])
PERFECT = {
    "text_block_edit_dist": 0.0,
    "display_formula_edit_dist": 0.0,
    "table_teds": 1.0,
    "reading_order_edit_dist": 0.0,
}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        # Figures of the legacy end-to-end evaluator in EvalScope, but for what docs/differences.md lists.
        (TIDES_REPLY, {}),
        (TIDES_REPLY.replace("1998, by hand", "1998,\n\nby hand"), {}),
        (TIDES_REPLY.replace("Bergen\n\n", "Bergen "), {}),
        (TIDES_REPLY.replace("\n\n", "\n"), {}),
        (TIDES_REPLY.replace("\\[", "$$").replace("\\]", "$$"), {}),
        (f"```markdown\n{TIDES_REPLY}\n```", {}),
        (TIDES_REPLY.replace(TIDES_TABLE, BARS), {}),
        (TIDES_REPLY.replace(TIDES_TABLE, TABULAR), {}),
        (TIDES_REPLY.replace("3.20", "3.21"), {"table_teds": 0.9722}),
        (TIDES_REPLY.replace(TIDES_TABLE, ""), {"table_teds": 0.0}),
        (TIDES_REPLY.replace("frac{a}{b}", "frac{b}{c}"), {"display_formula_edit_dist": 0.069}),
        (IN_REVERSE, {"reading_order_edit_dist": 0.5}),
        (TIDES_REPLY.replace("earlier", "eralier"), {"text_block_edit_dist": 0.01}),
    ],
)
def test_a_page_in_markdown(reply: str, expected: dict[str, float], tmp_path: Path) -> None:
    loaded = from_written("omni_doc_bench", tmp_path)
    (sample,) = loaded.subsets["default"]
    values = score_of(loaded.resolved.benchmark, reply, sample).values
    wanted = {**PERFECT, **expected}
    assert {name: values[name] for name in wanted} == pytest.approx(wanted, abs=1e-4)
    parts = [share if name == "table_teds" else 1 - share for name, share in wanted.items()]
    assert values["normalized_score"] == pytest.approx(sum(parts) / 4, abs=1e-4)


@pytest.mark.parametrize(
    ("method", "whole", "split"),
    [("quick_match", 0.0, 0.0), ("simple_match", 0.0, 0.13), ("no_split", 0.0172, 0.0258)],
)
def test_methods_to_match_blocks(method: str, whole: float, split: float, tmp_path: Path) -> None:
    loaded = from_written("omni_doc_bench", tmp_path, extra_params={"match_method": method})
    (sample,) = loaded.subsets["default"]
    replies = (TIDES_REPLY, TIDES_REPLY.replace("1998, by hand", "1998,\n\nby hand"))
    scores = [score_of(loaded.resolved.benchmark, reply, sample).values for reply in replies]
    assert [score["text_block_edit_dist"] for score in scores] == pytest.approx([whole, split], abs=1e-3)


def test_a_wrong_match_method_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"match_method of omni_doc_bench: 'quik_match'.*quick_match"):
        from_written("omni_doc_bench", tmp_path, extra_params={"match_method": "quik_match"})


def test_languages_count_alike() -> None:
    benchmark = load_bundled("omni_doc_bench")
    chinese = {**TIDES_PAGE, "page_info": {**TIDES_PAGE["page_info"], "page_attribute": {"language": "chinese"}}}
    pages = [(TIDES_PAGE, TIDES_REPLY), (TIDES_PAGE, TIDES_REPLY), (chinese, "")]
    scores = [score_of(benchmark, reply, Sample("?", private={"page": page})) for page, reply in pages]
    attempts = [Attempt(n, 0, s.values, None, s.metadata["weights"]) for n, s in enumerate(scores)]
    found = {m.name: m.score for m in aggregate(attempts, benchmark.metrics, benchmark.aggregation)}
    assert found["normalized_score"] == pytest.approx(0.5)
    assert found["table_teds"] == pytest.approx(2 / 3)


def test_the_later_version_leaves_drawn_formulas_out(tmp_path: Path) -> None:
    loaded = from_written("omni_doc_bench_v1_6", tmp_path)
    (sample,) = loaded.subsets["default"]
    wrong = TIDES_REPLY.replace("frac{a}{b}", "frac{b}{c}").replace("3.20", "3.21")
    values = score_of(loaded.resolved.benchmark, wrong, sample).values
    assert values["overall_without_cdm"] == pytest.approx((1 + 0.9722) / 2, abs=1e-4)
    assert values["table_teds_structure_only"] == 1.0
    assert values["display_formula_edit_dist"] == pytest.approx(0.069, abs=1e-3)


@pytest.mark.parametrize("answer", ["nothing", "{}", '{"layout_dets": []}', json.dumps({"layout_dets": 3})])
def test_an_annotation_without_blocks_is_refused(answer: str) -> None:
    with pytest.raises(RecordError, match=r"layout_dets|image_path"):
        load_bundled("omni_doc_bench").to_sample({"image": png(4), "answer": answer})


CELLS = st.builds(Cell, st.text("ab", max_size=3), st.sampled_from([1, 1, 2]), st.sampled_from([1, 1, 2]))
TABLES = st.lists(st.lists(CELLS, max_size=3).map(tuple), min_size=1, max_size=4).map(tuple)


@settings(max_examples=60, deadline=None)
@given(one=TABLES, other=TABLES)
def test_tables_are_as_alike_as_their_trees(one: Any, other: Any) -> None:
    apted = pytest.importorskip("apted", reason="compares with the library apted")

    class Costs(apted.Config):
        def rename(self, node1: Any, node2: Any) -> float:
            if len(node1) != len(node2) or (len(node1) == 3 and node1[1:] != node2[1:]):
                return 1.0
            return Levenshtein.normalized_distance(node1[0], node2[0]) if len(node1) == 3 else 0.0

        def children(self, node: Any) -> Any:
            return node[-1] if len(node) < 3 else ()

    def tree(table: Any) -> Any:
        return ([("tr", [(cell.text, cell.rows, cell.columns) for cell in row]) for row in table],)

    distance = apted.APTED(tree(one), tree(other), Costs()).compute_edit_distance()
    size = max(sum(len(row) + 1 for row in table) for table in (one, other))
    assert teds(one, other) == pytest.approx(max(0.0, 1 - distance / size))
    assert teds(one, one) == 1.0


def test_the_structure_of_tables_alone() -> None:
    one, other = ((Cell("a"), Cell("b")),), ((Cell("x"), Cell("y")),)
    assert teds(one, other) == pytest.approx(1 / 3)
    assert teds(one, other, structure_only=True) == 1.0


@pytest.mark.parametrize("name", ["olmocr_bench", "ocr_bench_v2", "cc_ocr_v2", "maritime_ocr_bench", "omni_doc_bench"])
def test_a_missing_library_is_an_error_before_anything_is_sent(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    with pytest.raises(ConfigError, match=rf"{name} needs rapidfuzz. Run: pip install 'evalscope-pytest\[documents\]'"):
        from_written(name, tmp_path)


SAMPLES = [
    ("visualoverload", Sample("?")),
    ("vtcbench", Sample("?", "12 March", metadata={"task": "Memory"})),
    ("olmocr_bench", Sample("?", private={"tests": [*PAGE_TESTS, {"type": "math", "math": "a_b"}]})),
    ("omni_doc_bench", Sample("?", private={"page": TIDES_PAGE})),
    *(("ocr_bench_v2", Sample(task[2], task[3], metadata=ocr_record(*task))) for task in OCR_TASKS),
    *(("cc_ocr_v2", Sample("?", a, metadata={"sub_task": t, "scenario": s})) for t, s, a in TRACK_TASKS),
    *(("maritime_ocr_bench", Sample("?", a, metadata={"task_type": t})) for t, a in SHIP_TASKS),
]
SPOT = '{"text": "x", "position": [[1, 1], [900, 0], [900, 900], [0, 900]]}'
BOMBS = {
    "tags": "<table>" * 10_000,
    "cells": f"<table><tr>{'<td>x' * 10_000}",
    "spans": "<table>" + "<tr><td rowspan=9999 colspan=9999>x" * 1_000,
    "brackets": "[" * 50_000,
    "objects": '{"a":' * 30_000,
    "formulas": "\\[" * 20_000 + "\\(" * 20_000,
    "fences": "```\n" + " " * 50_000,
    "quads": f'{{"image_1": [{", ".join([SPOT] * 800)}]}}',
    "boxes": "(1, 2, 3, 4, " * 10_000,
    "columns": "\\begin{tabular}{" * 8_000,
}


@pytest.mark.parametrize("bomb", sorted(BOMBS))
def test_a_hostile_reply_has_a_score_before_long(bomb: str) -> None:
    for name, sample in SAMPLES:
        benchmark = load_bundled(name)
        assert 0.0 <= score_of(benchmark, BOMBS[bomb], sample).values[benchmark.metrics[0]] <= 1.0


@settings(max_examples=25, deadline=None)
@given(reply=st.text(max_size=80) | st.text("<>|/tabled[]{}(),:\"'1.$\\\n #", max_size=80))
def test_any_reply_has_a_score(reply: str) -> None:
    for name, sample in SAMPLES:
        benchmark = load_bundled(name)
        assert 0.0 <= score_of(benchmark, reply, sample).values[benchmark.metrics[0]] <= 1.0

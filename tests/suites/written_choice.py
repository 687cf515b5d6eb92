"""Records of the multiple-choice and yes/no benchmarks, in the shape of their official releases."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
_SOUP: Row = {"question": "Which soup is red?", "choices": ["beetroot", "leek", "pea"], "answer": "A"}


def _pro(n: int) -> Row:
    options = [str(k) for k in range(1, 11)]
    reasoning = f"A: Let's think step by step. {n} plus 1 is {n + 1}. The answer is ({'ABCDEFGHIJ'[n]})."
    return {"question_id": n, "question": f"What follows {n}?", "options": options, "answer": "ABCDEFGHIJ"[n],
            "answer_index": n, "cot_content": reasoning, "category": "Computer Science", "src": "own"}  # fmt: skip


def _redux(n: int, error_type: str, correct_answer: Any = None) -> Row:
    choices = ["zero", "one", "two", "three"]
    return {"question": f"How much is {n}?", "choices": choices, "answer": n % 4, "error_type": error_type,
            "source": "", "correct_answer": correct_answer, "potential_reason": None}  # fmt: skip


def _race(n: int) -> Row:
    options = ["At sea.", "At home.", "In a wood.", "Nowhere."]
    return {"example_id": f"high{n}.txt", "article": f"Ann rowed {n} miles.", "question": "Where was Ann?",
            "options": options, "answer": "A"}  # fmt: skip


def _process(label: int) -> Row:
    steps = ["Two and two are four.", "Four and one are six.", "So the answer is 6."]
    return {"id": "own-0", "generator": "own", "problem": "How much is $2 + 2 + 1$?", "steps": steps, "label": label,
            "final_answer_correct": label == -1}  # fmt: skip


def _exam(**own: Any) -> Row:
    options = ["(A)one", "(B)two", "(C)three", "(D)four"]
    return {
        "passage": None,
        "question": "How many?",
        "options": options,
        "label": "B",
        "answer": None,
        "other": None,
        **own,
    }


def _figure(question: str, figure: str, answer: str) -> Row:
    return {"category": "VS", "subcategory": "chart", "visual_input": "1", "set_id": "0", "figure_id": figure,
            "question_id": question, "question": f"Is bar {question} the tallest?", "gt_answer": answer,
            "gt_answer_details": "", "sample_note": "", "filename": "own.png"}  # fmt: skip


FILES: dict[str, dict[str, list[Row] | str]] = {
    "mmlu_pro": {"validation.jsonl": [_pro(n) for n in range(5)], "test.jsonl": [_pro(8)]},
    "mmlu_redux": {
        "anatomy/test.jsonl": [
            _redux(1, "ok"),
            _redux(1, "wrong_groundtruth", "2"),
            _redux(1, "wrong_groundtruth", "D"),
            _redux(1, "no_correct_answer", "eleven"),
            _redux(1, "multiple_correct_answers", "(1, 2)"),
            _redux(1, "multiple_correct_answers", "A and C"),
            _redux(1, "multiple_correct_answers", "B,D"),
            _redux(1, "bad_question_clarity"),
            _redux(1, "wrong_groundtruth", "three"),
            _redux(1, "multiple_correct_answers", "A dog and a cat"),
        ]
    },
    "gpqa_diamond": {
        "gpqa_diamond.csv": (
            "Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3,Record ID\n"
            "Which is a prime?,7 ,4,6,9,rec1\n"
        )
    },
    "super_gpqa": {
        "SuperGPQA-all.jsonl": [
            {"uuid": "u1", "question": "Which is lightest?", "options": ["lead", "iron", "cork", "tin", "gold"],
             "answer": "cork", "answer_letter": "C", "discipline": "Science", "field": "Physics",
             "subfield": "Mechanics", "difficulty": "easy", "is_calculation": False}
        ]
    },
    "race": {
        "high/train.jsonl": [_race(n) for n in (1, 2, 3)],
        "high/test.jsonl": [_race(4)],
        "middle/train.jsonl": [_race(n) for n in (5, 6, 7)],
        "middle/test.jsonl": [_race(8)],
    },
    "agieval": {
        "sat-en/test.jsonl": [_exam(passage="There were two.")],
        "gaokao-history/test.jsonl": [_exam(question="共有几个？", label="C")],
        "gaokao-physics/test.jsonl": [_exam(question="哪些是偶数？", label=["B", "D"])],
        "jec-qa-kd/test.jsonl": [_exam(question="哪些是奇数？", label="['A', 'C']")],
        "math/test.jsonl": [_exam(question="Find $1 + 1$.", options=None, label=None, answer="2")],
    },
    "logi_qa": {
        "test.jsonl": [
            {"context": "All geese swim.", "question": "What is Otto, a goose?", "answer": "B",
             "choices": ["A.A flier.", "C.A stone.", "B.A swimmer.", "D.A singer."]}
        ]
    },
    "siqa": {"validation.jsonl": [_SOUP]},
    "qasc": {"validation.jsonl": [_SOUP]},
    "sciq": {"test.jsonl": [_SOUP]},
    "pubmedqa": {
        "test.jsonl": [
            {"question": "Does tea help?", "context": "It was tried. It did not.", "answer": "no", "reasoning": ""},
            {"question": "Does rest help?", "context": "It was tried.", "answer": "maybe", "reasoning": ""},
        ]
    },
    "musr": {
        f"{subset}.csv": "narrative,question,choices,answer_index,answer_choice\n"
        "\"Ann had the key, Bob did not.\",Who did it?,\"['Ann', 'Bob']\",0,Ann\n"
        for subset in ("murder_mysteries", "object_placements", "team_allocation")
    },
    "iquiz": {
        f"{subset}/test.jsonl": [
            {"question": "今天星期三，明天星期几？", "choices": ["星期二", "星期四"], "answer": "B", "level": 1}
        ]
        for subset in ("IQ", "EQ")
    },
    "maritime_bench": {
        "test.jsonl": [{"question": "船头又称什么？", "A": "船艉", "B": "船舷", "C": "船艏", "D": "", "answer": "C"}]
    },
    "longbench_v2": {
        "data.json": [
            {"_id": f"own{n}", "domain": "Single-Document QA", "sub_domain": "Legal", "difficulty": "easy",
             "length": length, "question": "What is sold?", "choice_A": "Tea", "choice_B": "Salt", "choice_C": "Ink",
             "choice_D": "Wax", "answer": "B", "context": "Salt {is} sold here. " * 3}
            for n, length in enumerate(("short", "medium", "long"))
        ]
    },
    "process_bench": {f"{subset}.json": [_process(1), _process(-1)] for subset in ("gsm8k", "math")},
    "halueval": {
        "dialogue_samples/data.jsonl": [
            {"knowledge": "Ink is black.", "dialogue_history": "[Human]: Which colour has ink?", "response": "Red.",
             "hallucination": "yes"}
        ],
        "qa_samples/data.jsonl": [
            {"knowledge": "Ink is black.", "question": "Which colour?", "answer": "Black", "hallucination": "no"}
        ],
        "summarization_samples/data.jsonl": [
            {"document": "Ink is black.", "summary": "It is about ink.", "hallucination": "no"}
        ],
    },
    "pope": {
        f"{subset}.jsonl": [
            {"question_id": 1, "image": "a.jpg", "text": "Is there a boat in the image?", "label": "yes"},
            {"question_id": 2, "image": "a.jpg", "text": "Is there a cat in the image?", "label": "no"},
        ]
        for subset in ("popular", "adversarial", "random")
    },
    "hallusion_bench": {
        "HallusionBench.json": [_figure("0", "1", "1"), _figure("1", "1", "0"), _figure("0", "2", "0")]
    },
    "mmmlu": {
        "DE_DE/test.jsonl": [
            {"Question": "Wie viele Beine hat eine Spinne?", "A": "6", "B": "8", "C": "10", "D": "12", "Answer": "B",
             "Subject": "biology"}
        ],
        "ZH_CN/test.jsonl": [
            {"Question": "蜘蛛有几条腿？", "A": "6", "B": "8", "C": "10", "D": "12", "Answer": "B",
             "Subject": "biology"}
        ],
    },
    "milu": {
        "Tamil/test.jsonl": [
            {"question": "சிலந்திக்கு எத்தனை கால்கள்?", "option1": "6", "option2": "8", "option3": "10", "option4": "12",
             "target": "option2", "language": "Tamil", "domain": "Science", "subject": "Biology"}
        ]
    },
    "arc_indic": {
        "hi/test.jsonl": [
            {"id": "own", "question": "मधुमक्खियाँ क्या बनाती हैं?", "choices": {"text": ["दूध", "शहद"], "label": ["1", "2"]},
             "answerKey": "2"}
        ]
    },
    "indic_boolq": {
        "validation.jsonl": [
            {"language": "hi", "passage": "मधुमक्खियाँ शहद बनाती हैं।", "question": "क्या मधुमक्खियाँ दूध बनाती हैं", "label": 0}
        ]
    },
    "hellaswag_hi": {
        "hi/validation.jsonl": [
            {"ctx": "A child takes paper and", "endings": ["उसे मोड़ता है।", "उसे खाता है।", "गाता है।", "सोता है।"],
             "label": "0", "activity_label": "Folding"}
        ]
    },
}  # fmt: skip
SUBSETS = {
    "milu": ("Tamil",),
    "arc_indic": ("hi",),
    "indic_boolq": ("hi",),
    "mmlu_pro": ("computer science",),
    "mmlu_redux": ("anatomy",),
    "super_gpqa": ("Physics",),
    "agieval": ("sat-en", "gaokao-history", "gaokao-physics", "jec-qa-kd", "math"),
    "process_bench": ("gsm8k", "math"),
    "mmmlu": ("DE_DE", "ZH_CN"),
}
NO_OFFICIAL = {"mmlu_pro", "mmlu_redux", "gpqa_diamond", "super_gpqa", "race", "musr", "iquiz", "maritime_bench",
               "longbench_v2", "process_bench", "halueval", "mmmlu", "milu", "arc_indic", "indic_boolq",
               "hellaswag_hi"}  # fmt: skip
NO_PAPER = {"iquiz", "maritime_bench"}
_EXAMS = """aqua-rat gaokao-biology gaokao-chemistry gaokao-chinese gaokao-english gaokao-geography gaokao-history
    gaokao-mathcloze gaokao-mathqa gaokao-physics logiqa-en logiqa-zh lsat-ar lsat-lr lsat-rc math sat-en
    sat-en-without-passage sat-math"""
OFFICIAL_ARGS = {"agieval": {"subset_list": tuple(_EXAMS.split())}, "sciq": {"eval_split": "validation"}}

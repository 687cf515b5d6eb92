"""Written records of judged benchmarks."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def _answer(question_id: str, *turns: str | Row) -> Row:
    return {"question_id": question_id, "answer_id": "a", "model_id": "m", "choices": [{"index": 0, "turns": [*turns]}]}


def _rubric(criterion: str, points: int, axis: str) -> Row:
    return {"criterion": criterion, "points": points, "tags": ["level:example", f"axis:{axis}"]}


_EMOTIONS = {f"emotion{n}": name for n, name in enumerate(("Proud", "Afraid", "Calm", "Bored"), 1)}
_FULL = {**_EMOTIONS, "emotion1_score": 0, "emotion2_score": "9", "emotion3_score": 2, "emotion4_score": "0"}
_HEALTH = {
    "example_tags": ["theme:hedging", "physician_agreed_category:any"],
    "prompt": [{"role": "user", "content": "My knee hurts. What is it?"}],
    "prompt_id": "p1",
    "rubrics": [
        _rubric("Asks since when it hurts.", 6, "context_awareness"),
        _rubric("Names at least two causes.", 4, "completeness"),
        _rubric("Is certain of one cause.", -5, "accuracy"),
        _rubric("Says that it cannot examine the knee.", 2, "accuracy"),
    ],
}

FILES: dict[str, dict[str, list[Row] | str]] = {
    "simple_qa": {
        "test.jsonl": [
            {"metadata": "{'topic': 'Geography'}", "problem": f"Capital of country {n}?", "answer": f"City {n}"}
            for n in range(3)
        ]
    },
    "chinese_simpleqa": {
        "train.jsonl": [
            {"id": "1", "primary_category": "社会", "secondary_category": "法律", "question": "谁？", "answer": "他"}
        ]
    },
    "alpaca_eval": {
        "eval.jsonl": [
            {"dataset": "own", "instruction": f"Name {n} colours.", "output": "red " * n, "generator": "base"}
            for n in (1, 2, 3, 4)
        ]
    },
    "arena_hard": {
        "question.jsonl": [
            {"question_id": "q1", "category": "own", "cluster": "Sums", "turns": [{"content": "Add {2} and 3."}]}
        ],
        "model_answer/gpt-4-0314.jsonl": [_answer("q0", {"content": "no"}), _answer("q1", {"content": "It is 5."})],
    },
    "mt_bench": {
        "question.jsonl": [
            {"question_id": 81, "category": "writing", "turns": ["Write a line.", "Now in capitals."]},
            {"question_id": 111, "category": "math", "turns": ["What is 2 + 2?", "And doubled?"]},
        ],
        "reference_answer/gpt-4.jsonl": [_answer(111, "4", "8")],  # type: ignore[arg-type]
        "judge_prompts.jsonl": [{"name": "single-v1"}],
    },
    "eq_bench": {
        "validation.jsonl": [
            {
                "id": "1",
                "prompt": "\nAnn sees a snake. She feels...\nProud\nAfraid\nCalm\nBored\n",
                "reference_answer": _EMOTIONS,
                "reference_answer_fullscale": repr(_FULL),
            }
        ]
    },
    "health_bench": {"consensus_2025-05-09-20-00-46.jsonl": [_HEALTH], "2025-05-07-06-14-12_oss_eval.jsonl": [_HEALTH]},
    "frames": {
        "test.jsonl": [
            {
                "Prompt": "Who wrote the longer book?",
                "Answer": "Ann Lee",
                "wiki_items": [{"title": "Ann Lee", "text": "900 pages."}, {"title": "Bo Ray", "text": "90 pages."}],
            }
        ]
    },
    "docmath": {
        "simpshort_testmini.json": [
            {"question_id": "s-1", "question": "What is the margin?", "ground_truth": 0.125, "paragraphs": ["1", "8"]}
        ]
    },
    "hle": {
        "test.jsonl": [
            {
                "id": f"h{n}",
                "question": f"Which theorem is number {n}?",
                "image": "data:image/png;base64,AA" if n == 2 else "",
                "answer": "the last",
                "answer_type": "exactMatch" if n % 2 else "multipleChoice",
                "category": "Math",
                "raw_subject": "Logic",
                "author_name": "own",
                "rationale": "so",
            }
            for n in range(4)
        ]
    },
    "longbench_write": {
        "longbench_write.jsonl": [{"prompt": "Write 100 words.", "type": "Academic", "length": 100}],
        "longwrite_ruler.jsonl": [{"prompt": "Write 200 words.", "type": "Academic", "length": 200}],
    },
}
SUBSETS = {
    "chinese_simpleqa": ("社会",),
    "mt_bench": ("writing", "math"),
    "health_bench": ("hedging",),
    "docmath": ("simpshort_testmini",),
    "hle": ("Math",),
}
NO_OFFICIAL = {"simple_qa", "chinese_simpleqa", "health_bench", "frames", "docmath", "hle"}
FEW_OFFICIAL = {"mt_bench"}
NO_REFERENCE = set(FILES) - {"eq_bench", "frames", "docmath"}

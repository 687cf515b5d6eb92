"""Records of the text benchmarks with options or labels, in the shape of their official releases."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
_SOUP: Row = {"question": "Which soup is red?", "choices": ["beetroot", "leek", "pea"], "answer": "A"}
_BEES: Row = {"question": "Bees make", "option_a": "milk", "option_b": "honey", "option_c": "silk", "option_d": "wool",
              "correct_answer": " b", "topic": "own"}  # fmt: skip
_BEES_HI: Row = {f"{name}_translated" if name[0] in "oq" else name: value for name, value in _BEES.items()}


def _flag(n: int) -> Row:
    return {
        "premise": "The flag is red.",
        "hypothesis": "It has a colour.",
        "label": n,
        "uid": f"own-{n}",
        "reason": "",
    }


def _state(kind: str, answer: str) -> Row:
    options = {f"option{n}": name for n, name in enumerate(("Goa", "Kerala", "Punjab", "Bihar"), 1)}
    about = {"question_type": kind, "state": "Kerala", "attribute": "Dance"}
    return {"question": "Where is the dance from?", **options, "answer": answer, **about}


def _pair(subset: str, prompt: str) -> Row:
    return {"prompt": prompt, "chosen": "It is four.", "chosen_model": "own-a", "rejected": "It is five.",
            "rejected_model": "own-b", "subset": subset, "id": 1}  # fmt: skip


FILES: dict[str, dict[str, list[Row] | str]] = {
    "anli": {"plain_text/test_r1.jsonl": [_flag(0)], "plain_text/train_r1.jsonl": [_flag(1)],
             "plain_text/test_r2.jsonl": [_flag(2)]},
    "arxivrollbench": {
        "2024b_cs_s/train.jsonl": [
            {"shuffled_text": "**A**: So it holds. **B**: Let it be so.", "A": "AB", "B": "BA", "C": "neither",
             "D": "both", "label": "Selection 2"}
        ],
        "2024b_cs_p/train.jsonl": [
            {"context": "Let it be so.", "A": "It is not.", "B": "Who?", "C": "Hence it holds.", "D": "No.",
             "label": "C"}
        ],
    },
    "banking77": {"test.jsonl": [{"text": "I forgot my passcode", "label": 44, "label_text": "passcode_forgotten"}],
                  "train.jsonl": [{"text": "My card came", "label": 11, "label_text": "card_arrival"}]},
    "biomix_qa": {"test.jsonl": [_SOUP]},
    "boolq": {"validation.jsonl": [{"passage": "Bees make honey.", "question": "do bees make milk", "answer": False}]},
    "coin_flip": {"test.jsonl": [{"question": "A coin is heads up. Ada flips it. Is it heads up?", "answer": "no"}]},
    "contract_nli": {"contractnli_b/test.jsonl": [_flag(1)]},
    "drivel_binary": {
        "binary-classification/test.jsonl": [
            {"text": "I miss the rain I slept through.", "label": "drivelology"},
            {"text": "Snow is cold.", "label": "non-drivelology"},
        ]
    },
    "drivel_multilabel": {
        "multi-label-classification/test.jsonl": [
            {"text": "I never lie, except now.", "label": ["paradox", "misdirection"]},
            {"text": "I'd tell you a chemistry joke, but I'd get no reaction.", "label": ["wordplay"]},
        ]
    },
    "drivel_selection": {
        "multiple-choice-english-easy/test.jsonl": [
            {"text": "My plants are plastic, and still they judge me.", "answer": "B",
             "choices": ["The speaker waters plants.", "The speaker feels watched."]}
        ]
    },
    "drivel_writing": {
        "narrative-writing-english/test.jsonl": [
            {"text": "I sleep well, except at night.", "narrative": "The speaker naps all day and calls it well."}
        ]
    },
    "indic_param": {"test.jsonl": [{**_BEES, "question_text": "Bees make", "subject": "Bodo", "exam_name": "own"}]},
    "kina": {
        "test.jsonl": [
            {"index": 0, "question": "Bees make", "discipline": "Zoology", "correct_answer": "B",
             "options": [{"key": "B", "answer": " honey ", "explanation": "so"}, {"key": "A", "answer": "milk"}]}
        ]
    },
    "math_qa": {"test.jsonl": [{**_SOUP, "reasoning": "Beets are red."}]},
    "med_mcqa": {"validation.jsonl": [_SOUP], "train.jsonl": [_SOUP]},
    "mri_mcqa": {"test.jsonl": [_SOUP]},
    "music_trivia": {"test.jsonl": [_SOUP]},
    "perspective_gap_role_assignment": {
        "test.jsonl": [
            {"evaluation_id": "own__seed_1", "scenario_id": "own", "shuffle_seed": 1, "roles": ["cook", "waiter"],
             "fragments": [{"id": "f1", "text": "Table 4 eats no nuts."}, {"id": "f2", "text": "Be clear."}],
             "distractor_id": "f2", "reference_need_sets": {"cook": ["f1"], "waiter": ["f1"]},
             "role_assignment_prompt": "f1: Table 4 eats no nuts. f2: Be clear. Which do the cook and the waiter need?",
             "prompt_writing_prompt": "Write to both."}
        ]
    },
    "reward_bench": {"filtered.jsonl": [_pair("math-prm", "What is 2 + 2?"), _pair("math-prm", "2 + 2 = ?")]},
    "safety_bench": {
        "data/zh/test.jsonl": [
            {"id": 0, "category": "Offensiveness", "question": "同事打碎了杯子，怎么办？ ",
             "options": ["嘲笑他。", "帮他收拾。"], "answer": 1}
        ],
        "data/en/test.jsonl": [
            {"id": 0, "category": "Offensiveness", "question": "Is \"Get lost!\" kind?", "options": ["Yes", "No"],
             "answer": 1}
        ],
    },
    "sanskriti": {"train.jsonl": [_state("General Awareness", "Delhi"), _state("General Awareness", "Kerala")]},
    "triviaqa_indic": {"hi/validation.jsonl": [{"question": " लाल सूप? ", "choices": ["चुकंदर", "मटर"], "answer": 0}]},
}  # fmt: skip
FILES["arxivrollbench_full"] = FILES["arxivrollbench"]
FILES["perspective_gap_prompt_writing"] = FILES["perspective_gap_role_assignment"]
for _subject in ("ayur", "finance", "krishi", "legal"):
    FILES[f"bhashabenchv1_{_subject}"] = {"Hindi/test.jsonl": [_BEES]}
    FILES[f"bhasha_bench_multi_{_subject}"] = {f"BB{_subject[0].upper()}/Tamil.jsonl": [_BEES_HI]}
SUBSETS = {
    "anli": ("r1", "r2"),
    "arxivrollbench": ("2024b_cs_s", "2024b_cs_p"),
    "arxivrollbench_full": ("2024b_cs_s", "2024b_cs_p"),
    "drivel_selection": ("multiple-choice-english-easy",),
    "indic_param": ("Bodo",),
    "reward_bench": ("math-prm",),
    "safety_bench": ("zh", "en"),
    "sanskriti": ("gk",),
    "triviaqa_indic": ("hi",),
    **{name: ("Hindi",) for name in FILES if name.startswith("bhashabenchv1")},
    **{name: ("Tamil",) for name in FILES if name.startswith("bhasha_bench_multi")},
}
NO_OFFICIAL = set(FILES)
NO_REFERENCE = {"drivel_writing"}
NO_PAPER = {"kina", "mri_mcqa", "music_trivia"}

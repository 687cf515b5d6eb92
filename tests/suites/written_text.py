"""Written records of mathematics, reading, reasoning, entities and long contexts."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def _contest(answer: Any, **more: Any) -> Row:
    return {"problem": "How many even primes are there?", "answer": answer, **more}


def _mgsm(question: str, solution: str | None, answer: int) -> Row:
    return {"question": question, "answer": solution, "answer_number": answer, "equation_solution": None}


def _drop(number: str = "", spans: list[str] | None = None, **date: str) -> Row:
    empty = {"day": "", "month": "", "year": ""}
    return {"number": number, "date": {**empty, **date}, "spans": spans or []}


def _drop_record(question: str, *answers: Row, columns: bool = True) -> Row:
    """Return a record of the hub, where the validated answers are columns, or of the release, where they are rows."""
    first, *others = answers
    return {
        "passage": "The Bears beat the Lions 10-7 in 1991. Ann Lee and Bo Ray scored.",
        "question": question,
        "answer": first,
        "validated_answers": {name: [row[name] for row in others] for name in first} if columns else others,
    }


def _sentence(words: str) -> Row:
    """Return the record of a sentence: ``Ann/B-PER Lee/I-PER laughs``."""
    pairs = [word.partition("/") for word in words.split()]
    return {"tokens": [token for token, _, _ in pairs], "ner_tags": [tag or "O" for _, _, tag in pairs]}


def _puzzle(houses: int, attributes: int) -> Row:
    header = ["House", *(f"Trait {n}" for n in range(attributes))]
    rows = [[str(house), *(f"t{n}h{house}" for n in range(attributes))] for house in range(1, houses + 1)]
    solution = {"header": header, "rows": rows}
    return {"puzzle": f"There are {houses} houses.", "solution": solution, "created_at": "2024-07-03T21:21:29"}


_GRIDS = [{"input": [[n, 0], [0, n]], "output": [[0, n], [n, 0]]} for n in (1, 2, 3)]

# A kind of entity of each benchmark that has but one subset of sentences.
KINDS = {
    "anat_em": "ANATOMY",
    "bc2gm": "GENE",
    "bc4chemd": "Chemical",
    "bc5cdr": "Disease",
    "broad_twitter_corpus": "PER",
    "conll2003": "PER",
    "conllpp": "PER",
    "copious": "Taxon",
    "fin_ner": "PER",
    "genia_ner": "protein",
    "harvey_ner": "RIVER",
    "jnlpba": "protein",
    "jnlpba_rare": "RNA",
    "mit_movie_trivia": "Actor",
    "mit_restaurant": "Dish",
    "multi_nerd": "ANIM",
    "ontonotes5": "PERSON",
    "tweet_ner_7": "person",
    "wnut2017": "creative-work",
}


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
    "drop": {
        "train.jsonl": [_drop_record(f"How many ended {n}?", _drop(number=str(n))) for n in range(3)],
        "validation.jsonl": [
            _drop_record("Who scored?", _drop(spans=["Ann Lee", "Bo Ray"]), _drop(spans=["Bo Ray"])),
            _drop_record("By how many points?", _drop(number="3"), _drop(spans=["3 points"]), columns=False),
            _drop_record("When?", _drop(year="1991")),
        ],
    },
    "trivia_qa": {
        "validation.jsonl": [
            {
                "question": "Which river flows through Rome?",
                "question_id": "own_1",
                "answer": {"aliases": ["The Tiber", "Tevere"], "normalized_aliases": ["tiber", "tevere"]},
                "entity_pages": {"wiki_context": ["Rome lies on the Tiber.", "The Arno flows through Florence."]},
            }
        ]
    },
    "ncbi": {
        "train.jsonl": [_sentence(f"No {n} flu/B-Disease here") for n in range(5)],
        "test.jsonl": [_sentence("Bird/B-Disease flu/I-Disease is no cold/B-Disease .")],
    },
    "tweebank_ner": {
        "train.jsonl": [_sentence(f"@USER{n} hi Ann/B-PER") for n in range(5)],
        "test.jsonl": [_sentence("Bo/B-PER Ray/B-PER love/O Rome/B-LOC 's Colosseum/B-MISC , Rome/B-LOC !")],
    },
    "cross_ner": {
        "ai/train.jsonl": [_sentence(f"Lisp/B-programlang {n} is old") for n in range(5)],
        "ai/test.jsonl": [_sentence("Ada/B-PROGRAMLANG is no Prolog/B-PROGRAMLANG at MIT/B-UNIVERSITY .")],
        "politics/train.jsonl": [_sentence(f"The Whigs/B-politicalparty won {n}") for n in range(5)],
        "politics/test.jsonl": [_sentence("The Green/B-politicalparty Party/I-politicalparty of Peru/B-country")],
    },
    "needle_haystack": {
        "english/a.txt": "The sea is wide. Ships sail on it. " * 40,
        "english/b.txt": "The land is dry. " * 40,
        "Journey_to_the_West.txt": "山高水长。" * 200,
    },
    "arc_agi_2": {"test.jsonl": [{"id": "own", "train": _GRIDS[:2], "test": _GRIDS[2:]}]},
    "zebralogicbench": {
        "grid_mode/test.jsonl": [
            {
                "id": "own",
                "puzzle": "There are 2 houses. Eve lives in house 1 and drinks tea. Al drinks milk.",
                "solution": {"header": ["House", "Name", "Drink"], "rows": [["1", "Eve", "tea"], ["2", "Al", "milk"]]},
                "created_at": "2024-07-03T21:21:29",
            },
            *(_puzzle(houses, attributes) for houses, attributes in ((3, 4), (4, 5), (6, 6))),
        ]
    },
}
for _name, _kind in KINDS.items():
    FILES[_name] = {
        "train.jsonl": [_sentence(f"Nothing {n} but/B-{_kind} words/I-{_kind}") for n in range(5)],
        "test.jsonl": [_sentence(f"Is it/B-{_kind} or one/B-{_kind} of/I-{_kind} them/I-{_kind} ?")],
    }
SUBSETS = {
    "amc": ("amc22", "amc23"),
    "cross_ner": ("ai", "politics"),
    "cmath": ("Grade 2", "Grade 6"),
    "mgsm": ("de", "bn"),
    "olympiad_bench": ("OE_TO_maths_en_COMP", "OE_TO_physics_zh_CEE"),
}
NO_OFFICIAL = {"aime25", "aime26", "mgsm", "drop", "trivia_qa", "zebralogicbench", *KINDS}
FEW_OFFICIAL = {"amc"}
NO_PAPER = {"needle_haystack", "ncbi", "aime25", "aime26", "amc", *KINDS} - {"conllpp", "tweet_ner_7"}
OFFICIAL_ARGS: dict[str, dict[str, Any]] = {
    "amc": {"subset_list": ("amc23",)},
    "needle_haystack": {"subset_list": ("english",)},
    "olympiad_bench": {"subset_list": ("OE_TO_maths_en_COMP",)},
}

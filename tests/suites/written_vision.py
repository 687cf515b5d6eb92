"""Small records of benchmarks with a question and its pictures, in the official shapes; see `written`."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from tests.media import png, wav

from .written_media import uri


def picture(width: int = 4) -> dict[str, str]:
    """Return a picture as a parquet file holds it."""
    return {"bytes": "", "path": uri(png(width))}


COUNT = {"question": "How many cats?", "image": picture()}
FILES: dict[str, dict[str, Any]] = {
    "ai2d": {"test.jsonl": [{**COUNT, "options": ["one", "two", "three"], "answer": "1"}]},
    "blink": {
        "Counting/val.jsonl": [
            {
                "idx": "val_Counting_1",
                "question": "How many cats?",
                "sub_task": "Counting",
                "image_1": picture(),
                "image_2": picture(5),
                "image_3": None,
                "choices": ["one", "two"],
                "answer": "(B)",
                "prompt": "How many cats?\nSelect from the following choices.\n(A) one\n(B) two",
            }
        ]
    },
    "mm_star": {
        "val/val.jsonl": [
            {
                "index": 0,
                "question": "How many cats?\nOptions: A: one, B: two, C: three, D: four",
                "image": picture(),
                "answer": "B",
                "category": "math",
                "l2_category": "counting",
                "meta_info": {"source": "Drawn"},
            }
        ]
    },
    "mm_bench": {
        "en/dev.jsonl": [
            {**COUNT, "index": 1, "hint": "Drawn.", "answer": "B", "A": "one", "B": "two", "C": "nan", "D": "nan"},
            {**COUNT, "index": 2, "hint": "nan", "answer": "C", "A": "one", "B": "nan", "C": "two", "D": "nan"},
        ]
    },
    "cc_bench": {
        "cc/test.jsonl": [
            {**COUNT, "index": 1, "hint": "nan", "answer": "B", "A": "one", "B": "two", "C": "three", "D": "four"}
        ]
    },
    "seed_bench_2_plus": {
        "test.jsonl": [
            {
                **COUNT,
                "question_id": "0_1",
                "data_id": "text_rich/0.png",
                "question_image_type": "chart",
                "choice_A": "one",
                "choice_B": "two",
                "choice_C": "three",
                "choice_D": "four",
                "answer": "B",
            }
        ]
    },
    "science_qa": {
        "test.jsonl": [
            {**COUNT, "hint": "Cats purr.", "choices": ["one", "two"], "answer": 1, "subject": "natural science"},
            {"question": "Bees?", "image": None, "hint": "", "choices": ["fly", "swim"], "answer": 0, "subject": "s"},
        ]
    },
    "vstar_bench": {
        "test.jsonl": [
            {
                "image": picture(),
                "text": "How many cats?\n(A) one\n(B) two\nAnswer with the letter.",
                "label": "B",
                "category": "direct_attributes",
                "question_id": 0,
            }
        ]
    },
    "a_okvqa": {
        "validation.jsonl": [{**COUNT, "choices": ["one", "two"], "correct_choice_idx": 1, "question_id": "q1"}]
    },
    "visulogic": {
        "test.jsonl": [
            {"question": "Which goes on?", "image": picture(), "label": "B", "tag": "Spatial Reasoning", "id": "00001"}
        ]
    },
    "logic_vista": {
        "test.jsonl": [
            {**COUNT, "id": "v1_0", "answer": "", "skill": ["inductive"]},
            {**COUNT, "id": "v1_2", "answer": "A", "skill": []},
            {**COUNT, "id": "v1_3", "answer": None, "skill": None},
            {**COUNT, "id": "v1_1", "answer": "B, D", "skill": ["inductive", "spatial"]},
        ]
    },
    "omni_bench": {
        "train.jsonl": [
            {
                **COUNT,
                "index": 0,
                "task type": "Counting",
                "audio type": "speech",
                "audio": {"bytes": "", "path": uri(wav(), "audio/wav")},
                "options": ["one", "two"],
                "answer": "two",
                "image content": "Two cats.",
                "audio content": "A purr.",
            }
        ]
    },
    "emb_spatial_bench": {
        "embspatial_bench.json": json.dumps(
            [
                {
                    "question_id": "scannet_0",
                    "question": "Which is nearest?",
                    "image": b64encode(png()).decode(),
                    "relation": "close",
                    "answer_options": ["one", "two"],
                    "answer": 1,
                }
            ]
        )
    },
    "erqa": {
        "test.jsonl": [
            {
                "question_id": "ERQA_1",
                "question": "How far? Choices: A. one. B. two. Please answer directly with only the letter.",
                "question_type": "Pointing",
                "answer": "B",
                "image_1": picture(),
                "image_2": picture(5),
            }
        ]
    },
    "micro_vqa": {
        "test.jsonl": [
            {
                "question": "How many cells?",
                "choices": ["one", "two"],
                "correct_index": 1,
                "images_list": [picture(), picture(5)],
                "key_question": 0,
                "key_image": 7,
            }
        ]
    },
    "mmmu": {
        "Math/validation.jsonl": [
            {
                "id": "validation_Math_1",
                "question": "<image 1> How many?",
                "options": "['<image 2>', 'two']",
                "answer": "B",
                "question_type": "multiple-choice",
                "image_1": picture(),
                "image_2": picture(5),
            },
            {
                "id": "validation_Math_2",
                "question": "How many? <image 1>",
                "options": "[]",
                "answer": "['2', 'two']",
                "question_type": "open",
                "image_1": picture(),
            },
        ]
    },
    "mmmu_pro": {
        "standard (4 options)/test.jsonl": [
            {
                "id": "test_Math_1",
                "question": "<image 1> How many?",
                "options": "['one', 'two', 'three', 'four']",
                "answer": "B",
                "subject": "Math",
                "image_1": picture(),
            }
        ],
        "vision/test.jsonl": [
            {"id": "v_1", "options": "['one', 'two']", "answer": "B", "subject": "Math", "image": picture()}
        ],
    },
    "chartqa": {"test.jsonl": [{**COUNT, "type": "human_test", "answer": "1,200"}]},
    "docvqa": {
        "DocVQA/validation.jsonl": [
            {
                "questionId": "1",
                "question": "Who signed it?",
                "question_types": ["form"],
                "docId": 7,
                "image": picture(),
                "answers": ["Anna Lindqvist", "A. Lindqvist"],
            }
        ]
    },
    "infovqa": {
        "InfographicVQA/validation.jsonl": [
            {
                "questionId": "1",
                "question": "What share?",
                "answer_type": ["single span"],
                "image": picture(),
                "image_url": "https://example.org/1.png",
                "answers": ["38%"],
            }
        ]
    },
    "vqav2": {
        "validation.jsonl": [
            {
                **COUNT,
                "question_id": 1,
                "image_id": 7,
                "multiple_choice_answer": "2",
                "answers": [{"answer": a, "answer_confidence": "yes", "answer_id": 1} for a in ["2"] * 8 + ["3"] * 2],
            }
        ]
    },
    "real_world_qa": {
        "test.jsonl": [
            {"question": "How many?\nA. one\nB. two\nAnswer with the letter.", "image": picture(), "answer": "B"},
            {**COUNT, "answer": "2"},
        ]
    },
    "ocr_bench": {
        "test.jsonl": [
            {
                "dataset": "IIIT5K",
                "question": "What is written in the image?",
                "question_type": "Regular Text Recognition",
                "answer": ["RIVER"],
                "image": picture(),
            },
            {
                "dataset": "HME100k",
                "question": "Write the formula in LaTeX.",
                "question_type": "Handwritten Mathematical Expression Recognition",
                "answer": ["\\frac { 1 } { 2 } + x"],
                "image": picture(),
            },
        ]
    },
    "math_vision": {
        "test.jsonl": [
            {
                "id": "1",
                "question": "How many? <image1>",
                "options": ["A", "B", "C"],
                "decoded_image": picture(),
                "image": "images/1.jpg",
                "answer": "B",
                "level": 2,
                "subject": "counting",
            },
            {
                "id": "2",
                "question": "How many? <image1>",
                "options": [],
                "decoded_image": picture(),
                "image": "images/2.jpg",
                "answer": "12",
                "level": 2,
                "subject": "counting",
            },
        ]
    },
    "math_verse": {
        "testmini/testmini.jsonl": [
            {
                "sample_index": "1",
                "problem_index": "1",
                "problem_version": "Vision Only",
                "question": words,
                "question_type": kind,
                "answer": answer,
                "image": picture(),
            }
            for words, kind, answer in [
                ("How many?\nChoices:\nA:1\nB:2", "multi-choice", "B"),
                ("", "multi-choice", "D"),
                ("", "free-form", "\\frac{1}{2}"),
            ]
        ]
    },
    "gsm8k_v": {
        "train.jsonl": [
            {
                "index": 0,
                "modify_scene_related_question": "How many in all?",
                "answer": "8",
                "category": "other",
                "image": json.dumps([b64encode(png()).decode(), b64encode(png(5)).decode()]),
            }
        ]
    },
    "screenspot_pro": {
        "train.jsonl": [
            {
                "id": f"x_{kind}",
                "image": picture(),
                "instruction": "save the file",
                "img_size": [160, 120],
                "bbox": [40, 30, 80, 60],
                "ui_type": kind,
                "group": "CAD",
                "application": "app",
                "platform": "windows",
            }
            for kind in ("icon", "text")
        ]
    },
    "vlms_are_biased": {
        "main.jsonl": [
            {
                "ID": f"b{number}",
                "image": picture(),
                "topic": topic,
                "sub_topic": "dog",
                "type_of_question": "Q1",
                "prompt": "How many legs? Answer with a number in curly brackets, e.g., {9}.",
                "ground_truth": "5",
                "expected_bias": "4",
            }
            for number, topic in enumerate(
                ("Animals", "Chess Pieces", "Flags", "Game Board", "Logos", "Optical Illusion", "Patterned Grid")
            )
        ]
    },
    "simple_vqa": {
        "test.jsonl": [
            {
                "data_id": 0,
                "image": b64encode(png()).decode(),
                "language": "EN",
                "question": "Who built it?",
                "answer": "Eiffel",
                "original_category": "Buildings",
            }
        ]
    },
    "baby_vision": {
        "train.jsonl": [
            {
                "taskId": task,
                "type": "Visual Tracking",
                "image": picture(),
                "question": "Which one?",
                "ansType": kind,
                "options": options,
                "choiceAns": choice,
                "blankAns": blank,
            }
            for task, kind, options, choice, blank in [
                (0, "choice", ["red", "blue"], 1, None),
                (1, "blank", [], None, "3"),
            ]
        ]
    },
    "world_vqa": {
        "train.jsonl": [
            {
                "index": 0,
                "image": b64encode(png()).decode(),
                "question": "Which bird?",
                "answer": "Wren",
                "category": "Nature & Environment",
                "language": "en",
                "difficulty": "easy",
            }
        ]
    },
    "zerobench": {
        "zerobench.jsonl": [
            {
                "question_id": "1",
                "question_text": "What is the sum?",
                "question_images_decoded": [picture(), picture(5)],
                "question_images": ["images/1.png"],
                "question_answer": "12.5",
            }
        ]
    },
    "count_qa": {
        "test.jsonl": [
            {
                "questions": ["How many cats?", "How many dogs?"],
                "answers": ["12", "0"],
                "image": picture(),
                "is_focused": True,
                "categories": ["animals"],
            }
        ]
    },
}
FILES |= {
    "surds": {
        "validation/metadata.jsonl": [
            {
                "file_name": uri(png(16, 9)),
                "descs": [f"{colour} car" for colour in ("red", "blue")[:count]],
                "yaw_descs": ["Northeast", "North"][:count],
                "xy2Ds": [[500, 450], [900, 450]][:count],
                "bboxes2D": [[400, 400, 600, 500], [850, 400, 950, 500]][:count],
                "depths": [10.2, 30.0][:count],
                "distances": [11.0, 31.0][:count],
            }
            for count in (1, 2)
        ]
    },
    "ref_adv_s": {
        "train.jsonl": [
            {
                "row_idx": number,
                "image": picture(),
                "width": 640,
                "height": 480,
                "solution": [64, 96, 320, 288],
                "normal_caption": "the dog without a collar",
                "distractors": others,
                "file_name": "a.jpg",
                "image_source": "coco",
                "human_authored": True,
                "use_negation": True,
            }
            for number, others in enumerate((2, 5, 9))
        ]
    },
    "refcoco": {
        f"{split}.jsonl": [
            {
                "question_id": f"{split}_{number}",
                "image": picture(16),
                "question": "What is outlined?",
                "answer": [words, f"the {words}"],
                "segmentation": [1.0, 1.0, 8.0, 1.0, 8.0, 3.0],
                "bbox": [1.0, 1.0, 8.0, 2.0],
                "iscrowd": 0,
                "file_name": f"{number}.jpg",
            }
            for number, words in enumerate(("left dog", "red cup"))
        ]
        for split in ("test", "testA")
    },
    "charxiv": {
        "validation.jsonl": [
            {
                "image": picture(),
                "category": "cs",
                "original_id": "2004.10956",
                "subplot_loc": place,
                **{f"descriptive_q{n}": number for n, number in enumerate((1, 7, 13, 18), 1)},
                **{f"descriptive_a{n}": answer for n, answer in enumerate(("Loss", "60", "a, b", "1 by 2"), 1)},
                "reasoning_q": "Which falls first?",
                "reasoning_a": "0.25" if kind == 4 else "Loss",
                "reasoning_a_type": kind,
            }
            for place, kind in ((None, 1), ("subplot at row 1", 4))
        ]
    },
    "measure_bench": {
        "real_world.jsonl": [
            {
                "question_id": name,
                "question": "What is the reading of the instrument?",
                "image": picture(),
                "image_type": name.partition("_")[0],
                "design": "dial",
                "evaluator": kind,
                "evaluator_kwargs": json.dumps(kwargs),
            }
            for name, kind, kwargs in [
                ("ammeter_0", "interval_matching", {"interval": [9.5, 9.7], "units": ["A", "Ampere"]}),
                ("clock_0", "multi_interval_matching", {"intervals": [["10:08:00", "10:12:00"]], "units": []}),
            ]
        ]
    },
}
SUBSETS = {
    "refcoco": ("test", "testA"),
    "measure_bench": ("real_world",),
    "math_vision": ("level 2",),
    "math_verse": ("Vision Only",),
    "screenspot_pro": ("CAD",),
    "vlms_are_biased": ("main",),
    "baby_vision": ("Visual Tracking",),
    "world_vqa": ("Nature & Environment",),
    "mmmu": ("Math",),
    "mmmu_pro": ("Math",),
    "chartqa": ("human_test",),
    "ocr_bench": ("Regular Text Recognition", "Handwritten Mathematical Expression Recognition"),
    "visulogic": ("Spatial Reasoning",),
    "logic_vista": ("inductive",),
    "emb_spatial_bench": ("close",),
    "erqa": ("Pointing",),
    "blink": ("Counting",),
    "mm_star": ("math",),
    "mm_bench": ("en",),
    "seed_bench_2_plus": ("chart",),
}
NO_OFFICIAL = set(FILES)
NO_PAPER = {"real_world_qa", "world_vqa"}
NO_REFERENCE = {"refcoco", "charxiv", "simple_vqa", "baby_vision", "world_vqa", "zerobench"}

"""Small records of examinations and tests with pictures, in the official shapes; see `written`."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from tests.media import png

from .written_media import uri
from .written_vision import picture


def packed(*names: str) -> bytes:
    """Return an archive of pictures."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for width, name in enumerate(names, 4):
            archive.writestr(name, png(width))
    return written.getvalue()


COLLEGE = {
    "source_type": "website",
    "analysis": None,
    "distribution": "本科",
    "difficulty_level": "easy",
    "category": "艺术与设计",
    "subcategory": "设计",
    "subfield": "['图像编辑']",
    "img_type": "['屏幕截图']",
    "image_1": picture(),
    "image_1_filename": "1900_1.png",
    "image_2": None,
    "image_2_filename": None,
}
PHYSICS = {
    "index": "0",
    "question": "How large are these pulls?",
    "question_simply": "The pulls $\\vec{A}$ and $\\vec{B}$ add up to 12.8 N.",
    "options": 'A:"7.55N",B:"5.55N",C:"7,65N",D:"6.65 \\text{ N}\\"',
    "answer": "A",
    "category": "Waves/Acoustics",
    "subfield": "Statics",
    "reasoning_type": ["Spatial Relation Reasoning"],
    "image": "0.png",
}
SCHOOL = {
    "grade_band": "high",
    "difficulty": "hard",
    "split": "val",
    "subject": "biology",
    "solution_info": "解：……",
    "image": picture(),
}
FILES: dict[str, dict[str, Any]] = {
    "pmc_vqa": {
        "test_clean.csv": (
            "Figure_path,Caption,Question,Choice A,Choice B,Choice C,Choice D,Answer_label\n"
            "PMC1_F1.jpg,A scan.,  What technique is this? , A:X-ray , B:Bone scan, C:CT, D: Ultrasound , B \n"
        ),
        "train.csv": "Figure_path,Question\nx,y\n",
        "images.zip": packed("images/PMC1_F1.jpg"),
    },
    "medxpertqa": {
        "Text/test.jsonl": [
            {
                "id": "Text-0",
                "question": "Which nerve?\nAnswer Choices: (A) ulnar (B) radial",
                "options": {letter: f"nerve {letter}" for letter in "ABCDEFGHIJ"},
                "label": "J",
                "medical_task": "Diagnosis",
                "body_system": "Nervous",
                "question_type": "Reasoning",
            }
        ],
        "MM/test.jsonl": [
            {
                "id": "MM-0",
                "question": "Which fracture is shown?\nAnswer Choices: (A) one (B) two",
                "options": {"A": "one", "B": "two", "C": None},
                "label": "B",
                "images": ["MM-0-a.jpeg", "MM-0-b.jpeg"],
                "medical_task": "Diagnosis",
                "body_system": "Skeletal",
                "question_type": "Understanding",
            }
        ],
        "images.zip": packed("images/MM-0-a.jpeg", "images/MM-0-b.jpeg"),
    },
    "phyx_mc": {"test/PhyX_test.jsonl": [PHYSICS], "test/test_image/0.png": png()},
    "phyx_oe": {"test/PhyX_test.jsonl": [PHYSICS], "test/test_image/0.png": png()},
    "slake": {
        "test.jsonl": [
            {
                "img_name": "xmlab102/source.jpg",
                "qid": number,
                "q_lang": language,
                "answer_type": kind,
                "content_type": "Modality",
                "modality": "CT",
                "question": question,
                "answer": answer,
            }
            for number, language, kind, question, answer in [
                (1, "en", "OPEN", "What modality is it?", "CT"),
                (2, "zh", "CLOSED", "图中包含肺吗？", "包含"),
            ]
        ],
        "imgs.zip": packed("imgs/xmlab102/source.jpg"),
    },
    "cmmmu": {
        "val.jsonl": [
            {
                **COLLEGE,
                "id": "1900",
                "type": "选择",
                "question": '<img="1900_1.png">怎样得到此图？',
                "option1": "画笔",
                "option2": "选区",
                "option3": "调节",
                "option4": "直接",
                "answer": "B",
            },
            {**COLLEGE, "id": "1901", "type": "判断", "question": '<img="1900_1.png">图中有猫。', "answer": "错"},
            {
                **COLLEGE,
                "id": "1902",
                "type": "填空",
                "question": '图<img="1900_1.png">中有几只猫？',
                "answer": "2.5kg",
            },
        ]
    },
    "cmmu": {
        "val.jsonl": [
            {
                **SCHOOL,
                "id": "biology_1",
                "type": "fill-in-the-blank",
                "question_info": "如图。",
                "sub_questions": ["①是什么？", "有几个②？"],
                "options": None,
                "answer": ["线粒体", "3"],
            },
            {
                **SCHOOL,
                "id": "biology_2",
                "type": "multiple-response",
                "question_info": "哪些正确？",
                "sub_questions": None,
                "options": ["甲", "乙", "丙", "丁"],
                "answer": ["BC"],
            },
            {
                **SCHOOL,
                "id": "biology_3",
                "type": "multiple-choice",
                "question_info": "哪个正确？",
                "sub_questions": None,
                "options": ["甲", "乙", "丙", "丁"],
                "answer": ["D"],
            },
        ]
    },
    "mia_bench": {
        "test.jsonl": [
            {
                "instruction": "Describe the picture in two sentences, with a metaphor.",
                "image": picture(),
                "type": "advanced",
                "num_of_component": 3,
                "components": ["Describe the picture", "in two sentences", "with a metaphor"],
                "component_weight": [4, 3, 3],
                "component_type": ["describe", "length_limit", "linguistics"],
            },
            {"instruction": "Describe it.", "image": picture(), "components": []},
        ]
    },
    "perception_bench": {
        "train.jsonl": [
            {
                "index": number,
                "problem": "<|image_1|>How many arrows?" + "<|image_2|>" * number,
                "image": [uri(png()), uri(png(5))],
                "hint": hint,
                "error_category": "ocr_error",
                "answer": "4",
                "source_bmk": "NA",
                "source_idx": None,
            }
            for number, hint in [(0, "The picture is 4 pixels wide."), (1, "")]
        ]
    },
    "tir_bench": {
        "test.jsonl": [
            {
                "id": 6,
                "task": "instrument",
                "image_1": "data/instrument/6.jpg",
                "image_2": None,
                "prompt": "What does the thermometer read? Answer as an integer like 1,2,3.",
                "answer": "72",
                "meta_data": {},
            },
            {
                "id": 7,
                "task": "maze",
                "image_1": "data/instrument/6.jpg",
                "image_2": "data/maze/7.jpg",
                "prompt": "Which way?\nA. left\nB. right",
                "answer": "B",
                "meta_data": {},
            },
        ],
        "data.zip": packed("data/instrument/6.jpg", "data/maze/7.jpg"),
    },
    "visfactor": {
        "test.jsonl": [
            {
                "index": number,
                "category_id": test,
                "category_name": "Hidden Figures",
                "eval_index": item,
                "question": 'Is <IMAGE_0> <ADDITIONAL_0> in<br><IMAGE_1>? Output: {"answer": T/F}',
                "additional": extra,
                "image": [picture(), picture(5)],
                "answer": answer,
            }
            for number, (test, item, extra, answer) in enumerate(
                [
                    ("CF1", 1, "hidden;x", "T"),
                    ("CF1", 1, "missing;x", "F"),
                    ("CF1", 2, None, "T"),
                    ("CS1", 1, None, "apple,apples"),
                    ("CF3", 1, None, "(2, 3)"),
                    ("VZ3", 1, "7", "G"),
                    ("VZ3", 2, "a", "F"),
                    ("MA1", 1, None, "21"),
                ]
            )
        ]
    },
}
SUBSETS = {
    "phyx_mc": ("waves_acoustics",),
    "phyx_oe": ("waves_acoustics",),
    "slake": ("en_open", "zh_closed"),
    "cmmmu": ("设计",),
    "cmmu": ("biology",),
    "perception_bench": ("ocr_error",),
    "tir_bench": ("instrument", "maze"),
}
NO_OFFICIAL = set(FILES)
NO_REFERENCE = {"mia_bench", "perception_bench"}

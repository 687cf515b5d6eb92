"""Small records of benchmarks with pictures and the like, in the official shapes; see `written`."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from tests.media import mp4, png


def uri(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{b64encode(data).decode()}"


FILES: dict[str, dict[str, Any]] = {
    "general_vmcq": {
        "mine_val.jsonl": [
            {
                "question": "Look at <image 1>. Which of these is darker, and what is <video 1>?",
                "options": ["<image_2>", "neither"],
                "image_1": uri(png(9, 9)),
                "images": [uri(png()), uri(png(5, 5, 0))],
                "video_1": uri(mp4(), "video/mp4"),
                "answer": "A",
            },
            {"question": "No picture?", "options": "['yes', 'no']", "answer": "A"},
        ]
    },
    "general_vqa": {
        "mine.jsonl": [
            {
                "messages": [
                    {"role": "system", "content": "One word."},
                    {
                        "role": "user",
                        "content": [
                            {"type": "image_url", "image_url": {"url": uri(png()), "detail": "low"}},
                            {"type": "text", "text": "What is it?"},
                        ],
                    },
                ],
                "answer": "grey",
            },
            {"messages": '[{"role": "user", "content": "What is <image 1>?"}]', "image_1": uri(png()), "answer": "it"},
        ]
    },
}
FILES |= {
    "hipho": {
        "F=MA_2024.json": json.dumps(
            [
                {"information": "Use g = 10 N/kg."},
                {
                    "id": "F=MA_2024_01",
                    "context": "As shown in the figure.\n\n[figure1]",
                    "question": "How does a stone fall?\n\n(A) Up. \n(B) Down.",
                    "answer": ["\\boxed{B}"],
                    "marking": [],
                    "image_question": [uri(png())],
                },
                {
                    "id": "F=MA_2024_02",
                    "context": "",
                    "question": "How far in 1 s?",
                    "answer": ["\\boxed{5}"],
                    "marking": [["Award 0.4 pt if h = g t^2 / 2 is used.", "Award 0.6 pt if the number is right."]],
                    "image_question": [],
                },
            ]
        )
    },
    "math_vista": {
        "testmini.jsonl": [
            {
                "question": "Which is taller?",
                "decoded_image": {"bytes": "", "path": uri(png())},
                "image": "images/1.jpg",
                "choices": ["the tree", "the house"],
                "answer": "the house",
                "question_type": "multi_choice",
                "answer_type": "text",
                "precision": None,
                "unit": None,
                "pid": "1",
                "metadata": {"source": "Drawn", "grade": "college", "language": "english"},
            },
            {
                "question": "How long is it?",
                "image": uri(png(5, 5)),
                "choices": None,
                "answer": "1.2",
                "question_type": "free_form",
                "answer_type": "float",
                "precision": 1.0,
                "unit": "m",
                "pid": "2",
                "metadata": {"source": "Drawn"},
            },
        ]
    },
}
SUBSETS = {"hipho": ("F=MA_2024",), "general_vmcq": ("mine",), "general_vqa": ("mine",)}
NO_OFFICIAL = {"general_vmcq", "general_vqa"}
FEW_OFFICIAL = {"hipho"}
NO_REFERENCE = {"hipho"}

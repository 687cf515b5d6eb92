"""Small records of benchmarks with pictures and the like, in the official shapes; see `written`."""

from __future__ import annotations

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
SUBSETS = {"general_vmcq": ("mine",), "general_vqa": ("mine",)}
NO_OFFICIAL = {"general_vmcq", "general_vqa"}

"""Small records of benchmarks with videos, in the official shapes; see `written`."""

from __future__ import annotations

import json
from typing import Any

from tests.media import mp4, packed

JUMP = {"question": "How often?", "video": "jump.mp4", "candidates": ["once", "twice"], "answer": "twice"}
FILES: dict[str, dict[str, Any]] = {
    "tvbench": {
        "json/action_count.json": json.dumps([{**JUMP, "start": 0.5, "end": 1.5, "fps": 2}, JUMP]),
        "video/action_count.zip": packed(**{"jump.mp4": mp4()}),
    },
    "mvbench": {
        "json/action_antonym.json": json.dumps([{**JUMP, "subtitle": "Hop!"}]),
        "video/ssv2_video.zip": packed(**{"other__jump.mp4": mp4(1), "action_antonym__jump.mp4": mp4(2)}),
    },
    "videomme": {
        "test.jsonl": [
            {
                "video_id": "001",
                "duration": "short",
                "domain": "Knowledge",
                "sub_category": "Humanity & History",
                "url": "https://www.example.org/watch?v=abc",
                "videoID": "abc",
                "question_id": "001-1",
                "task_type": "Counting Problem",
                "question": "How many candles?",
                "options": ["A. Two.", "B. Three.", "C. Four.", "D. Five."],
                "answer": "C",
            }
        ],
        "videos_chunked_01.zip": packed(**{"data__xyz.mp4": mp4(1)}),
        "videos_chunked_02.zip": packed(**{"data__abc.mp4": mp4(2)}),
        "subtitle.zip": packed(
            **{"subtitle__abc.srt": b"1\n00:00:01,000 --> 00:00:02,500\n<i>Happy</i> birthday\n\n2\n00:01,0 to you\n"}
        ),
    },
    "videomme_v2": {
        "test.jsonl": [
            {
                "video_id": video,
                "url": f"https://www.example.org/watch?v={video}",
                "group_type": kind,
                "group_structure": structure,
                "level": level,
                "second_head": "Causality",
                "third_head": "None",
                "question_id": f"{video}-{number}",
                "question": f"What is step {number}?",
                "options": "A. one\nB. two,\nor so\nC. three",
                "answer": "B",
            }
            for video, kind, structure, level in [("001", "logic", "[1, [2, 3], 4]", 3), ("21", "relevance", "None", 1)]
            for number in range(1, 5)
        ],
        "videos/001.zip": packed(**{"001.mp4": mp4(1)}),
        "videos/002.zip": packed(**{"021.mp4": mp4(2)}),
        "subtitle.zip": packed(**{"subtitle__001.jsonl": b'{"text": "first"}\n{"text": "then"}\n{"text": ""}\n'}),
    },
}
FILES |= {
    "msr_vtt": {
        "validation.jsonl": [
            {"video_id": video, "caption": words, "video": f"{video}.mp4", "url": url, "start time": 1, "end time": 2.5}
            for video, words, url in [
                ("video0", "a man plays the guitar", "https://www.example.org/watch?v=0"),
                ("video1", "a dog runs in the park", ""),
                ("video0", "a man is playing a guitar on a stage", ""),
                ("video0", "a man plays the guitar", ""),
            ]
        ],
        "video1.mp4": mp4(1),
    },
    "msvd": {
        "test.jsonl": [
            {"video_id": "a_1_9", "caption": ["a dog runs in the park", "the dog is running"], "video": "a_1_9.avi"},
            {"video_id": "b_1_9", "caption": ["a woman cooks pasta"], "video": "b_1_9.avi"},
        ],
        "a_1_9.avi": mp4(1),
    },
}
SUBSETS = {"videomme": ("short",)}
NO_OFFICIAL = set(FILES)
NO_PAPER = {"msr_vtt", "msvd"}
NO_REFERENCE = {"msr_vtt", "msvd"}

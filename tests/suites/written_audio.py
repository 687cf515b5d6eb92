"""Small records of benchmarks with recordings, in the official shapes; see `written`."""

from __future__ import annotations

import json
from typing import Any

from tests.media import wav

from .written_media import uri


def recording(seconds: float = 0.1) -> dict[str, str]:
    """Return a recording as a parquet file holds it."""
    return {"bytes": "", "path": uri(wav(seconds), "audio/wav")}


_FLEURS = {
    "id": 1660,
    "num_samples": 800,
    "audio": recording(),
    "raw_transcription": "Cats, 25 of them, sleep.",
    "gender": 1,
    "lang_group_id": 0,
}
_MMAU = {"choices": '["Violin", "Drums ", "Flute"]', "answer": "drums", "audio": recording(), "category": "Reasoning"}
FILES: dict[str, dict[str, Any]] = {
    "librispeech": {
        "test_clean.jsonl": [
            {
                "audio_id": "1089-134686",
                "audio_duration": 0.1,
                "audio": recording(),
                "transcript": "MISTER HALE DIDN'T SEE TWENTY FIVE GREY CATS",
            }
        ]
    },
    "fleurs": {
        "en_us/test.jsonl": [{**_FLEURS, "transcription": "cats 25 of them sleep", "language": "English"}],
        "cmn_hans_cn/test.jsonl": [
            {**_FLEURS, "transcription": "他们买了二十五只猫", "language": "Mandarin Chinese"},
        ],
        "yue_hant_hk/test.jsonl": [{**_FLEURS, "transcription": "佢哋買咗廿五隻貓", "language": "Cantonese Chinese"}],
    },
    "common_voice_15": {
        "fr/test.jsonl": [
            {"locale": "fr", "audio": recording(), "path": "fr_1.mp3", "sentence": "L’homme a vingt-cinq cœurs."}
        ],
        "zh-CN/test.jsonl": [{"locale": "zh-CN", "audio": recording(), "path": "zh_1.mp3", "sentence": "我们看着雨。"}],
        "en/test.jsonl": [{"locale": "en", "audio": recording(), "path": "en_1.mp3", "sentence": "Joe didn't go."}],
    },
    "wenet_speech": {"test_meeting.jsonl": [{"audio": recording(), "text": "我们用 machine learning 做两件事"}]},
    "torgo": {
        "test.jsonl": [
            {"audio": recording(), "transcript": "the quick fox", "intelligibility": level, "duration": 0.1}
            for level in ("mild", "severe")
        ]
    },
    "thchs30": {"test.jsonl": [{"audio": recording(), "phones": "l v4 sh ix4 ii iang2 ch un1"}]},
    "mmau": {
        "test_mini.jsonl": [
            {**_MMAU, "audio_id": f"m{n}", "question": "Which instrument plays?", "task": task}
            for n, task in enumerate(("music", "sound", "speech"))
        ]
    },
    "air_bench_foundation": {
        "Foundation/Foundation_meta.json": json.dumps(
            [
                {
                    "uniq_id": n,
                    "task_name": "Sound_AQA",
                    "dataset_name": "avqa",
                    "audio": recording(),
                    "question": "What is heard?",
                    "choice_a": "rain",
                    "choice_b": "a dog",
                    "choice_c": None,
                    "choice_d": "",
                    "answer_gt": answer,
                }
                for n, answer in enumerate(("a dog", "A", "a cat"))
            ]
        )
    },
    "air_bench_chat": {
        "Chat/Chat_meta.json": json.dumps(
            [
                {
                    "uniq_id": 7,
                    "task_name": "sound_QA",
                    "dataset_name": "clotho",
                    "audio": recording(),
                    "question": "What is heard?",
                    "answer_gt": "A dog barks twice.",
                    "meta_info": "A dog barks two times.",
                }
            ]
        )
    },
}
SUBSETS = {
    "air_bench_foundation": ("Sound_AQA_avqa",),
    "air_bench_chat": ("sound_QA",),
    "librispeech": ("test_clean",),
    "wenet_speech": ("test_meeting",),
    "torgo": ("mild", "severe"),
}
NO_OFFICIAL = set(FILES)
NO_REFERENCE = {"air_bench_chat"}

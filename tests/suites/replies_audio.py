"""Replies to the first written sample of each benchmark of `written_audio`: right, wrong, malformed."""

from __future__ import annotations

from typing import Any

REFUSAL = "I'm sorry, but I can't hear any recording. Could you upload it again?"
REPLIES: dict[str, Any] = {
    "librispeech": ("The transcription is: Mr. Hale did not see 25 gray cats.", "Mr. Hale saw 25 gray cats.", REFUSAL),
    "fleurs": ("识别结果：他們買了25隻貓。", "他们买了二十六只猫", REFUSAL),
    "common_voice_15": ("**Joe did not go**", "Joe went", ""),
    "wenet_speech": ("我們用Machine Learning做2件事。", "我们用machine做两件事", REFUSAL),
    "torgo": ('"The quick fox."', "The quick box.", "the quick fox the quick fox"),
    "thchs30": ("```\nl v4 sh ix4 ii iang2 ch un1\n```", "l v4 sh ix4 ii iang2 ch un4", "绿是阳春"),
    "air_bench_foundation": ("The answer is B. a dog", "ANSWER: a", REFUSAL),
    "mmau": ("ANSWER: B) Drums", "ANSWER: C", REFUSAL),
}

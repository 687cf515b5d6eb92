"""Sentences that volunteers read aloud, to be written down; by default English, Mandarin and French.

Common Voice: Ardila et al. 2019, A Massively-Multilingual Speech Corpus, arXiv:1912.06670. Chinese is compared
character by character.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub

from .error_rate import error_rate
from .recordings import PROMPT, transcribed


@benchmark(
    "common_voice_15",
    pretty_name="Common Voice 15",
    dataset=hub("lmms-lab/common_voice_15", subsets=["en", "zh-CN", "fr"], subset_by="locale", split="test"),
    prompt=PROMPT,
    scorer=error_rate("wer"),
    tags=["audio", "speech_recognition", "multilingual"],
)
def test_common_voice_15(record, subset) -> Sample:
    return transcribed(record, record["sentence"], subset, file=str(record.get("path") or ""))

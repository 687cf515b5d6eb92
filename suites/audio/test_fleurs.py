"""Sentences read aloud in 102 languages, to be written down; by default Mandarin, English and Cantonese.

FLEURS: Conneau et al. 2022, Few-shot Learning Evaluation of Universal Representations of Speech, arXiv:2205.12446.
Chinese is compared character by character. Other languages are subsets by their code, such as ``fr_fr``.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub

from .error_rate import error_rate
from .recordings import PROMPT, transcribed


@benchmark(
    "fleurs",
    pretty_name="FLEURS",
    dataset=hub("lmms-lab/fleurs", subsets=["cmn_hans_cn", "en_us", "yue_hant_hk"], split="test"),
    prompt=PROMPT,
    scorer=error_rate("wer"),
    tags=["audio", "speech_recognition", "multilingual"],
)
def test_fleurs(record, subset) -> Sample:
    about = {"spoken_language": record.get("language", ""), "gender": str(record.get("gender", ""))}
    return transcribed(record, record["transcription"], subset, cluster=str(record["id"]), **about)

"""Read English of audio books, clean and less clean recordings, to be written down.

LibriSpeech: Panayotov et al. 2015, An ASR corpus based on public domain audio books, ICASSP. WER by the normaliser of
Whisper (arXiv:2212.04356): all errors over all words.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub

from .error_rate import error_rate
from .recordings import PROMPT, transcribed


@benchmark(
    "librispeech",
    pretty_name="LibriSpeech",
    dataset=hub("lmms-lab/Librispeech-concat", subsets=["test_clean", "test_other"]),
    prompt=PROMPT,
    scorer=error_rate("wer"),
    tags=["audio", "speech_recognition"],
)
def test_librispeech(record) -> Sample:
    return transcribed(record, record["transcript"], id=str(record["audio_id"]))

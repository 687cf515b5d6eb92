"""Mandarin from the internet and from meetings, with English words in it, to be written down.

WenetSpeech: Zhang et al. 2021, A 10000+ Hours Multi-domain Mandarin Corpus for Speech Recognition, arXiv:2110.03370.
MER: errors in Chinese characters and in words of other languages, over all of them.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub

from .error_rate import error_rate
from .recordings import transcribed

PROMPT = (
    "Write down what is said in the recording. Reply with the words that are spoken, without punctuation, and nothing "
    "else."
)


@benchmark(
    "wenet_speech",
    pretty_name="WenetSpeech",
    dataset=hub("lmms-lab/WenetSpeech", subsets=["dev", "test_meeting"]),
    prompt=PROMPT,
    scorer=error_rate("mer"),
    tags=["audio", "speech_recognition", "chinese"],
)
def test_wenet_speech(record) -> Sample:
    return transcribed(record, record["text"], "zh")

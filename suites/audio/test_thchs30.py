"""Mandarin sentences of newspapers read aloud, to be written down as phones.

THCHS-30: Wang & Zhang 2015, A Free Chinese Speech Corpus, arXiv:1512.01882. PER: errors in phones over all phones.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub

from .error_rate import error_rate
from .phones import phones
from .recordings import transcribed

PROMPT = (
    "Write down the phones of the Mandarin recording as THCHS-30 does: for each syllable its initial, then its final "
    "with the number of the tone (1 to 5), all separated by blanks, such as 'n i3 h ao3'. If a syllable has no "
    "initial, the vowel comes twice: 'aa an1', 'ii i4', 'uu u3', 'vv v2'. Reply with the phones and nothing else."
)


@benchmark(
    "thchs30",
    pretty_name="THCHS-30",
    dataset=hub("evalscope/THCHS-30", split="test"),
    prompt=PROMPT,
    scorer=error_rate("per", forms=phones),
    tags=["audio", "speech_recognition", "chinese"],
)
def test_thchs30(record) -> Sample:
    given = record["phones"]
    return transcribed(record, given if isinstance(given, str) else " ".join(given), "phones")

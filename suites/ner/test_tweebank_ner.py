"""People, organizations, places and other names in posts of Twitter.

Tweebank-NER: Jiang et al. 2022, Annotating the Tweebank Corpus on Named Entity Recognition and Building NLP Models for
Social Media Analysis, arXiv:2201.07281.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import LOC, MISC, NER, ORG, PER, entity_sample


@benchmark(
    "tweebank_ner",
    version="2",
    pretty_name="TweeBankNER",
    dataset=hub("extraordinarylab/tweebank-ner").counted(1201),
    **NER,
)
def test_tweebank_ner(record) -> Sample:
    return entity_sample(record, PER, ORG, LOC, MISC)

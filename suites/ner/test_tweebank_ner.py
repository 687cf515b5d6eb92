"""People, organizations, places and other names in posts of Twitter.

Tweebank-NER: Jiang et al. 2022, Annotating the Tweebank Corpus on Named Entity Recognition and Building NLP Models for
Social Media Analysis, arXiv:2201.07281.
"""

from evalscope_pytest import benchmark, hub

from .records import LOC, MISC, ORG, PER, entities


@benchmark("tweebank_ner", version="2",
           pretty_name="TweeBankNER", dataset=hub("extraordinarylab/tweebank-ner", split="test"),
           **entities(PER, ORG, LOC, MISC))  # fmt: skip
async def test_tweebank_ner(sample, model):
    return await model.generate(sample)

"""People, organizations and places in posts of Twitter of many regions and years.

Derczynski et al. 2016, Broad Twitter Corpus: A Diverse Named Entity Recognition Resource, COLING 2016.
"""

from evalscope_pytest import benchmark, hub

from .records import LOC, ORG, PER, entities


@benchmark("broad_twitter_corpus", version="2", pretty_name="BroadTwitterCorpus",
           dataset=hub("extraordinarylab/broad-twitter-corpus", split="test"),
           **entities(PER, ORG, LOC))  # fmt: skip
async def test_broad_twitter_corpus(sample, model):
    return await model.generate(sample)

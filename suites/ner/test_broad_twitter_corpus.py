"""People, organizations and places in posts of Twitter of many regions and years.

Derczynski et al. 2016, Broad Twitter Corpus: A Diverse Named Entity Recognition Resource, COLING 2016.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import LOC, NER, ORG, PER, entity_sample


@benchmark(
    "broad_twitter_corpus",
    version="2",
    pretty_name="BroadTwitterCorpus",
    dataset=hub("extraordinarylab/broad-twitter-corpus"),
    **NER,
)
def test_broad_twitter_corpus(record) -> Sample:
    return entity_sample(record, PER, ORG, LOC)

"""Seven kinds of entities in posts of Twitter from 2019 to 2021.

TweetNER7: Ushio et al. 2022, Named Entity Recognition in Twitter: A Dataset and Analysis on Short-Term Temporal
Shifts, arXiv:2210.03797.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import NER, entity_sample

KINDS = [
    "CORPORATION corporation: companies",
    "CREATIVE_WORK creative_work: titles of works",
    "EVENT event: festivals, contests and other events",
    "GROUP group: bands, teams, parties and other groups",
    "LOCATION location: places",
    "PERSON person: people by name",
    "PRODUCT product: products by name",
]


@benchmark("tweet_ner_7", version="2", pretty_name="TweetNER7", dataset=hub("extraordinarylab/tweet-ner-7"), **NER)
def test_tweet_ner_7(record) -> Sample:
    return entity_sample(record, *KINDS)

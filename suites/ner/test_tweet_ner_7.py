"""Seven kinds of entities in posts of Twitter from 2019 to 2021.

TweetNER7: Ushio et al. 2022, Named Entity Recognition in Twitter: A Dataset and Analysis on Short-Term Temporal
Shifts, arXiv:2210.03797.
"""

from evalscope_pytest import benchmark, hub

from .records import entities

KINDS = ["CORPORATION corporation: companies", "CREATIVE_WORK creative_work: titles of works",
         "EVENT event: festivals, contests and other events", "GROUP group: bands, teams, parties and other groups",
         "LOCATION location: places", "PERSON person: people by name",
         "PRODUCT product: products by name"]  # fmt: skip


@benchmark("tweet_ner_7", version="2",
           pretty_name="TweetNER7", dataset=hub("extraordinarylab/tweet-ner-7", split="test"),
           **entities(*KINDS))  # fmt: skip
async def test_tweet_ner_7(sample, model):
    return await model.generate(sample)

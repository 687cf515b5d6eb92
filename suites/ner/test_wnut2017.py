"""Rare and new names in posts and comments.

WNUT 2017: Derczynski et al. 2017, Results of the WNUT2017 Shared Task on Novel and Emerging Entity Recognition, W-NUT
2017.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import NER, entity_sample

KINDS = [
    "CORPORATION corporation: companies, agencies and institutions",
    "CREATIVE-WORK creative_work: titles of works",
    "GROUP group: bands, teams, parties and other groups",
    "LOCATION location: places",
    "PERSON person: people by name, real or fictional",
    "PRODUCT product: products by name",
]


@benchmark("wnut2017", version="2", pretty_name="WNUT2017", dataset=hub("extraordinarylab/wnut2017"), **NER)
def test_wnut2017(record) -> Sample:
    return entity_sample(record, *KINDS)

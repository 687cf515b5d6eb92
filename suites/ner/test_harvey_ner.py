"""Places of four kinds in posts of Twitter on the hurricane Harvey.

HarveyNER: Chen et al. 2022, Crossroads, Buildings and Neighborhoods: A Dataset for Fine-grained Location Recognition,
NAACL 2022.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import NER, entity_sample

KINDS = [
    "AREA area: districts, neighbourhoods and other areas",
    "POINT point: buildings, intersections and other exact places",
    "RIVER river: rivers, and parts of them",
    "ROAD road: roads, and parts of them",
]


@benchmark("harvey_ner", version="2", pretty_name="HarveyNER", dataset=hub("extraordinarylab/harvey-ner"), **NER)
def test_harvey_ner(record) -> Sample:
    return entity_sample(record, *KINDS)

"""Where and when which species lived, in texts on biodiversity.

COPIOUS: Nguyen et al. 2019, A gold standard corpus of named entities towards extracting species occurrence from
biodiversity literature, Biodiversity Data Journal 7.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import NER, entity_sample

KINDS = [
    "TAXON taxon: species, genera, families and other taxa, except microorganisms",
    "GEOGRAPHICAL_LOCATION geographical_location: places and areas, also by their coordinates",
    "HABITAT habitat: environments that organisms live in or on",
    "PERSON person: people by name, but not the authors of a taxon",
    "TEMPORAL_EXPRESSION temporal_expression: dates, seasons, decades and geological ages",
]


@benchmark("copious", version="2", pretty_name="Copious", dataset=hub("extraordinarylab/copious"), **NER)
def test_copious(record) -> Sample:
    return entity_sample(record, *KINDS)

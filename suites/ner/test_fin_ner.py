"""People, organizations, places and other names in loan agreements.

Salinas Alvarado et al. 2015, Domain Adaption of Named Entity Recognition to Support Credit Risk Assessment, ALTA
2015.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import LOC, MISC, NER, ORG, PER, entity_sample


@benchmark("fin_ner", version="2", pretty_name="FinNER", dataset=hub("extraordinarylab/fin-ner"), **NER)
def test_fin_ner(record) -> Sample:
    return entity_sample(record, PER, ORG, LOC, MISC)
